import type { FatigueLimit, FatigueLimits } from "../../contract/approval-terms.ts";
import { type GuardRefusal, refuse } from "./refusal.ts";

/** The window of `perHour`, in milliseconds. */
export const FATIGUE_WINDOW_MS = 3_600_000;

/** How many requests for approval somebody has made, or has had to answer. */
export interface RequestCount {
  /** The requester's subject, or a name among the approvers: `user:`, `role:` or `group:` and what stands behind it. */
  readonly name: string;
  /** Those that wait at present. */
  readonly open: number;
  /** Those of the past hour, the answered ones included. */
  readonly lastHour: number;
  /** When the oldest of the past hour was opened, epoch milliseconds; the time of the count where there was none. */
  readonly oldestAtMs: number;
}

/** What was counted before one more request is opened. */
export interface RequestCounts {
  /** Database time of the count, epoch milliseconds. */
  readonly nowMs: number;
  readonly requester: RequestCount;
  /** One of each name that the request would be put to. */
  readonly groups: readonly RequestCount[];
}

type LimitedBy = keyof FatigueLimits;

/** A limit that has no room for one more request. */
interface FullLimit {
  readonly by: LimitedBy;
  readonly kind: keyof FatigueLimit;
  readonly name: string;
  readonly limit: number;
  readonly used: number;
  /** When it has room at the earliest, epoch milliseconds; unknown for one on open requests, since that depends on people. */
  readonly freeAtMs: number | undefined;
}

/**
 * Judges one more request for approval by the limits on how many people take. The first full limit, the requester's before the
 * approvers', refuses with `rate_limited`; `retryAfterMs` is known only where nothing but hours is full: when the last of these windows
 * has lost its oldest request.
 */
export function judgeFatigue(limits: FatigueLimits, counts: RequestCounts): GuardRefusal | undefined {
  const full = [
    ...fullLimits("requester", limits.requester, [counts.requester]),
    ...fullLimits("group", limits.group, counts.groups),
  ];
  const [first] = full;
  if (first === undefined) return undefined;
  const freeAtMs = full.map((limit) => limit.freeAtMs ?? Number.POSITIVE_INFINITY);
  const retryAfterMs = Math.max(1, Math.max(...freeAtMs) - counts.nowMs);
  const known = Number.isFinite(retryAfterMs) ? { retryAfterMs } : {};
  const { by, kind, name, limit, used } = first;
  const window = kind === "open" ? {} : { perMs: FATIGUE_WINDOW_MS };
  const details = { by, name, limit, used, ...window, ...known };
  return refuse("fatigue", "rate_limited", { message: messageOf(first), ...known, details });
}

function fullLimits(by: LimitedBy, limit: FatigueLimit | undefined, counts: readonly RequestCount[]): FullLimit[] {
  if (limit === undefined) return [];
  const { open = Number.POSITIVE_INFINITY, perHour = Number.POSITIVE_INFINITY } = limit;
  return counts.flatMap(({ name, open: waiting, lastHour, oldestAtMs }) => [
    ...(waiting < open ? [] : [{ by, kind: "open" as const, name, limit: open, used: waiting, freeAtMs: undefined }]),
    ...(lastHour < perHour
      ? []
      : [
          {
            by,
            kind: "perHour" as const,
            name,
            limit: perHour,
            used: lastHour,
            freeAtMs: oldestAtMs + FATIGUE_WINDOW_MS,
          },
        ]),
  ]);
}

function messageOf({ by, kind, name, limit }: FullLimit): string {
  const whose = by === "requester" ? `of ${name}` : `to ${name}`;
  const many = `${limit} ${limit === 1 ? "request" : "requests"} for approval ${whose}`;
  return kind === "open" ? `There may be at most ${many} at once` : `There may be at most ${many} in an hour`;
}
