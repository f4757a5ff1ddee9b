import type { InvocationStatus } from "../contract/invocation.ts";
import type { ExecutionMode } from "../contract/manifest.ts";

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
 * Decides what may follow an attempt. One that is still `started` belongs to a process that died or went silent: nobody knows whether it
 * took effect, so only a mode that may repeat the effect runs again at once, and one that can look asks first.
 */
export function mayRun(mode: ExecutionMode, last: AttemptState | undefined): "run" | "probe" | "uncertain" {
  if (last !== "started") return "run";
  switch (mode) {
    case "idempotent":
    case "inline":
      return "run";
    case "verifiable":
      return "probe";
    case "at_most_once":
      return "uncertain";
  }
}

/** Milliseconds that an attempt is given beyond its own time, to be begun and to notice that its time is over. Our choice. */
const ATTEMPT_GRACE_MS = 5_000;

/**
 * How long an attempt of which nothing was heard may still take effect, in milliseconds; 0 once its time is over. Its worker may be cut off
 * from everything but the action's target, so until then an effect that is not there may yet come.
 */
export function mayStillActMs(
  attempt: { readonly startedAtMs: number; readonly attemptTimeoutMs: number },
  nowMs: number,
): number {
  return Math.max(0, attempt.startedAtMs + attempt.attemptTimeoutMs + ATTEMPT_GRACE_MS - nowMs);
}

/** Decides what is known of an execution that won't be tried again, from what its last attempt left in the ledger. */
export function judgeAbandoned(last: AttemptState): "erred" | "uncertain" {
  return last === "erred" ? "erred" : "uncertain";
}

/** Milliseconds between one question to an action's probe and the next, as long as it can't tell. Our choice: enough for a target that restarts. */
export const PROBE_WAITS_MS: readonly number[] = [500, 1_000, 2_000, 4_000, 8_000];

/** The longest time that asking a probe may take, each question as long as an attempt; milliseconds. */
export function probingMs(attemptTimeoutMs: number): number {
  return (PROBE_WAITS_MS.length + 1) * attemptTimeoutMs + PROBE_WAITS_MS.reduce((sum, waitMs) => sum + waitMs, 0);
}

/** What an action's probe says about an effect that is in doubt. */
export type ProbeWord = "done" | "not_done" | "unknown";

/** Decides what becomes of an execution whose probe was asked; `mayFollow` tells whether another attempt is allowed. */
export function judgeProbe(word: ProbeWord, mayFollow: boolean): "executed" | "again" | "failed" | "uncertain" {
  switch (word) {
    case "done":
      return "executed";
    case "not_done":
      return mayFollow ? "again" : "failed";
    case "unknown":
      return "uncertain";
  }
}
