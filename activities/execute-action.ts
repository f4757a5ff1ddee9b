import { CancelledFailure, Context } from "@temporalio/activity";
import type { InvocationRef } from "../src/contract/ids.ts";
import type { ClosedStep } from "../src/contract/run.ts";
import { beginExecution } from "./begin-execution.ts";
import type { ActivityPorts } from "./ports.ts";
import { runAction } from "./run-action.ts";
import { settleExecution } from "./settle-execution.ts";

/**
 * Executes the action of an invocation: one attempt, begun in the ledger, run with the real input, settled in one transaction.
 * A call that finds the outcome recorded returns it and runs nothing.
 */
export async function executeAction(ports: ActivityPorts, ref: InvocationRef): Promise<ClosedStep> {
  const begun = await beginExecution(ports, ref);
  if (begun.kind === "closed") return begun;
  const report = await runAction(ports, begun);
  const once = begun.action.execution.mode === "at_most_once";
  if (report.kind === "threw" && !once && isShutdown(Context.current().cancellationSignal.reason)) {
    // The worker goes away; the attempt stays open in the ledger, and the next worker takes it up by its mode.
    throw new CancelledFailure("WORKER_SHUTDOWN");
  }
  return settleExecution(ports, begun, report);
}

function isShutdown(reason: unknown): boolean {
  return reason instanceof Error && reason.message === "WORKER_SHUTDOWN";
}
