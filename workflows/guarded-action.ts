import {
  ActivityFailure,
  ApplicationFailure,
  CancellationScope,
  CancelledFailure,
  condition,
  continueAsNew,
  isCancellation,
  proxyActivities,
  proxyLocalActivities,
  setCurrentDetails,
  setHandler,
  sleep,
  upsertSearchAttributes,
  workflowInfo,
} from "@temporalio/workflow";
import type { Activities } from "../activities/index.ts";
import type { InvocationId, InvocationRef } from "../src/contract/ids.ts";
import type { ClosedStep, ExecuteStep, GuardedCall, RunResult, Step, WaitStep } from "../src/contract/run.ts";
import { OTHER_VERSION } from "../src/core/other-version.ts";
import { castVote, getInvocation } from "./messages.ts";
import { DECISION_OPTIONS, ELSEWHERE_OPTIONS, executionOptions, inlineOptions } from "./options.ts";
import { GUARD_DEADLINE, GUARD_STATE } from "./search-attributes.ts";

/** How long a canceled run waits for Temporal's own cancel, which travels beside the row, so that it ends as Canceled. */
const CANCEL_ARRIVES_MS = 10_000;

type Decisions = Pick<Activities, "decideInvocation" | "recordVotes" | "closeInvocation">;

const decisions = proxyLocalActivities<Decisions>(DECISION_OPTIONS);
const decisionsElsewhere = proxyActivities<Decisions>(ELSEWHERE_OPTIONS);

/** What handlers leave for the main flow. Handlers only write here: one loop does all the awaiting. */
interface Inbox {
  woken: boolean;
  canceled: boolean;
}

/**
 * One guarded call from its decision to its end. It carries ids, waits and labels; what is decided, counted and
 * executed stands in the store. Denied, rejected and expired calls complete; failed and uncertain ones fail; canceled ones are Canceled.
 */
export async function guardedAction(call: GuardedCall): Promise<RunResult> {
  // A run that goes on for another one may have been left a signal that nobody has looked at.
  const inbox: Inbox = { woken: workflowInfo().continuedFromExecutionRunId !== undefined, canceled: false };
  let current: Step | undefined;
  setHandler(castVote, () => void (inbox.woken = true), {
    description: "Wakes the run; votes are made through the API, not here",
  });
  setHandler(getInvocation, () => current, { description: "The step that the run carries out" });
  CancellationScope.current().cancelRequested.catch(() => (inbox.canceled = true));

  // A cancel is judged like a vote, so it may not tear down whatever the main flow awaits.
  return CancellationScope.nonCancellable(async () => {
    const ref = refOf(call);
    const show = (step: Step): void => {
      current = step;
      setCurrentDetails(step.details);
    };
    let step = await decide(({ decideInvocation }) => decideInvocation(ref));
    const wait = createWait(call, inbox, show);
    for (;;) {
      show(step);
      if (step.kind === "closed") break;
      // What was approved may have to be approved anew when it is about to run: then it waits again.
      step = step.kind === "wait" ? await wait(step) : await execute(ref, inbox, step);
    }
    upsertSearchAttributes([{ key: GUARD_STATE, value: step.result.status }]);
    return finish(inbox, step);
  });
}

/** Takes a step on the worker of the workflow task, or on another one, when that has to. */
function decide(step: (activities: Decisions) => Promise<Step>): Promise<Step> {
  return step(decisions).catch((error: unknown) => {
    if (!isOtherVersion(error)) throw error;
    return step(decisionsElsewhere);
  });
}

/** Whether a step was left to workers that have the call's version of the action: a local activity alone can't get to them. */
function isOtherVersion(error: unknown): boolean {
  const cause = error instanceof ActivityFailure ? error.cause : error;
  return cause instanceof ApplicationFailure && cause.type === OTHER_VERSION;
}

/** Makes the wait for votes, the clock or a cancel to resolve an approval. Each look judges whatever has come, so no signal is waited for twice. */
function createWait(call: GuardedCall, inbox: Inbox, show: (step: Step) => void) {
  const ref = refOf(call);
  let decideBy: string | undefined;
  return async (first: WaitStep): Promise<ExecuteStep | ClosedStep> => {
    let timer: Timer | undefined;
    for (let step: Step = first; ;) {
      if (step.kind !== "wait") {
        timer?.stop();
        return step;
      }
      show(step);
      if (step.decideBy !== decideBy) upsertDeadline(step.decideBy, decideBy === undefined);
      decideBy = step.decideBy;
      // A year of reminders, or thousands of signals, are more than one history holds. The next run finds everything in the store.
      if (workflowInfo().continueAsNewSuggested && !inbox.canceled) await continueAsNew<typeof guardedAction>(call);
      timer = keepTimer(timer, step);
      const running = timer;
      await condition(() => inbox.woken || inbox.canceled || running.fired);
      inbox.woken = false;
      step = await decide(({ recordVotes }) => recordVotes(ref, { canceled: inbox.canceled }));
    }
  };
}

function refOf({ tenant, invocation }: GuardedCall): InvocationRef {
  return { tenant, id: invocation as InvocationId };
}

function upsertDeadline(decideBy: string, isFirst: boolean): void {
  const deadline = { key: GUARD_DEADLINE, value: new Date(decideBy) };
  upsertSearchAttributes(isFirst ? [{ key: GUARD_STATE, value: "pending" }, deadline] : [deadline]);
}

/** The timer stays as it is while it runs to the same instant. One that fired early, by the database's clock, is set again for the rest. */
function keepTimer(timer: Timer | undefined, step: WaitStep): Timer {
  if (timer !== undefined && !timer.fired && timer.wakeAtMs === step.wakeAtMs) return timer;
  if (timer !== undefined && !timer.fired) timer.stop();
  return startTimer(step);
}

interface Timer {
  readonly wakeAtMs: number | undefined;
  readonly fired: boolean;
  stop(): void;
}

function startTimer({ waitMs, wakeAtMs, summary }: WaitStep): Timer {
  const scope = new CancellationScope();
  let fired = false;
  scope
    .run(() => sleep(waitMs, { summary }))
    .then(
      () => (fired = true),
      () => undefined,
    );
  return {
    wakeAtMs,
    get fired() {
      return fired;
    },
    stop: () => scope.cancel(),
  };
}

/** Executes the action. Whatever ends the activity without an outcome is closed by what the ledger knows. */
async function execute(ref: InvocationRef, inbox: Inbox, step: ExecuteStep): Promise<Step> {
  const scope = new CancellationScope();
  const running = scope.run(() => runAction(ref, step));
  void condition(() => inbox.canceled).then(() => scope.cancel());
  try {
    return await running;
  } catch (error) {
    if (!(error instanceof ActivityFailure) && !isCancellation(error)) throw error;
    return decisions.closeInvocation(ref, { canceled: isCancellation(error) });
  }
}

async function runAction(ref: InvocationRef, step: ExecuteStep): Promise<Step> {
  const { executeAction } = proxyActivities<Activities>(executionOptions(step));
  if (step.execution.mode !== "inline") return executeAction(ref);
  const inline = proxyLocalActivities<Activities>(inlineOptions(step));
  return inline.executeAction(ref).catch((error: unknown) => {
    if (!isOtherVersion(error)) throw error;
    return executeAction(ref);
  });
}

/** Ends the run the way its status says. */
async function finish(inbox: Inbox, { result }: ClosedStep): Promise<RunResult> {
  switch (result.status) {
    case "failed":
      throw ApplicationFailure.nonRetryable(result.error?.message, "ActionFailed", result);
    case "uncertain":
      throw ApplicationFailure.nonRetryable(result.error?.message, "ActionUncertain", result);
    case "canceled":
      // Only a run that was asked to stop can end as Canceled; without the request it completes with its result.
      if (!inbox.canceled && !(await condition(() => inbox.canceled, CANCEL_ARRIVES_MS))) return result;
      throw new CancelledFailure(result.error?.message ?? "Canceled");
    case "executed":
    case "denied":
    case "rejected":
    case "expired":
      return result;
  }
}
