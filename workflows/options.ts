import type { ActivityOptions, LocalActivityOptions } from "@temporalio/workflow";
import type { ExecuteStep, ProbeCall } from "../src/contract/run.ts";
import { probingMs } from "../src/core/invocation.ts";

/**
 * One transaction each; the decision of an inline action also runs it, 5 s at most, and settles it.
 * Tried again without end, since a row must be final before its run may close: first at once, then on durable timers.
 */
export const DECISION_OPTIONS: LocalActivityOptions = {
  startToCloseTimeout: 12_000,
  retry: { initialInterval: 100, backoffCoefficient: 2, maximumInterval: 30_000 },
  localRetryThreshold: 1_000,
};

/**
 * The same steps on another worker, when the one of the workflow task has another version of the action than the call was made for: there
 * they are offered to every worker of the queue until one takes them, as often as the failure itself says.
 */
export const ELSEWHERE_OPTIONS: ActivityOptions = {
  summary: "Left to a worker with the call's version of the action",
  startToCloseTimeout: 12_000,
  retry: { initialInterval: 100, backoffCoefficient: 2, maximumInterval: 30_000 },
};

/** Beside the function's own time: to begin, a second in which it may still report after its time is over, and to record the outcome, for which a store that is away is waited for. */
const BOOKKEEPING_MS = 30_000;

/** Waits between attempts: short at first, since most faults are, and never more than half a minute. */
const RETRY = { initialInterval: 500, backoffCoefficient: 2, maximumInterval: 30_000 };

/**
 * Tries of the activity, not of the action: the ledger counts those, and ends what fails or is lost too often. A try that finds a
 * breaker open only waits, so that there must be many: as many as an approved call of a long outage needs. Our choice.
 */
const MAX_TRIES = 10_000;

/** How the action's activity is run. One fixed id: a run has one execution. */
export function executionOptions({ execution, summary, waitMs = 0 }: ExecuteStep): ActivityOptions {
  const { mode, attemptTimeoutMs, totalTimeoutMs } = execution;
  // A doubt is cleared in the same try as the attempt that left it; the first question may be asked when all of the time is over.
  const [askingMs, lastQuestionMs] = mode === "verifiable" ? [probingMs(attemptTimeoutMs), attemptTimeoutMs] : [0, 0];
  return {
    activityId: "execute",
    summary,
    startToCloseTimeout: attemptTimeoutMs + askingMs + BOOKKEEPING_MS,
    scheduleToCloseTimeout: totalTimeoutMs + waitMs + lastQuestionMs + BOOKKEEPING_MS,
    heartbeatTimeout: execution.heartbeatTimeoutMs,
    // Named, since the SDK takes its absence for TRY_CANCEL: what a canceled action reports is its outcome.
    cancellationType: "WAIT_CANCELLATION_COMPLETED",
    retry: { ...RETRY, maximumAttempts: MAX_TRIES },
  };
}

/** How an inline action is run: inside the workflow task, so its time is short and its waits are too. */
export function inlineOptions({ execution, summary, waitMs = 0 }: ExecuteStep): LocalActivityOptions {
  return {
    summary,
    startToCloseTimeout: execution.attemptTimeoutMs + 2_000,
    scheduleToCloseTimeout: execution.totalTimeoutMs + waitMs + BOOKKEEPING_MS,
    cancellationType: "WAIT_CANCELLATION_COMPLETED",
    retry: { ...RETRY, maximumAttempts: MAX_TRIES },
    localRetryThreshold: 1_000,
  };
}

/** Who asks waits for seconds and can ask again, so that a store which is away for longer ends the question. Our choice. */
const PROBE_TRIES = 5;

/** How an action's probe is asked on a person's behalf. */
export function probeOptions({ action, timeoutMs }: ProbeCall): ActivityOptions {
  return {
    activityId: "probe",
    summary: `Ask the probe of ${action}`,
    startToCloseTimeout: timeoutMs + BOOKKEEPING_MS,
    retry: { ...RETRY, maximumAttempts: PROBE_TRIES },
  };
}
