import type { InvocationRef } from "../../src/contract/ids.ts";
import type { RunEnd } from "../../src/core/run-end.ts";
import type { OpenInvocation } from "../../src/store/orphans.ts";
import type { ReconcilerPorts } from "./ports.ts";

/**
 * How long a worker may still report how an action went after its time is over: it ends the function, and then has this long to
 * record what it said. Our choice: more than it waits for a store that is away.
 */
const REPORT_GRACE_MS = 30_000;

/** Times of an action whose manifest is not known any more: the longest between heartbeats, and of one attempt. */
const UNKNOWN_TIMES = { heartbeatTimeoutMs: 30_000, attemptTimeoutMs: 600_000 };

/** An end of a run that left its invocation open, as this process came to know of it. */
interface KnownEnd {
  readonly ref: InvocationRef;
  readonly runId: string;
  /** When this process first saw it, by the clock of {@link Sight}. */
  readonly sinceMs: number;
}

/** Ends of runs on whose workers' last word is waited, by their invocations. Changed by each check. */
export type KnownEnds = Map<string, KnownEnd>;

/** What a check of a row goes by besides the row. */
export interface Sight {
  /**
   * Now, in milliseconds by this process's monotonic clock. The clocks of Temporal and of this machine may differ by more than the
   * time in question, so an end counts from when it was seen and not from when Temporal says that it was.
   */
  readonly nowMs: number;
  readonly ends: KnownEnds;
}

/** Whether the attempt that the ledger knows to have begun last may still be under way, as far as its own time goes. */
export async function mayBeAtWork({ store }: ReconcilerPorts, row: OpenInvocation): Promise<boolean> {
  const ageMs = await store.orphans.attemptAgeMs(row);
  if (ageMs === undefined) return false;
  return ageMs < (await timesOf(store, row)).attemptTimeoutMs + REPORT_GRACE_MS;
}

/**
 * Whether a worker may still report how an action went whose run has ended: it hears of that by its next heartbeat, unless its
 * time was over before. Notes the end, so that it counts from now on.
 */
export async function mayReport(
  ports: ReconcilerPorts,
  { row, end }: { readonly row: OpenInvocation; readonly end: RunEnd },
  { nowMs, ends }: Sight,
): Promise<boolean> {
  const name = nameOf(row);
  const noted = ends.get(name);
  const known = noted?.runId === end.runId ? noted : { ref: row, runId: end.runId, sinceMs: nowMs };
  ends.set(name, known);
  const { heartbeatTimeoutMs, attemptTimeoutMs } = await timesOf(ports.store, row);
  if (nowMs - known.sinceMs >= heartbeatTimeoutMs + REPORT_GRACE_MS) return false;
  const ageMs = await ports.store.orphans.attemptAgeMs(row);
  // One that begins only now has been handed out before the run ended.
  return ageMs === undefined || ageMs < attemptTimeoutMs + REPORT_GRACE_MS;
}

/** Forgets the end of a run that nobody waits for any more. */
export function forgetEnd(ends: KnownEnds, ref: InvocationRef): void {
  ends.delete(nameOf(ref));
}

/** The open ones of the invocations on which a worker's last word is waited; ends of others are forgotten. */
export async function listWaiting({ store }: ReconcilerPorts, ends: KnownEnds): Promise<readonly OpenInvocation[]> {
  if (ends.size === 0) return [];
  const open = await store.orphans.listOpen([...ends.values()].map(({ ref }) => ref));
  const names = new Set(open.map(nameOf));
  for (const name of ends.keys()) if (!names.has(name)) ends.delete(name);
  return open;
}

async function timesOf({ manifests }: ReconcilerPorts["store"], { action, actionVersion }: OpenInvocation) {
  return (await manifests.getVersion(action, actionVersion))?.execution ?? UNKNOWN_TIMES;
}

function nameOf({ tenant, id }: InvocationRef): string {
  return `${tenant} ${id}`;
}
