import { defineQuery, defineSignal } from "@temporalio/workflow";
import type { RunCompensation } from "../src/contract/compensation.ts";
import type { Step } from "../src/contract/run.ts";

/** Name of the workflow. Wire name. */
export const GUARDED_ACTION = "guardedAction";

/** Wakes a waiting run; the argument names the vote. The vote itself is a row: a signal alone changes nothing. Wire name. */
export const castVote = defineSignal<[vote: string]>("castVote");

/** Where the run stands: the step it carries out. Wire name. */
export const getInvocation = defineQuery<Step | undefined>("getInvocation");

/** Name of the workflow that asks an action's probe about an uncertain outcome. Wire name. */
export const PROBE_OUTCOME = "probeOutcome";

/** Name of the workflow that undoes the calls of a run. Wire name. */
export const COMPENSATE_RUN = "compensateRun";

/** Somebody asked that a run be undone: a step that ended before is tried anew, in this asker's name. Only what a door signed counts. Wire name. */
export const askCompensation = defineSignal<[request: RunCompensation]>("askCompensation");
