import type { InvocationStatus } from "../contract/invocation.ts";
import { standsIn } from "./succession.ts";

/** The newest call that was to undo another one, and has not done so. */
export interface Undoing {
  readonly status: Exclude<InvocationStatus, "executed">;
  /** Place of its end in the tenant's record; `null` where there is none. */
  readonly closedSeq: number | null;
}

/**
 * Decides how it goes on with a call that is to be undone: `begin` another call that undoes it, `wait` for the one that is on its way, or
 * leave it and everything before it (`stopped`). One that did not go through is tried anew only if somebody asked once it had ended, so that
 * each request tries it once, and one of which nobody knows whether it took effect never, until a person has found out.
 * @param askedSeq place of the request in the tenant's record
 */
export function judgeUndoing(undoing: Undoing | undefined, askedSeq: number): "begin" | "wait" | "stopped" {
  if (undoing === undefined) return "begin";
  const { status, closedSeq } = undoing;
  if (status === "uncertain") return "stopped";
  if (standsIn(status)) return "wait";
  return closedSeq !== null && closedSeq < askedSeq ? "begin" : "stopped";
}
