import { ApplicationFailure } from "@temporalio/common";
import type { Action } from "../src/action/action.ts";
import type { ActivityPorts } from "./ports.ts";

/** Functions of one action that may go on in this process after their time is over. Our choice: a leak is noticed, and stays small. */
const MAX_STUCK_CALLS = 20;

/** Milliseconds until an action whose functions are stuck is tried again, by this worker or another. Our choice. */
const STUCK_RETRY_MS = 5_000;

/** By action, since one that ignores its signal must not stop the others. */
const stuckCalls = new WeakMap<Action, number>();

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

/** Counts a function whose time is over until it settles at last. */
export function countStuckCall({ metrics }: ActivityPorts, action: Action, call: Promise<unknown>): void {
  stuckCalls.set(action, (stuckCalls.get(action) ?? 0) + 1);
  metrics?.stuckCalls(1);
  const free = (): void => {
    stuckCalls.set(action, (stuckCalls.get(action) ?? 1) - 1);
    metrics?.stuckCalls(-1);
  };
  call.then(free, free);
}
