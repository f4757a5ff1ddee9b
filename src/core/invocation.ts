import type { InvocationStatus } from "../contract/invocation.ts";

/** Which states may follow which; a state with none is final. */
const NEXT: Readonly<Record<InvocationStatus, readonly InvocationStatus[]>> = {
  accepted: ["pending", "executing", "denied", "failed", "canceled"],
  pending: ["executing", "denied", "rejected", "expired", "failed", "canceled"],
  executing: ["executed", "failed", "uncertain"],
  uncertain: ["executed", "failed"],
  executed: [],
  failed: [],
  denied: [],
  rejected: [],
  expired: [],
  canceled: [],
};

/** Whether an invocation may go from one state to the other. */
export function canMove(from: InvocationStatus, to: InvocationStatus): boolean {
  return NEXT[from].includes(to);
}

/** Whether the state never changes again. `uncertain` is not: a person may reconcile it. */
export function isFinal(status: InvocationStatus): boolean {
  return NEXT[status].length === 0;
}

/** Whether the workflow has nothing more to do: final, or uncertain. */
export function isClosed(status: InvocationStatus): boolean {
  return isFinal(status) || status === "uncertain";
}

/** Attempts that may end without a report (a worker lost, a function that stays silent) beside those that report an error. Our choice: it ends an action that kills its worker each time. */
export const MAX_LOST_ATTEMPTS = 10;

/** What is known of an attempt that began; `erred` reported an error that allows another attempt. */
export type AttemptState = "started" | "executed" | "failed" | "uncertain" | "erred";

/**
 * Decides whether another attempt may run. An attempt that is still `started` belongs to a process that died or went silent:
 * nobody knows whether it took effect, so only a mode that may repeat the effect runs again.
 */
export function mayRun(
  mode: "idempotent" | "at_most_once" | "inline",
  last: AttemptState | undefined,
): "run" | "uncertain" {
  return last === "started" && mode === "at_most_once" ? "uncertain" : "run";
}

/** Decides what is known of an execution that won't be tried again, from what its last attempt left in the ledger. */
export function judgeAbandoned(last: AttemptState): "erred" | "uncertain" {
  return last === "erred" ? "erred" : "uncertain";
}
