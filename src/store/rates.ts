import type { RateWindow } from "../core/guards/rate.ts";
import type { RateCounter } from "../core/guards/rate-counters.ts";
import { type Binding, createBinding } from "./binding.ts";
import { readNowMs } from "./clock.ts";
import type { Sql } from "./db.ts";

/**
 * A charge that takes a counter's total across a multiple of this prunes the counter, and so many of its hits at most. Our choice:
 * three for each that may have been added since, so that what a burst left is soon gone, and a charge stays cheap.
 */
const PRUNED_EVERY = 16;
const PRUNED_HITS = 48;

/**
 * Makes the rows that are missing and locks all of them in the order given; a row that is there is only written when its hits
 * have to be kept longer than before.
 */
const MAKE = `
  insert into rate_counter as c (tenant, key, action, label, kept_ms, total, last_at)
  select $1, key, action, label, kept_ms, 0, ms_now()
  from unnest($2::text[], $3::text[], $4::text[], $5::bigint[]) as asked (key, action, label, kept_ms)
  on conflict (tenant, key) do update set kept_ms = excluded.kept_ms where c.kept_ms < excluded.kept_ms`;

/**
 * Of a window only its edges are looked up. The total before the first hit inside it is what lies behind; the first hit that
 * takes the total to where the call would fit behind it is the one that has to leave. Time never runs back for a counter, so
 * hits are in the order of their totals also by time.
 */
const EDGES = `
  left join lateral (
    select h.total, h.cost from rate_hit h
    where h.tenant = $1 and h.key = asked.key and h.at > clock.now - asked.per_ms * interval '1 millisecond'
    order by h.at, h.total limit 1) first on true
  left join lateral (
    select h.at from rate_hit h
    where h.tenant = $1 and h.key = asked.key and h.total >= c.total + asked.cost - asked.max
      and c.total - first.total + first.cost + asked.cost > asked.max
    order by h.total limit 1) leaving on true`;
const WINDOW = `
  asked.n, clock.now, asked.key, asked.per_ms as "perMs", asked.max as "limit",
  coalesce(c.total - first.total + first.cost, 0) as used, leaving.at + asked.per_ms * interval '1 millisecond' as "freeAtMs"`;

const READ = `
  with clock as materialized (
    select greatest(ms_now(), max(last_at)) as now from rate_counter where tenant = $1 and key = any($2::text[]))
  select ${WINDOW}
  from clock
  cross join unnest($2::text[], $3::bigint[], $4::bigint[], $5::bigint[]) with ordinality as asked (key, per_ms, max, cost, n)
  left join rate_counter c on c.tenant = $1 and c.key = asked.key ${EDGES}
  order by asked.n`;

/**
 * Parts of a statement: `held`, the counters, locked in the order of their keys if all of them are there and keep their hits for
 * long enough, else none; and `windows`, each of their windows, with whether it `isCurrent`. One that is not was charged by another
 * transaction for which this statement waited: it has the lock, but sees no hit that came after its beginning.
 */
export function holdCounters({ bind }: Binding, counters: readonly RateCounter[]): string {
  const sorted = sortCounters(counters);
  const asked = sorted.flatMap(windowsOf);
  const column = (name: keyof AskedWindow) => bind(asked.map((window) => String(window[name])));
  const keys = bind(sorted.map(({ key }) => key));
  const keptMs = bind(sorted.map(keptMsOf));
  // Of one counter, as most calls have, nothing more needs to be looked up.
  const areKept =
    sorted.length === 1
      ? `c.kept_ms >= (${keptMs}::bigint[])[1]`
      : `not exists (
          select 1 from unnest(${keys}::text[], ${keptMs}::bigint[]) as needed (key, kept_ms)
          left join rate_counter k on k.tenant = $1 and k.key = needed.key
          where k.kept_ms is null or k.kept_ms < needed.kept_ms)`;
  return `
    held as materialized (
      select c.key, c.total, c.last_at, c.xmin as version from rate_counter c
      where c.tenant = $1 and c.key = any(${keys}::text[]) and ${areKept}
      order by c.key collate "C" for update),
    clock as materialized (select greatest(ms_now(), max(last_at)) as now from held),
    windows as (
      select ${WINDOW}, c.version = seen.xmin as "isCurrent"
      from clock
      cross join unnest(${column("key")}::text[], ${column("perMs")}::bigint[], ${column("limit")}::bigint[], ${column("cost")}::bigint[])
        with ordinality as asked (key, per_ms, max, cost, n)
      join held c on c.key = asked.key
      join rate_counter seen on seen.tenant = $1 and seen.key = asked.key ${EDGES})`;
}

/**
 * Parts of a statement: `charged`, the counters with a call more, and `hit`, each with whether it `isTurn` to be pruned.
 * Where a reset began totals anew, so does pruning.
 */
export function chargeCounters({ bind }: Binding, charged: readonly RateCounter[], nowMs: number): string {
  const keys = bind(charged.map(({ key }) => key));
  const costs = bind(charged.map(({ cost }) => String(cost)));
  return `
    charged as (
      update rate_counter c
      set total = c.total + asked.cost, last_at = greatest(c.last_at, ${bind(new Date(nowMs))}), pruned = least(c.pruned, c.total)
      from unnest(${keys}::text[], ${costs}::bigint[]) as asked (key, cost)
      where c.tenant = $1 and c.key = asked.key
      returning c.key, c.total, asked.cost, c.last_at),
    hit as (
      insert into rate_hit (tenant, key, total, cost, at) select $1, key, total, cost, last_at from charged
      returning key, total / ${PRUNED_EVERY} > (total - cost) / ${PRUNED_EVERY} as "isTurn")`;
}

/** The oldest hits are looked up behind those that went before: an index is slow to forget its dead entries. */
const PRUNE = `
  with due as materialized (
    select h.tenant, h.key, h.total from rate_counter c cross join lateral (
      select * from rate_hit where tenant = c.tenant and key = c.key and total > c.pruned order by total limit ${PRUNED_HITS}) h
    where c.tenant = $1 and c.key = any($2::text[]) and h.at <= c.last_at - c.kept_ms * interval '1 millisecond'),
  gone as (delete from rate_hit h using due d where h.tenant = d.tenant and h.key = d.key and h.total = d.total)
  update rate_counter c set pruned = d.total
  from (select tenant, key, max(total) as total from due group by tenant, key) d
  where c.tenant = d.tenant and c.key = d.key`;

/**
 * Only looks at counters that nobody charged for longer than their longest window: every hit of theirs goes, then they do. One that
 * was charged between this statement's snapshot and its lock has another total than was seen, and is left: it has hits unseen.
 */
const EXPIRE = `
  with clock as materialized (select ms_now() as now),
    held as materialized (
      select c.tenant, c.key from rate_counter c
      join rate_counter seen on seen.tenant = c.tenant and seen.key = c.key and seen.total = c.total
      where c.stale_at <= (select now from clock)
      order by c.stale_at limit $1 for update of c skip locked),
    behind as materialized (
      select h.tenant, h.key, h.total from held cross join lateral (
        select * from rate_hit where tenant = held.tenant and key = held.key order by total limit $1) h
      limit $1),
    gone_hits as (
      delete from rate_hit h using behind b where h.tenant = b.tenant and h.key = b.key and h.total = b.total
      returning 1),
    idle as materialized (
      select held.tenant, held.key from held
      left join (select tenant, key, max(total) as total from behind group by tenant, key) last using (tenant, key)
      where not exists (select 1 from rate_hit h
        where h.tenant = held.tenant and h.key = held.key and h.total > coalesce(last.total, 0))
      limit (select $1 - count(*) from behind)),
    gone_counters as (delete from rate_counter c using idle i where c.tenant = i.tenant and c.key = i.key returning 1)
  select (select count(*) from gone_hits) + (select count(*) from gone_counters) as n`;

/** A window to look at, and what a call would count for in it. */
type AskedWindow = Pick<RateWindow, "key" | "perMs" | "limit"> & Pick<RateCounter, "cost">;

interface ReadRow extends Omit<RateWindow, "freeAtMs"> {
  /** Its place among the windows asked for. */
  readonly n: number;
  readonly now: number;
  readonly freeAtMs: number | null;
}

/** A window of counters that were held. */
export interface HeldWindow extends ReadRow {
  /** Whether nobody charged its counter while the statement waited for it. */
  readonly isCurrent: boolean;
}

/** Counters that a transaction has locked. */
export interface LockedRates {
  /** When a charge would be: the database's time, never before the counters' last charge. Epoch milliseconds. */
  readonly nowMs: number;
  /** How full each window is then. */
  readonly windows: readonly RateWindow[];
}

/** What {@link holdCounters} gave of which counters. */
export interface HeldCounters {
  readonly tenant: string;
  readonly counters: readonly RateCounter[];
  readonly held: readonly HeldWindow[];
}

/** A counter that was charged. */
export interface ChargedRow {
  readonly key: string;
  /** Whether it is to be pruned now. */
  readonly isTurn: boolean;
}

/** Queries of `rate_counter` and `rate_hit`: what was charged when, exact in any window without counting the hits in it. */
export function createRateTable(sql: Sql) {
  return {
    /**
     * Locks the call's counters until the transaction ends, in the order of their keys, and reads each of their windows at the
     * time that a charge would have: the database's, never before the counters' last charge.
     */
    async lock(tenant: string, counters: readonly RateCounter[]): Promise<LockedRates> {
      if (counters.length === 0) return { nowMs: await readNowMs(sql), windows: [] };
      const binding = createBinding(tenant);
      const text = `with ${holdCounters(binding, counters)} select * from windows order by n`;
      const hold = () => sql.query<HeldWindow>(text, binding.params);
      const held = await hold();
      if (areHeld(counters, held)) return readHeld(sql, { tenant, counters, held });
      await makeCounters(sql, tenant, counters);
      return readHeld(sql, { tenant, counters, held: await hold() });
    },

    /**
     * Charges a call in counters that this transaction locked, at the time that `lock` gave; a cost of 0 leaves no trace. Now
     * and then prunes the oldest hits that no window reaches any more, so that a busy counter keeps little more than its windows.
     */
    async charge(tenant: string, counters: readonly RateCounter[], nowMs: number): Promise<void> {
      const charged = counters.filter(({ cost }) => cost > 0);
      if (charged.length === 0) return;
      const binding = createBinding(tenant);
      const text = `with ${chargeCounters(binding, charged, nowMs)} select key, "isTurn" from hit`;
      await prune(sql, { tenant, charged, rows: await sql.query<ChargedRow>(text, binding.params) });
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
     * Deletes what was not charged for its longest window and at most 5 minutes more: hits, then their counter; at most `maxRows`
     * together, of all tenants, none that is in use. Gives how many.
     */
    async expire(maxRows: number): Promise<number> {
      const [row] = await sql.query<{ n: number }>(EXPIRE, [maxRows]);
      return row?.n ?? 0;
    },
  };
}

/** Makes the counters that are missing, and lets the others keep their hits as long as is needed now. Locks all of them. */
export async function makeCounters(sql: Sql, tenant: string, counters: readonly RateCounter[]): Promise<void> {
  const sorted = sortCounters(counters);
  await sql.query(MAKE, [
    tenant,
    sorted.map(({ key }) => key),
    sorted.map(({ action }) => action),
    sorted.map(({ label }) => label),
    sorted.map(keptMsOf),
  ]);
}

/** Whether all counters were held: none of them is missing, or needs its hits for longer than it keeps them. */
export function areHeld(counters: readonly RateCounter[], held: readonly HeldWindow[]): boolean {
  return held.length === counters.flatMap(windowsOf).length;
}

/** What held windows say; they are read again, in a further statement, where one is not current. */
export async function readHeld(sql: Sql, { tenant, counters, held }: HeldCounters): Promise<LockedRates> {
  const areCurrent = held.every(({ isCurrent }) => isCurrent);
  const rows = areCurrent ? held : await readWindows(sql, tenant, sortCounters(counters).flatMap(windowsOf));
  return { nowMs: rows[0]?.now ?? 0, windows: rows.map(windowOf) };
}

/** Prunes the counters whose turn it is. @throws Error when not every counter was charged */
export async function prune(
  sql: Sql,
  { tenant, charged, rows }: { tenant: string; charged: readonly RateCounter[]; rows: readonly ChargedRow[] },
): Promise<void> {
  if (rows.length !== charged.length) throw new Error("A call was charged in a counter that is not locked");
  const dueKeys = rows.filter(({ isTurn }) => isTurn).map(({ key }) => key);
  if (dueKeys.length > 0) await sql.query(PRUNE, [tenant, dueKeys]);
}

function sortCounters(counters: readonly RateCounter[]): readonly RateCounter[] {
  return counters.toSorted((left, right) => (left.key < right.key ? -1 : 1));
}

function keptMsOf({ limits }: RateCounter): string {
  return String(Math.max(...limits.map(({ perMs }) => perMs)));
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
