import type { InvocationRow } from "../store/invocations.ts";
import type { AbsentQueue } from "../store/workers.ts";
import type { GatewayContext } from "./context.ts";

/** Younger calls are on their way, so that nothing is said about them: an ordinary call is decided within milliseconds. */
const UNMOVED_MS = 4_000;

/** What is read of a row. */
type WaitingRow = Pick<InvocationRow, "status" | "task_queue" | "created_at">;

/** The task queues whose workers are all away, by name. */
export type AbsentQueues = ReadonlyMap<string, AbsentQueue>;

/**
 * Finds the task queues whose workers are all away, of calls that need a worker, all in one look: then nothing is found for others. The
 * look comes by its own time, since calls are as old as the database's clock says, and this process's may differ.
 */
export async function findAbsentWorkers(
  { store }: Pick<GatewayContext, "store">,
  rows: readonly WaitingRow[],
): Promise<AbsentQueues> {
  const queues = [...new Set(rows.filter(needsWorker).map((row) => row.task_queue))];
  if (queues.length === 0) return new Map();
  return new Map((await store.workers.listAbsent(queues)).map((queue) => [queue.taskQueue, queue]));
}

/**
 * Since when no worker was seen that could carry this call on; since it was made, where none ever was. Unknown of one that was made right
 * before.
 * @returns epoch milliseconds
 */
export function noWorkerSince(row: WaitingRow, absent: AbsentQueues): number | undefined {
  const queue = needsWorker(row) ? absent.get(row.task_queue) : undefined;
  if (queue === undefined || queue.nowMs - row.created_at <= UNMOVED_MS) return undefined;
  return queue.lastSeenMs ?? row.created_at;
}

function needsWorker({ status }: WaitingRow): boolean {
  return status === "accepted" || status === "executing";
}
