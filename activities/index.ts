import { ApplicationFailure, Context } from "@temporalio/activity";
import type { RunCompensation } from "../src/contract/compensation.ts";
import type { InvocationRef } from "../src/contract/ids.ts";
import type { CompensationStep, ProbeCall, ProbeResult, Step } from "../src/contract/run.ts";
import { recordVotes } from "./approvals/record-votes.ts";
import { closeInvocation } from "./close-invocation.ts";
import { decideInvocation } from "./decide-invocation.ts";
import { executeAction } from "./execute-action.ts";
import { nextCompensation } from "./next-compensation.ts";
import type { ActivityPorts } from "./ports.ts";
import { probeOutcome } from "./probe-outcome.ts";
import { traceActions, traceActivities } from "./trace-activities.ts";

export type { ActivityPorts } from "./ports.ts";

/** The activities of a guarded call, by the names that stand in history. Wire names. */
export interface Activities {
  /** Local: decides, or returns what was decided. */
  decideInvocation(ref: InvocationRef): Promise<Step>;
  /** Local: judges votes, cancel and clock. */
  recordVotes(ref: InvocationRef, options: { readonly canceled: boolean }): Promise<Step>;
  /** Regular, or local in mode `inline`: runs the action, or tells that people must be asked anew. */
  executeAction(ref: InvocationRef): Promise<Step>;
  /** Local: closes what won't be executed any more, or tells that people are asked anew. */
  closeInvocation(ref: InvocationRef, options: { readonly canceled: boolean }): Promise<Step>;
  /** Regular: asks the action's probe about an uncertain outcome, and closes the invocation if it can tell. */
  probeOutcome(call: ProbeCall): Promise<ProbeResult>;
  /** Local: tells how the undoing of a run goes on upon the newest of these requests, and makes the call that is its next step. */
  nextCompensation(requests: readonly RunCompensation[]): Promise<CompensationStep>;
}

/** The activities over their ports. */
export function createActivities(given: ActivityPorts): Activities {
  const ports = { ...given, actions: traceActions(given) };
  const activities: Activities = {
    decideInvocation: (ref) =>
      guarded(ports, () =>
        decideInvocation(ports, ref, { temporalRunId: Context.current().info.workflowExecution?.runId ?? "" }),
      ),
    recordVotes: (ref, options) => guarded(ports, () => recordVotes(ports, ref, options)),
    executeAction: (ref) => guarded(ports, () => executeAction(ports, ref)),
    closeInvocation: (ref, options) => guarded(ports, () => closeInvocation(ports, ref, options)),
    probeOutcome: (call) => guarded(ports, () => probeOutcome(ports, call)),
    nextCompensation: (requests) => guarded(ports, () => nextCompensation(ports, requests)),
  };
  return traceActivities(activities, ports);
}

/** Lets only our own failures into history: a driver's error may carry a row's values in its text. */
async function guarded<T>(ports: ActivityPorts, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof ApplicationFailure || (error instanceof Error && error.name === "CancelledFailure"))
      throw error;
    ports.log("error", "An activity failed and is tried again", {
      error,
      activity: Context.current().info.activityType,
    });
    throw ApplicationFailure.retryable("The step could not be carried out, see the worker's log", "internal");
  }
}
