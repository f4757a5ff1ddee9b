import { CancelledFailure, Context } from "@temporalio/activity";
import type { InvocationRef } from "../src/contract/ids.ts";
import type { ClosedStep } from "../src/contract/run.ts";
import { beginExecution } from "./begin-execution.ts";
import type { ActivityPorts } from "./ports.ts";
import { runAction } from "./run-action.ts";
import { settleExecution } from "./settle-execution.ts";
import type { BegunAttempt } from "./start-attempt.ts";

/**
 * Executes the action of an invocation: one attempt, begun in the ledger, run with the real input, settled in one transaction.
 * A call that finds the outcome recorded returns it and runs nothing.
 */
export async function executeAction(ports: ActivityPorts, ref: InvocationRef): Promise<ClosedStep> {
  const { attempt, workflowExecution } = Context.current().info;
  const begun = await beginExecution(ports, ref, { firstTryOf: attempt === 1 ? workflowExecution?.runId : undefined });
  return begun.kind === "closed" ? begun : carryOut(ports, begun);
}

/**
 * Runs a begun attempt and records what it reported.
 * @throws ApplicationFailure `attempt_failed` when another attempt may follow; CancelledFailure when the worker goes away
 */
export async function carryOut(ports: ActivityPorts, begun: BegunAttempt): Promise<ClosedStep> {
  const report = await runAction(ports, begun);
  const once = begun.action.execution.mode === "at_most_once";
  if (report.kind === "threw" && !once && isShutdown(Context.current().cancellationSignal.reason)) {
    // The attempt stays open in the ledger, and the next worker takes it up by its mode.
    throw new CancelledFailure("WORKER_SHUTDOWN");
  }
  return settleExecution(ports, begun, report);
}

function isShutdown(reason: unknown): boolean {
  return reason instanceof Error && reason.message === "WORKER_SHUTDOWN";
}
