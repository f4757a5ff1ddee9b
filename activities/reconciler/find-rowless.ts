import type { InvocationRef } from "../../src/contract/ids.ts";
import type { ReconcilerPorts } from "./ports.ts";

/** Younger runs are left alone; their rows were there before them in any case. */
const ROWLESS_AGE_MS = 600_000;

/** Running runs that one look goes through; the next one goes on behind them. */
const PAGE_RUNS = 200;

/** Where the search for runs without rows stands: how far each task queue was gone through. */
export type RowlessSearch = Map<string, Uint8Array>;

/** What came of a search for runs without rows. */
export interface WokenRuns {
  /** Runs without a row that were woken. */
  readonly rowless: number;
  /** Task queues that could not be searched, and runs that could not be woken. */
  readonly faults: number;
}

/** What a look for runs without rows goes by. */
export interface RowlessScope {
  readonly taskQueues: readonly string[];
  /** Changed by each look. */
  readonly search: RowlessSearch;
  readonly nowMs: number;
}

/**
 * Wakes running runs that have no row: each then looks for it, finds nothing, and ends itself. Only the task queues of this
 * database's own workers are looked at: another installation may share the namespace, and its runs aren't ours to touch.
 * What can't be searched or woken keeps nothing else from it. Never rejects.
 */
export async function wakeRowless(ports: ReconcilerPorts, scope: RowlessScope): Promise<WokenRuns> {
  let [rowless, faults] = [0, 0];
  for (const taskQueue of scope.taskQueues) {
    try {
      const refs = await listRowless(ports, taskQueue, scope);
      const woken = await Promise.all(refs.map((ref) => wake(ports, ref)));
      rowless += woken.filter(Boolean).length;
      faults += woken.filter((isWoken) => !isWoken).length;
    } catch (error) {
      ports.log("warn", "The reconciler could not search for running runs", { taskQueue, error });
      faults += 1;
    }
  }
  return { rowless, faults };
}

/** The runs without a row on the next page of a task queue. A search that breaks off begins anew: its place may be void. */
async function listRowless(
  { states, store }: ReconcilerPorts,
  taskQueue: string,
  { search, nowMs }: RowlessScope,
): Promise<readonly InvocationRef[]> {
  const page = search.get(taskQueue);
  search.delete(taskQueue);
  const startedBeforeMs = nowMs - ROWLESS_AGE_MS;
  const { refs, next } = await states.listRunning({ taskQueue, startedBeforeMs, limit: PAGE_RUNS, page });
  const missing = refs.length === 0 ? [] : await store.orphans.listMissing(refs);
  if (next !== undefined) search.set(taskQueue, next);
  return missing;
}

/** Whether a run was woken. */
async function wake({ states, log }: ReconcilerPorts, ref: InvocationRef): Promise<boolean> {
  log("warn", "A run has no row, it is woken so that it ends", { invocation: ref.id });
  try {
    await states.wake(ref);
    return true;
  } catch (error) {
    log("warn", "A run without a row could not be woken", { invocation: ref.id, error });
    return false;
  }
}
