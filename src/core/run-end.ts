import type { InvocationStatus } from "../contract/invocation.ts";
import type { ClosedStatus } from "../contract/run.ts";
import type { AttemptState } from "./invocation.ts";

/** How a run came to its end in Temporal. `completed`, `failed` and `canceled` may be its own doing; then it told its result. */
export type RunEnding = "terminated" | "timed_out" | "failed" | "canceled" | "completed";

/** The end of a run, as Temporal knows it. */
export interface RunEnd {
  readonly how: RunEnding;
  /** Temporal's id of the one run that ended. */
  readonly runId: string;
  /** The words of whoever terminated it, as they were written; absent when there are none. */
  readonly reason?: string | undefined;
  /** The status that the run told as its result; absent when it was ended by somebody else. */
  readonly told?: ClosedStatus | undefined;
}

/** What becomes of an open invocation whose run has ended. */
export type OrphanStatus = Extract<InvocationStatus, "canceled" | "failed" | "uncertain">;

/** What is known of an open invocation whose run has ended. */
export interface Orphan {
  readonly status: Extract<InvocationStatus, "accepted" | "pending" | "executing">;
  /** How its last attempt ended; absent where none began. */
  readonly last: AttemptState | undefined;
  readonly told: ClosedStatus | undefined;
}

/** Results of runs whose action has begun. */
const BEGAN: ReadonlySet<ClosedStatus> = new Set(["executed", "failed", "uncertain"]);

/**
 * Decides what becomes of an open invocation whose run has ended without closing it: nothing has happened, an attempt reported an
 * error and no other follows, or nobody knows. A run that tells of an execution that the record lacks outlived the record, which
 * then was restored from an earlier copy: that is not known either.
 */
export function judgeOrphan({ status, last, told }: Orphan): OrphanStatus {
  if (last === "erred") return told === undefined || told === "failed" ? "failed" : "uncertain";
  if (last !== undefined || status === "executing") return "uncertain";
  return told !== undefined && BEGAN.has(told) ? "uncertain" : "canceled";
}
