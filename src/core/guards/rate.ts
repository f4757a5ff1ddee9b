import { durationText } from "../duration-text.ts";
import type { RateCounter } from "./rate-counters.ts";
import { type GuardRefusal, refuse } from "./refusal.ts";

/** How full one window of a counter is. */
export interface RateWindow {
  /** The counter's. */
  readonly key: string;
  /** Milliseconds of the window. */
  readonly perMs: number;
  /** What may be charged within it. */
  readonly limit: number;
  /** What was charged within it. */
  readonly used: number;
  /** When enough of it has left the window for the call in question; absent while the call fits, and when it never can. */
  readonly freeAtMs?: number;
}

interface Judged {
  readonly cost: number;
  readonly scope: readonly string[];
  readonly window: RateWindow;
}

/**
 * Judges a call by every window of every counter it counts in, as the store read them at `nowMs`. The first that it doesn't fit
 * into refuses with `rate_limited`; a window that is too small for the call at any time goes before others, and makes the refusal
 * final. Otherwise `retryAfterMs` is when the last of the full windows has room, if nobody else comes first.
 * @throws Error for a limit whose window wasn't read
 */
export function judgeRates(
  counters: readonly RateCounter[],
  windows: readonly RateWindow[],
  nowMs: number,
): GuardRefusal | undefined {
  const full = counters
    .flatMap((counter) => judgedWindows(counter, windows))
    .filter(({ cost, window }) => window.used + cost > window.limit);
  const tooSmall = full.find(({ cost, window }) => cost > window.limit);
  if (tooSmall !== undefined) return refuseForGood(tooSmall);
  const [first] = full;
  if (first === undefined) return undefined;
  const waitsMs = full.map(({ window }) => (window.freeAtMs ?? nowMs + window.perMs) - nowMs);
  return refuseForNow(first, Math.max(1, ...waitsMs));
}

function judgedWindows({ key, cost, limits }: RateCounter, windows: readonly RateWindow[]): Judged[] {
  return limits.map(({ limit, perMs, scope }) => {
    const window = windows.find((read) => read.key === key && read.perMs === perMs && read.limit === limit);
    if (window === undefined) throw new Error("A limit can't be judged by a window that was not read");
    return { cost, scope, window };
  });
}

function refuseForGood(judged: Judged): GuardRefusal {
  const message = `The call counts for more than the limit of ${limitText(judged)} allows at any time`;
  return refuse("rate", "rate_limited", { message, retryable: false, details: detailsOf(judged) });
}

function refuseForNow(judged: Judged, retryAfterMs: number): GuardRefusal {
  const message = `The limit of ${limitText(judged)} has no room for the call`;
  return refuse("rate", "rate_limited", { message, retryAfterMs, details: { ...detailsOf(judged), retryAfterMs } });
}

function detailsOf({ scope, window: { limit, perMs, used } }: Judged): Readonly<Record<string, unknown>> {
  const [only] = scope;
  return { limit, perMs, scope: scope.length === 1 ? only : scope, used };
}

function limitText({ scope, window: { limit, perMs } }: Judged): string {
  return `${limit} per ${durationText(perMs)} and ${scope.join(", ")}`;
}
