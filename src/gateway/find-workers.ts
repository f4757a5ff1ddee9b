import { answerOf } from "./answer-of.ts";
import type { GatewayPorts } from "./ports.ts";

/** What was found of the workers. */
export interface WorkersFinding {
  /** What is wrong: nobody polls for any action, or that can't be found out. */
  readonly finding?: string | undefined;
  /** What is worth knowing although calls can be served: some actions' workers are away. */
  readonly note?: string | undefined;
}

/**
 * Asks Temporal who polls the task queues. One queue without workers doesn't make a door unready, since the others' actions are served,
 * and calls of its own are accepted and wait.
 */
export async function findWorkers(
  { store, runs }: Pick<GatewayPorts, "store" | "runs">,
  taskQueues: readonly string[],
): Promise<WorkersFinding> {
  const [polled, seen] = await Promise.all([
    answerOf(Promise.all(taskQueues.map(async (queue) => ({ queue, count: await runs.countWorkers([queue]) })))),
    answerOf(store.workers.countByQueue(taskQueues)),
  ]);
  if (polled.kind !== "answered") return { finding: "Temporal does not tell who polls for the actions" };
  const idle = polled.value.filter(({ count }) => count === 0).map(({ queue }) => queue);
  if (idle.length === 0) return {};
  const lastSeen = new Map(
    seen.kind === "answered" ? seen.value.map(({ taskQueue, lastSeenMs }) => [taskQueue, lastSeenMs]) : [],
  );
  const places = idle.map((queue) => `${queue} (${describeLastSeen(lastSeen.get(queue))})`).join(", ");
  if (idle.length === taskQueues.length) return { finding: `No worker polls for the actions, on task queue ${places}` };
  return { note: `No worker polls task queue ${places}` };
}

function describeLastSeen(lastSeenMs: number | undefined): string {
  return lastSeenMs === undefined ? "never seen one" : `last seen ${new Date(lastSeenMs).toISOString()}`;
}
