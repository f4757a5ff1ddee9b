import { Context } from "@temporalio/activity";
import { ApplicationFailure, ApplicationFailureCategory } from "@temporalio/common";
import { OTHER_VERSION } from "../src/core/other-version.ts";
import type { LockedInvocation } from "../src/store/invocations.ts";
import type { Tables } from "../src/store/store.ts";
import { actionVersionOf } from "./action-version.ts";
import type { ActivityPorts } from "./ports.ts";

/** Until the step is offered to a worker of the queue again. Our choice: the call waits for little, and the queue is asked seldom. */
const NEXT_OFFER_MS = 250;

/**
 * Leaves a call to workers that have the very version of the action that it was made for, as long as there are any: in a roll-out the
 * older code may refuse what the newer one takes, or drop fields that it doesn't know. Once nobody has that version any more, the one
 * that is here has to do. Asks the store only where the versions differ.
 * @throws ApplicationFailure `other_version`; retried where another worker may get the next try, which is not so for a local activity
 */
export async function assertOwnVersion(
  { actions, buildId }: ActivityPorts,
  { workers }: Pick<Tables, "workers">,
  row: Pick<LockedInvocation, "action" | "action_version" | "task_queue">,
): Promise<void> {
  const own = actions.get(row.action);
  if (own !== undefined && actionVersionOf(own) === row.action_version) return;
  const wanted = { taskQueue: row.task_queue, buildId, action: row.action, version: row.action_version };
  if (!(await workers.hasVersion(wanted))) return;
  throw ApplicationFailure.create({
    message: "Other workers have the version of the action that the call was made for",
    type: OTHER_VERSION,
    nonRetryable: Context.current().info.isLocal,
    nextRetryDelay: NEXT_OFFER_MS,
    // Nothing is wrong, so that nobody has to read of it in a log.
    category: ApplicationFailureCategory.BENIGN,
  });
}
