import {
  ChildWorkflowFailure,
  continueAsNew,
  executeChild,
  proxyLocalActivities,
  setCurrentDetails,
  setHandler,
  sleep,
  workflowInfo,
} from "@temporalio/workflow";
import { WorkflowExecutionAlreadyStartedError } from "@temporalio/common";
import type { Activities } from "../activities/index.ts";
import type { RunCompensation } from "../src/contract/compensation.ts";
import type { RunOpening } from "../src/contract/run.ts";
import type { guardedAction } from "./guarded-action.ts";
import { firstAttributesOf } from "./first-attributes.ts";
import { askCompensation, GUARDED_ACTION } from "./messages.ts";
import { DECISION_OPTIONS } from "./options.ts";

/** Waits between looks at a step that somebody else has started: short at first, since most end soon, and half a minute at most. */
const FIRST_LOOK_MS = 500;
const LAST_LOOK_MS = 30_000;

const { nextCompensation } = proxyLocalActivities<Pick<Activities, "nextCompensation">>(DECISION_OPTIONS);

/**
 * Undoes the executed calls of an agent's run, the last one first, each as a guarded call of its own. What is undone next, and whether to
 * go on, stands in the store: a run that is started anew goes on where the one before has ended.
 */
export async function compensateRun(request: RunCompensation): Promise<"done" | "stopped"> {
  let current = request;
  const heard: RunCompensation[] = [];
  setHandler(askCompensation, (again) => void heard.push(again), {
    description: "Somebody asked once more that the run be undone",
  });
  for (let lookMs = FIRST_LOOK_MS; ;) {
    // Which of them a door has made, and which is the newest, is judged where the key is.
    const step = await nextCompensation([current, ...heard.splice(0)]);
    current = step.request;
    if (step.kind === "undo") {
      setCurrentDetails(`**Undoing** ${step.opening.summary}`);
      const isOurs = await undo(step.opening);
      if (!isOurs) await sleep(lookMs, { summary: "Look again" });
      lookMs = isOurs ? FIRST_LOOK_MS : Math.min(2 * lookMs, LAST_LOOK_MS);
      if (workflowInfo().continueAsNewSuggested && heard.length === 0)
        await continueAsNew<typeof compensateRun>(current);
    } else if (heard.length === 0) {
      setCurrentDetails(
        step.kind === "done"
          ? "**Done**"
          : "**Stopped**: a step did not go through, or a call of the run is still open",
      );
      return step.kind;
    }
  }
}

/** Carries out one step, whatever its end is: that stands in its row. False when somebody else has started it. */
async function undo({ workflowId, taskQueue, call, memo, summary, details }: RunOpening): Promise<boolean> {
  try {
    await executeChild<typeof guardedAction>(GUARDED_ACTION, {
      ...{ workflowId, taskQueue, args: [call], memo: { ...memo } },
      workflowIdReusePolicy: "REJECT_DUPLICATE",
      typedSearchAttributes: firstAttributesOf(call),
      staticSummary: summary,
      staticDetails: details,
      // A step that has begun ends by itself, whatever becomes of the rest.
      parentClosePolicy: "ABANDON",
      cancellationType: "ABANDON",
    });
    return true;
  } catch (error) {
    if (error instanceof WorkflowExecutionAlreadyStartedError) return false;
    if (error instanceof ChildWorkflowFailure) return true;
    throw error;
  }
}
