import { ApplicationFailure } from "@temporalio/common";
import type { Action } from "../src/action/action.ts";
import type { LockedInvocation } from "../src/store/invocations.ts";
import type { ActivityPorts } from "./ports.ts";

/**
 * The locked row, which every run has: a run is started after its row was accepted.
 * @throws ApplicationFailure `not_found`, not retried: somebody started a run by hand, or erased the row
 */
export function requireRow(row: LockedInvocation | undefined): LockedInvocation {
  if (row === undefined) throw ApplicationFailure.nonRetryable("There is no invocation of this id", "not_found");
  return row;
}

/**
 * The action behind a name.
 * @throws ApplicationFailure `action_not_found`, retried: another worker of the task queue may have the action
 */
export function requireAction(ports: ActivityPorts, name: string): Action {
  const action = ports.actions.get(name);
  if (action === undefined)
    throw ApplicationFailure.retryable("This worker does not have the action", "action_not_found");
  return action;
}
