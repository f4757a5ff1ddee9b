import type { CheckLease, OpenInvocation } from "../../src/store/orphans.ts";
import { checkRow } from "./check-row.ts";
import { type EndedSearch, listEndedRows } from "./find-ended.ts";
import { type RowlessSearch, wakeRowless } from "./find-rowless.ts";
import { type KnownEnds, listWaiting, type Sight } from "./late-report.ts";
import type { ReconcilerPorts } from "./ports.ts";
import { createReport, type ReconcileReport, type RowOutcome } from "./report.ts";

/** Which open rows are due to be checked: older than a door takes to start them, what works often, what waits for people seldom. Our choice. */
const DUE: CheckLease = { olderThanMs: 60_000, busyEveryMs: 120_000, pendingEveryMs: 600_000, limit: 50 };

/** Rows that are checked side by side. */
const AT_ONCE = 10;

/** What one look leaves to the next. */
export interface LookMemory {
  readonly ended: EndedSearch;
  readonly rowless: RowlessSearch;
  readonly ends: KnownEnds;
}

/** What is known before the first look: nothing. */
export function createLookMemory(): LookMemory {
  return { ended: {}, rowless: new Map(), ends: new Map() };
}

/** What a look goes by. */
export interface LookOptions {
  /** Task queues whose runs are this database's. */
  readonly taskQueues: readonly string[];
  readonly memory: LookMemory;
  /** Ends the look early, between rows. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Looks once for rows and runs that have lost each other: at what ended lately, at what it waits for since, at open rows whose turn
 * it is, and at running runs.
 * @throws when Temporal or the store can't be reached; then nothing was changed by what isn't known
 */
export async function lookForOrphans(ports: ReconcilerPorts, options: LookOptions): Promise<ReconcileReport> {
  const { memory, signal, taskQueues } = options;
  const nowMs = Date.now();
  const sight: Sight = { nowMs: performance.now(), ends: memory.ends };
  // Before rows are noted as looked for.
  await ports.states.ping();
  const ended = await listEndedRows(ports, memory.ended, nowMs);
  const waiting = await listWaiting(ports, memory.ends);
  const leased = await ports.store.orphans.leaseUnchecked(DUE);
  const outcomes = await checkRows(ports, unique([...waiting, ...ended, ...leased]), { sight, signal });
  if (signal?.aborted === true) return createReport(outcomes, { rowless: 0, faults: 0 });
  return createReport(outcomes, await wakeRowless(ports, { taskQueues, search: memory.rowless, nowMs }));
}

/**
 * Looks at every open row and every running run, whenever they were looked at before; at rows that were made since it began, it does not.
 * @throws when Temporal or the store can't be reached
 */
export async function lookAtEverything(
  ports: ReconcilerPorts,
  { taskQueues, signal }: Omit<LookOptions, "memory">,
): Promise<ReconcileReport> {
  const outcomes: RowOutcome[] = [];
  const sinceMs = performance.now();
  const { ends } = createLookMemory();
  await ports.states.ping();
  for (let isLast = false; !isLast && signal?.aborted !== true;) {
    const nowMs = performance.now();
    // Rows that were made or looked at since the beginning, here or elsewhere, aren't due: otherwise it might never end.
    const beganMs = Math.ceil(nowMs - sinceMs) + 1;
    const due = { olderThanMs: beganMs, busyEveryMs: beganMs, pendingEveryMs: beganMs, limit: DUE.limit };
    const rows = await ports.store.orphans.leaseUnchecked(due);
    const some = await checkRows(ports, rows, { sight: { nowMs, ends }, signal });
    outcomes.push(...some);
    isLast = some.length < DUE.limit;
  }
  return createReport(outcomes, await wakeAllRowless(ports, taskQueues, signal));
}

/** Goes through all running runs of each task queue, once. */
async function wakeAllRowless(ports: ReconcilerPorts, taskQueues: readonly string[], signal: AbortSignal | undefined) {
  const total = { rowless: 0, faults: 0 };
  for (const taskQueue of taskQueues) {
    const search: RowlessSearch = new Map();
    do {
      const { rowless, faults } = await wakeRowless(ports, { taskQueues: [taskQueue], search, nowMs: Date.now() });
      total.rowless += rowless;
      total.faults += faults;
    } while (search.size > 0 && signal?.aborted !== true);
  }
  return total;
}

function unique(rows: readonly OpenInvocation[]): OpenInvocation[] {
  return [...new Map(rows.map((row) => [`${row.tenant} ${row.id}`, row])).values()];
}

/** A row that can't be checked doesn't keep others from it; when none of several can, Temporal or the store is away and the rest waits. */
async function checkRows(
  ports: ReconcilerPorts,
  rows: readonly OpenInvocation[],
  { sight, signal }: { readonly sight: Sight; readonly signal: AbortSignal | undefined },
): Promise<RowOutcome[]> {
  const outcomes: RowOutcome[] = [];
  for (let from = 0; from < rows.length && signal?.aborted !== true; from += AT_ONCE) {
    const some = rows.slice(from, from + AT_ONCE);
    const settled = await Promise.allSettled(some.map((row) => checkRow(ports, row, sight)));
    for (const [index, result] of settled.entries()) {
      if (result.status === "rejected") {
        const error = result.reason as unknown;
        ports.log("warn", "A call's run could not be checked", { invocation: some[index]?.id, error });
      }
      outcomes.push(result.status === "fulfilled" ? result.value : "fault");
    }
    if (settled.length > 1 && settled.every((result) => result.status === "rejected")) break;
  }
  return outcomes;
}
