import { Context } from "@temporalio/activity";
import type { Action, ActionContext, ProbeContext } from "../src/action/action.ts";
import type { InvocationRef } from "../src/contract/ids.ts";
import type { ProbeCall } from "../src/contract/run.ts";
import type { ActivityPorts } from "./ports.ts";

/** What activities are called in traces, where that isn't how they are named in history. */
const NAMES: Readonly<Record<string, string>> = {
  decideInvocation: "countersign decide",
  recordVotes: "countersign record votes",
  executeAction: "countersign execute",
  closeInvocation: "countersign close",
  probeOutcome: "countersign probe outcome",
  nextCompensation: "countersign compensate next",
};

/** Activities by name; each is given first what it is about. */
type AnyActivities = Readonly<Record<string, (...args: never[]) => Promise<unknown>>>;

/** Makes each run of an activity a piece of work of the call's trace, whenever that trace began; the ports tell whose it is. */
export function traceActivities<Traced>(activities: Traced, { tracing }: Pick<ActivityPorts, "tracing">): Traced {
  if (tracing === undefined) return activities;
  const traced = Object.entries(activities as AnyActivities).map(([name, activity]) => [
    name,
    (...args: never[]) =>
      tracing.trace(
        {
          name: NAMES[name] ?? `countersign ${name}`,
          awaitsCall: true,
          invocation: idOf(args[0]),
          attributes: runOf(),
        },
        () => activity(...args),
      ),
  ]);
  return Object.fromEntries(traced) as Traced;
}

/** Makes each attempt, and each question to a probe, a piece of work of its own: instrumentation inside of the action adds to it. */
export function traceActions({ actions, tracing }: ActivityPorts): ActivityPorts["actions"] {
  if (tracing === undefined) return actions;
  return new Map([...actions].map(([name, action]) => [name, traceAction(action, tracing)]));
}

function traceAction(action: Action, tracing: NonNullable<ActivityPorts["tracing"]>): Action {
  const { name } = action;
  const workOf = (verb: string, { tenant, invocationId: invocation }: ProbeContext, attempt?: number) => ({
    name: `countersign ${verb} ${name}`,
    invocation,
    attributes: { tenant, action: name, attempt },
  });
  const run = (input: Parameters<Action["run"]>[0], context: ActionContext): Promise<unknown> =>
    tracing.trace(workOf("run", context, context.attempt), async () => action.run(input, context));
  const probe = (input: Parameters<Action["run"]>[0], context: ProbeContext) =>
    tracing.trace(workOf("probe", context), async () => action.probe?.(input, context) ?? "unknown");
  return { ...action, run, ...(action.probe === undefined ? {} : { probe }) };
}

/** Where the work is found in Temporal. */
function runOf() {
  const { workflowExecution, attempt } = Context.current().info;
  return { "temporal.workflow.id": workflowExecution?.workflowId, "temporal.activity.attempt": attempt };
}

function idOf(about: unknown): string | undefined {
  const { id, invocation } = (about ?? {}) as Partial<InvocationRef & ProbeCall>;
  return [id, invocation].find((name) => name?.startsWith("ivn_") === true);
}
