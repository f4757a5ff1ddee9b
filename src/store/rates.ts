import type { RateWindow } from "../core/guards/rate.ts";
import type { RateCounter } from "../core/guards/rate-counters.ts";
import type { Sql } from "./db.ts";

/**
 * Makes the rows that are missing and locks all of them in the order given; a row that is there is only written when its hits
 * have to be kept longer than before.
 */
const LOCK = `
  insert into rate_counter as c (tenant, key, action, label, kept_ms, total, last_at)
  select $1, key, action, label, kept_ms, 0, ms_now()
  from unnest($2::text[], $3::text[], $4::text[], $5::bigint[]) as asked (key, action, label, kept_ms)
  on conflict (tenant, key) do update set kept_ms = excluded.kept_ms where c.kept_ms < excluded.kept_ms`;

/**
 * Of a window only its edges are looked up. The total before the first hit inside it is what lies behind; the first hit that
 * takes the total to where the call would fit behind it is the one that has to leave. Time never runs back for a counter, so
 * hits are in the order of their totals also by time.
 */
const READ = `
  with clock as materialized (
    select greatest(ms_now(), max(last_at)) as now from rate_counter where tenant = $1 and key = any($2::text[]))
  select clock.now, asked.key, asked.per_ms as "perMs", asked.max as limit,
    coalesce(c.total - first.total + first.cost, 0) as used,
    leaving.at + asked.per_ms * interval '1 millisecond' as "freeAtMs"
  from clock
  cross join unnest($2::text[], $3::bigint[], $4::bigint[], $5::bigint[]) with ordinality as asked (key, per_ms, max, cost, n)
  left join rate_counter c on c.tenant = $1 and c.key = asked.key
  left join lateral (
    select h.total, h.cost from rate_hit h
    where h.tenant = $1 and h.key = asked.key and h.at > clock.now - asked.per_ms * interval '1 millisecond'
    order by h.at, h.total limit 1) first on true
  left join lateral (
    select h.at from rate_hit h
    where h.tenant = $1 and h.key = asked.key and h.total >= c.total + asked.cost - asked.max
      and c.total - first.total + first.cost + asked.cost > asked.max
    order by h.total limit 1) leaving on true
  order by asked.n`;

const CHARGE = `
  with charged as (
    update rate_counter c set total = c.total + asked.cost, last_at = greatest(c.last_at, $4)
    from unnest($2::text[], $3::bigint[]) as asked (key, cost)
    where c.tenant = $1 and c.key = asked.key
    returning c.key, c.total, asked.cost, c.last_at)
  insert into rate_hit (tenant, key, total, cost, at) select $1, key, total, cost, last_at from charged
  returning key`;

/** Hits are deleted under their counter's lock, so that none goes that a call being decided still counts. */
const EXPIRE_HITS = `
  with clock as materialized (select ms_now() as now),
    stale as materialized (
      select c.tenant, c.key, c.kept_ms from rate_counter c cross join clock
      where exists (select 1 from rate_hit h
        where h.tenant = c.tenant and h.key = c.key and h.at <= clock.now - c.kept_ms * interval '1 millisecond')
      limit $1 for update of c skip locked),
    behind as materialized (
      select h.tenant, h.key, h.total from stale cross join clock cross join lateral (
        select * from rate_hit
        where tenant = stale.tenant and key = stale.key and at <= clock.now - stale.kept_ms * interval '1 millisecond'
        order by at, total limit $1) h
      limit $1),
    gone as (
      delete from rate_hit h using behind b where h.tenant = b.tenant and h.key = b.key and h.total = b.total
      returning 1)
  select count(*) as n from gone`;

const EXPIRE_COUNTERS = `
  with clock as materialized (select ms_now() as now),
    idle as materialized (
      select c.tenant, c.key from rate_counter c cross join clock
      where c.last_at <= clock.now - c.kept_ms * interval '1 millisecond'
        and not exists (select 1 from rate_hit h where h.tenant = c.tenant and h.key = c.key)
      limit $1 for update of c skip locked),
    gone as (delete from rate_counter c using idle i where c.tenant = i.tenant and c.key = i.key returning 1)
  select count(*) as n from gone`;

/** A window to look at, and what a call would count for in it. */
type AskedWindow = Pick<RateWindow, "key" | "perMs" | "limit"> & Pick<RateCounter, "cost">;

interface ReadRow extends Omit<RateWindow, "freeAtMs"> {
  readonly now: number;
  readonly freeAtMs: number | null;
}

/** Queries of `rate_counter` and `rate_hit`: what was charged when, exact in any window without counting the hits in it. */
export function createRateTable(sql: Sql) {
  return {
    /**
     * Locks the call's counters until the transaction ends, in the order of their keys, and reads each of their windows at the
     * time that a charge would have: the database's, never before the counters' last charge.
     */
    async lock(
      tenant: string,
      counters: readonly RateCounter[],
    ): Promise<{ readonly nowMs: number; readonly windows: readonly RateWindow[] }> {
      const sorted = counters.toSorted((left, right) => (left.key < right.key ? -1 : 1));
      if (sorted.length === 0) return { nowMs: await readClock(sql), windows: [] };
      await sql.query(LOCK, lockParams(tenant, sorted));
      // A further statement: only it sees what was charged while this one waited for the locks.
      const rows = await readWindows(sql, tenant, sorted.flatMap(windowsOf));
      return { nowMs: rows[0]?.now ?? 0, windows: rows.map(windowOf) };
    },

    /** Charges a call in counters that this transaction locked, at the time that `lock` gave; a cost of 0 leaves no trace. */
    async charge(tenant: string, counters: readonly RateCounter[], nowMs: number): Promise<void> {
      const charged = counters.filter(({ cost }) => cost > 0);
      if (charged.length === 0) return;
      const costs = charged.map(({ cost }) => String(cost));
      const rows = await sql.query(CHARGE, [tenant, charged.map(({ key }) => key), costs, new Date(nowMs)]);
      if (rows.length !== charged.length) throw new Error("A call was charged in a counter that is not locked");
    },

    /** How full windows are now, in the order asked, for a call that counts for one; without locks, so only to be shown. */
    async read(
      tenant: string,
      windows: readonly Pick<RateWindow, "key" | "perMs" | "limit">[],
    ): Promise<readonly RateWindow[]> {
      const asked = windows.map((window) => ({ ...window, cost: 1 }));
      return (await readWindows(sql, tenant, asked)).map(windowOf);
    },

    /**
     * Deletes hits that no window of their counter reaches any more, and counters without hits that nobody touched for so long;
     * at most `maxRows` together, of all tenants, none that is in use. Gives how many.
     */
    async expire(maxRows: number): Promise<number> {
      const hitCount = await countGone(sql, EXPIRE_HITS, maxRows);
      return hitCount + (await countGone(sql, EXPIRE_COUNTERS, maxRows - hitCount));
    },
  };
}

function lockParams(tenant: string, counters: readonly RateCounter[]) {
  return [
    tenant,
    counters.map(({ key }) => key),
    counters.map(({ action }) => action),
    counters.map(({ label }) => label),
    counters.map(({ limits }) => String(Math.max(...limits.map(({ perMs }) => perMs)))),
  ];
}

function windowsOf({ key, cost, limits }: RateCounter): AskedWindow[] {
  return limits.map(({ limit, perMs }) => ({ key, perMs, limit, cost }));
}

async function readWindows(sql: Sql, tenant: string, asked: readonly AskedWindow[]): Promise<readonly ReadRow[]> {
  if (asked.length === 0) return [];
  const column = (name: keyof AskedWindow) => asked.map((window) => String(window[name]));
  return sql.query<ReadRow>(READ, [tenant, column("key"), column("perMs"), column("limit"), column("cost")]);
}

function windowOf({ key, perMs, limit, used, freeAtMs }: ReadRow): RateWindow {
  return { key, perMs, limit, used, ...(freeAtMs === null ? {} : { freeAtMs }) };
}

async function readClock(sql: Sql): Promise<number> {
  const [row] = await sql.query<{ now: number }>("select ms_now() as now");
  return row?.now ?? 0;
}

async function countGone(sql: Sql, statement: string, maxRows: number): Promise<number> {
  const [row] = await sql.query<{ n: number }>(statement, [maxRows]);
  return row?.n ?? 0;
}
