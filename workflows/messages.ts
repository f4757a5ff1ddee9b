import { defineQuery, defineSignal } from "@temporalio/workflow";
import type { Step } from "../src/contract/run.ts";

/** Name of the workflow. Wire name. */
export const GUARDED_ACTION = "guardedAction";

/** Wakes a waiting run; the argument names the vote. The vote itself is a row: a signal alone changes nothing. Wire name. */
export const castVote = defineSignal<[vote: string]>("castVote");

/** Where the run stands: the step it carries out. Wire name. */
export const getInvocation = defineQuery<Step | undefined>("getInvocation");
