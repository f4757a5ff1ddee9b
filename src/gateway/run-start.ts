import type { InvocationRef } from "../contract/ids.ts";
import type { NewInvocation } from "../store/invocations.ts";
import type { RunStart } from "./ports.ts";

/** What is read of an accepted invocation, just written or found by the relay. */
type Accepted = InvocationRef &
  Pick<NewInvocation, "taskQueue" | "action" | "actor" | "run" | "reason" | "digest" | "inputView">;

/** What a run is started with. */
export function runStartOf(accepted: Accepted): RunStart {
  const { tenant, id, taskQueue, action, actor, run, reason, digest, inputView } = accepted;
  return {
    ref: { tenant, id },
    taskQueue,
    action,
    actor,
    run,
    reason,
    digest,
    input: JSON.parse(inputView) as unknown,
  };
}
