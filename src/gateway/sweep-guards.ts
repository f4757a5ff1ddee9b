import { parseInvocationId } from "../core/ids.ts";
import type { AuditEntry } from "../store/audit.ts";
import type { ReclaimedReservation } from "../store/budget-reclaim.ts";
import type { Store, TransactionTables } from "../store/store.ts";
import type { Log } from "./ports.ts";

/** How often guards are swept. Our choice: what is swept counts no more, so it only takes room. */
const SWEEP_INTERVAL_MS = 60_000;
/** Rows that one statement deletes, so that it holds its locks for milliseconds. */
const BATCH_ROWS = 1_000;
/** Statements of one sweep for each kind. Our choice: 1,600 calls a second leave no more than a sweep takes away. */
const MAX_BATCHES = 100;
/** Entries that one transaction reclaims: it holds the heads of their tenants' records until it ends. */
const RECLAIMED_ENTRIES = 100;

/** What the sweep needs of the store. */
type SweptStore = Pick<Store, "rates" | "attempts" | "facts" | "transaction">;

/** When a sweep has to end early. */
export interface SweepOptions {
  /** Asked between statements. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Deletes what no guard counts any more, and takes back what calls reserved and never settled: their processes died. Bounded, so
 * what is left is taken by the next sweep; any number of processes may sweep at once. What fails is logged and tried again then.
 */
export async function sweepGuards(store: SweptStore, log: Log, { signal }: SweepOptions = {}): Promise<void> {
  const parts: readonly (() => Promise<boolean>)[] = [
    async () => (await store.rates.expire(BATCH_ROWS)) < BATCH_ROWS,
    async () => (await store.attempts.expire(BATCH_ROWS)) < BATCH_ROWS,
    async () => (await store.facts.expire(BATCH_ROWS)) < BATCH_ROWS,
    async () => (await store.transaction(reclaim)) === 0,
  ];
  for (const sweep of parts) {
    try {
      for (let batch = 0; batch < MAX_BATCHES && signal?.aborted !== true; batch += 1) if (await sweep()) break;
    } catch (error) {
      log("warn", "A sweep of the guards failed and is tried again", { error });
    }
  }
}

/** Sweeps every 60 s until it is stopped. */
export function startGuardSweep(store: SweptStore, log: Log): { stop(): Promise<void> } {
  const stopping = new AbortController();
  let current: Promise<void> = Promise.resolve();
  let timer: NodeJS.Timeout | undefined;

  function schedule(): void {
    if (stopping.signal.aborted) return;
    timer = setTimeout(() => {
      current = sweepGuards(store, log, { signal: stopping.signal }).finally(schedule);
    }, SWEEP_INTERVAL_MS);
  }

  schedule();
  return {
    stop: async () => {
      stopping.abort();
      clearTimeout(timer);
      await current;
    },
  };
}

/** Reclaims one batch and records it in the same transaction; how many reservations that were. */
async function reclaim(tx: TransactionTables): Promise<number> {
  const reclaimed = await tx.budgets.reclaimOverdue(RECLAIMED_ENTRIES);
  // Sorted, so that two sweeps take the heads of their tenants' records in one order.
  for (const tenant of [...new Set(reclaimed.map((entry) => entry.tenant))].sort()) {
    const entries: AuditEntry[] = [];
    for (const entry of reclaimed) if (entry.tenant === tenant) entries.push(await eventOf(tx, entry));
    await tx.audit.append(tenant, entries);
  }
  return reclaimed.length;
}

/** A reservation of a call is told as an event of the call. */
async function eventOf(tx: TransactionTables, { tenant, reservation }: ReclaimedReservation): Promise<AuditEntry> {
  const data = { guard: "budget", reservation, outcome: "reclaimed" };
  const id = parseInvocationId(reservation.split(":", 1)[0] ?? "");
  const row = id && (await tx.invocations.get({ tenant, id }));
  if (row === undefined) return { type: "guard.settled", data };
  return { type: "guard.settled", actor: row.actor, invocation: row.id, action: row.action, data };
}
