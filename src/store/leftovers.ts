import type { Param, Sql } from "./db.ts";

/** How many rows of each kind were deleted, or would be. */
export interface LeftoverCounts {
  /** Accounts of periods that are over, in which nothing is reserved any more. */
  readonly budgets: number;
  /** Entries of accounts that were settled, released or reclaimed. */
  readonly budgetEntries: number;
  /** Sessions of facts that were closed. */
  readonly sessions: number;
  /** Workers that have stopped. */
  readonly workers: number;
  /** Deliveries to webhooks that ended, well or not. */
  readonly deliveries: number;
}

/** Which leftovers. */
export interface LeftoverScope {
  /** Only this tenant's; absent: every tenant's. */
  readonly tenant: string | undefined;
  /** Only what was over before. */
  readonly before: Date;
}

/** Rows that one statement deletes, so that it holds its locks for milliseconds. */
const BATCH = 1_000;

/** A day or a month that was over by then; an account without a period is never over. */
const IS_PAST_PERIOD = `r.period <> '' and r.period collate "C" < left(to_char($1::timestamptz at time zone 'UTC', 'YYYY-MM-DD'), length(r.period))`;

/** Of each kind its table and when one of its rows `r` is over; `$1` is the instant. */
const KINDS: Readonly<Record<keyof LeftoverCounts, { readonly table: string; readonly isOver: string }>> = {
  budgets: {
    table: "budget",
    isOver: `${IS_PAST_PERIOD} and not exists (
      select 1 from budget_entry e where e.tenant = r.tenant and e.key = r.key and e.state = 'reserved')`,
  },
  budgetEntries: { table: "budget_entry", isOver: "r.closed_at < $1" },
  sessions: { table: "fact_session", isOver: "r.closed_at < $1" },
  workers: { table: "worker", isOver: "r.stopped_at < $1" },
  deliveries: { table: "delivery", isOver: "r.finished_at < $1" },
};

/** How much there is to delete. */
export function countLeftovers(sql: Sql, scope: LeftoverScope): Promise<LeftoverCounts> {
  return forEachKind(async ({ table, isOver }) => {
    const text = `select count(*)::bigint as n from ${table} r where ${isOver} and ($2::text is null or r.tenant = $2)`;
    return countOf(await sql.query<{ n: number }>(text, paramsOf(scope)));
  });
}

/** Deletes what nothing needs any more, in batches; what others hold at that time is left to the next. */
export function deleteLeftovers(
  sql: Sql,
  scope: LeftoverScope,
  signal: AbortSignal | undefined,
): Promise<LeftoverCounts> {
  return forEachKind(async ({ table, isOver }) => {
    const text = `
      with gone as (
        delete from ${table} where ctid = any(array(
          select r.ctid from ${table} r where ${isOver} and ($2::text is null or r.tenant = $2) limit ${BATCH} for update skip locked))
        returning 1)
      select count(*)::bigint as n from gone`;
    let deleted = 0;
    for (let batch = BATCH; batch === BATCH && signal?.aborted !== true; deleted += batch) {
      batch = countOf(await sql.query<{ n: number }>(text, paramsOf(scope)));
    }
    return deleted;
  });
}

async function forEachKind(
  count: (kind: (typeof KINDS)[keyof LeftoverCounts]) => Promise<number>,
): Promise<LeftoverCounts> {
  return {
    budgets: await count(KINDS.budgets),
    budgetEntries: await count(KINDS.budgetEntries),
    sessions: await count(KINDS.sessions),
    workers: await count(KINDS.workers),
    deliveries: await count(KINDS.deliveries),
  };
}

function paramsOf({ tenant, before }: LeftoverScope): Param[] {
  return [before, tenant ?? null];
}

function countOf(rows: readonly { readonly n: number }[]): number {
  return rows[0]?.n ?? 0;
}
