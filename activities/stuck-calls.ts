import { ApplicationFailure } from "@temporalio/common";
import type { Action } from "../src/action/action.ts";
import type { InvocationRef } from "../src/contract/ids.ts";
import type { ActivityPorts } from "./ports.ts";
import type { BegunAttempt } from "./start-attempt.ts";

/** Functions of one action that may go on in this process after their time is over. Our choice: a leak is noticed, and stays small. */
const MAX_STUCK_CALLS = 20;

/** Milliseconds until an action whose functions are stuck is tried again, by this worker or another. Our choice. */
const STUCK_RETRY_MS = 5_000;

/** By action, since one that ignores its signal must not stop the others. */
const stuckCalls = new WeakMap<Action, number>();

/** Invocations whose function goes on here after its time was over, and how many of its attempts do. */
const stuckInvocations = new Map<string, number>();

/** Whether an attempt of this invocation still goes on in this process although its time is over. */
export function isStuck(ref: InvocationRef): boolean {
  return stuckInvocations.has(keyOf(ref));
}

/** Whether so many functions of the action ignore their signal here that no further one may be started. */
export function hasStuckCalls(action: Action): boolean {
  return (stuckCalls.get(action) ?? 0) >= MAX_STUCK_CALLS;
}

/**
 * Lets an attempt of the action begin only while few of its functions are stuck here.
 * @throws ApplicationFailure `attempt_failed`, retried: another worker may have room, or this one later
 */
export function assertRoom(action: Action): void {
  if (!hasStuckCalls(action)) return;
  throw ApplicationFailure.create({
    type: "attempt_failed",
    message: "Too many calls of the action ignore that their time is over",
    nextRetryDelay: STUCK_RETRY_MS,
  });
}

/** Counts an attempt whose time is over until its function settles at last. */
export function countStuckCall(
  { metrics }: ActivityPorts,
  { action, ref }: Pick<BegunAttempt, "action" | "ref">,
  call: Promise<unknown>,
): void {
  const count = (change: 1 | -1): void => {
    stuckCalls.set(action, (stuckCalls.get(action) ?? 0) + change);
    const left = (stuckInvocations.get(keyOf(ref)) ?? 0) + change;
    if (left > 0) stuckInvocations.set(keyOf(ref), left);
    else stuckInvocations.delete(keyOf(ref));
    metrics?.stuckCalls(change);
  };
  count(1);
  const free = (): void => count(-1);
  call.then(free, free);
}

function keyOf({ tenant, id }: InvocationRef): string {
  return `${tenant}:${id}`;
}
