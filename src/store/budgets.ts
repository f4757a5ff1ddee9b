import type { AccountBalance, BudgetAccount, BudgetClaim } from "../core/guards/budget-accounts.ts";
import type { Spent } from "../core/guards/amounts.ts";
import { type Binding, createBinding } from "./binding.ts";
import { createBudgetReads } from "./budget-reads.ts";
import { createBudgetReclaim } from "./budget-reclaim.ts";
import type { Sql } from "./db.ts";

/** What finds an account and shows it. */
export type StoredAccount = Pick<BudgetAccount, "key" | "name" | "unit" | "scope" | "period" | "label">;

/** What is reserved in one go, under an id of the caller's choice. */
export interface NewReservation {
  /** New in the tenant. */
  readonly reservation: string;
  /** The innermost first. */
  readonly claims: readonly Pick<BudgetClaim, "account" | "amount">[];
  /** Whose it is, when no invocation's. */
  readonly actor?: string | undefined;
  /** By database time; from then on anybody may reclaim it. */
  readonly expiresAtMs: number;
}

/** An entry at the moment at which it was settled, with its account as it stands since. Amounts in millionths. */
export interface SettledEntry extends StoredAccount, AccountBalance {
  /** What was reserved. */
  readonly amount: number;
  /** What it was settled at. */
  readonly spent: number;
}

/** What a reservation is settled at: what was spent, what was reserved, or the more of both where not everything spent is known. */
export type SettledCost = Spent | "estimate" | { readonly atLeast: Spent };

/** Far below the highest that the column holds: an account that came so far stays there instead of refusing what was spent. */
const MOST_USED = "9000000000000000000";

/**
 * Queries of `budget` and `budget_entry`. What writes runs inside a transaction. Whoever changes an entry holds its account's
 * lock, and accounts are locked in the order of their keys: so no two of these wait for each other, and sums stay right.
 */
export function createBudgetTable(sql: Sql) {
  const { reclaimOverdue } = createBudgetReclaim(sql);
  return {
    ...createBudgetReads(sql),
    reclaimOverdue,
    ...createLock(sql),
    ...createReserve(sql),
    ...createSettle(sql),
  };
}

function createLock(sql: Sql) {
  return {
    /**
     * Locks accounts until the transaction ends, makes those that are missing, and gives their balances. What is overdue in them
     * is no longer counted as reserved: it is reclaimed, or about to be. One call for all accounts of a transaction: a second one
     * could wait for somebody who waits for the first.
     */
    async lock(tenant: string, accounts: readonly StoredAccount[]): Promise<ReadonlyMap<string, AccountBalance>> {
      if (accounts.length === 0) return new Map();
      return readAccounts(sql, { tenant, accounts, held: await lockExisting(sql, tenant, accounts) });
    },
  };
}

/** What {@link holdAccounts} gave of which accounts. */
export interface HeldAccounts {
  readonly tenant: string;
  readonly accounts: readonly StoredAccount[];
  readonly held: readonly HeldAccount[];
}

/** An account that a statement has locked. */
export interface HeldAccount extends AccountBalance {
  readonly key: string;
  /** Whether something that is reserved in one of the accounts is overdue. */
  readonly hasOverdue: boolean;
}

/**
 * Locks the accounts if all of them are there and the condition is true, else none: whoever makes accounts must not hold others
 * meanwhile. The clock stands in a query of its own, since the index is of use only for a time that doesn't change while it is read.
 */
export function holdAccounts({ bind }: Binding, accounts: readonly StoredAccount[], condition = "true"): string {
  const keys = keysOf(accounts);
  const asked = `tenant = $1 and key = any(${bind(keys)}::text[])`;
  return `
    select key, used, reserved,
      exists (select 1 from budget_entry where ${asked} and state = 'reserved' and expires_at < (select ms_now())) as "hasOverdue"
    from budget
    where ${asked} and (select count(*) from budget where ${asked}) = ${bind(keys.length)}::bigint and ${condition}
    order by key collate "C" for update`;
}

/** The balances of accounts that were held; where they were not, since one is missing, makes and locks them. */
export async function readAccounts(
  sql: Sql,
  { tenant, accounts, held }: HeldAccounts,
): Promise<ReadonlyMap<string, AccountBalance>> {
  const keys = keysOf(accounts);
  const areHeld = held.length === keys.length;
  if (!areHeld) await insertMissing(sql, tenant, accounts);
  const rows = areHeld ? held : await lockExisting(sql, tenant, accounts);
  if (rows.some(({ hasOverdue }) => hasOverdue)) return createBudgetReclaim(sql).discountOverdue(tenant, keys);
  return new Map(rows.map(({ key, used, reserved }) => [key, { used, reserved }]));
}

function lockExisting(sql: Sql, tenant: string, accounts: readonly StoredAccount[]): Promise<HeldAccount[]> {
  const binding = createBinding(tenant);
  return sql.query<HeldAccount>(holdAccounts(binding, accounts), binding.params);
}

function keysOf(accounts: readonly StoredAccount[]): readonly string[] {
  return [...new Set(accounts.map(({ key }) => key))].toSorted();
}

async function insertMissing(sql: Sql, tenant: string, asked: readonly StoredAccount[]): Promise<void> {
  const accounts = [...new Map(asked.map((account) => [account.key, account])).values()];
  const column = (name: keyof StoredAccount) => accounts.map((account) => account[name]);
  await sql.query(
    `insert into budget (tenant, key, name, unit, scope, period, label, used, reserved, changed_at)
     select $1, a.key, a.name, a.unit, a.scope, a.period, a.label, 0, 0, ms_now()
     from unnest($2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[])
       as a(key, name, unit, scope, period, label)
     order by a.key collate "C" on conflict (tenant, key) do nothing`,
    [tenant, column("key"), column("name"), column("unit"), column("scope"), column("period"), column("label")],
  );
}

/** Parts of a statement: `entry`, what is reserved, and `reserved`, its accounts. */
export function reserveClaims({ bind }: Binding, { reservation, claims, actor, expiresAtMs }: NewReservation): string {
  const keys = bind(claims.map(({ account }) => account.key));
  const amounts = bind(claims.map(({ amount }) => String(amount)));
  return `
    reserving as materialized (select ms_now() as at),
    entry as (
      insert into budget_entry (tenant, reservation, key, position, amount, state, actor, expires_at, created_at)
      select $1, ${bind(reservation)}, c.key, c.position - 1, c.amount, 'reserved', ${bind(actor ?? null)}, ${bind(new Date(expiresAtMs))},
        reserving.at
      from reserving cross join unnest(${keys}::text[], ${amounts}::bigint[]) with ordinality as c (key, amount, position)
      returning key, amount, created_at),
    reserved as (
      update budget b set reserved = b.reserved + entry.amount, changed_at = entry.created_at
      from entry where b.tenant = $1 and b.key = entry.key)`;
}

function createReserve(sql: Sql) {
  return {
    /**
     * Reserves every claim; its accounts are locked by {@link createLock} and judged.
     * @throws a unique violation when the reservation exists, whatever became of it
     */
    async reserve(tenant: string, reservation: NewReservation): Promise<void> {
      const binding = createBinding(tenant);
      await sql.query(`with ${reserveClaims(binding, reservation)} select 1 as reserved`, binding.params);
    },

    /**
     * Gives back what is still reserved, which counts as reclaimed when it is overdue; what was settled, released or reclaimed
     * stays as it is.
     */
    async release(tenant: string, reservation: string): Promise<void> {
      await lockReserved(sql, tenant, reservation);
      await sql.query(
        `with entry as (
           update budget_entry set state = case when expires_at < ms_now() then 'reclaimed' else 'released' end,
             closed_at = ms_now()
           where tenant = $1 and reservation = $2 and state = 'reserved' returning key, amount
         )
         update budget b set reserved = b.reserved - entry.amount, changed_at = ms_now()
         from entry where b.tenant = $1 and b.key = entry.key`,
        [tenant, reservation],
      );
    },
  };
}

function createSettle(sql: Sql) {
  return {
    /**
     * Charges what was spent, once for each entry, and frees what was reserved: gives the entries that it settled, the innermost
     * first. Where nothing is said of an entry's unit, it settles at its amount; with `atLeast` also where less is said. What was reclaimed meanwhile is charged all the
     * same; what was released is not.
     */
    async settle(tenant: string, reservation: string, cost: SettledCost): Promise<readonly SettledEntry[]> {
      await lockReserved(sql, tenant, reservation);
      const { usd, tokens, units }: Spent = cost === "estimate" ? {} : "atLeast" in cost ? cost.atLeast : cost;
      return sql.query<SettledEntry>(
        `with entry as (
           select e.key, e.position, e.amount, case when e.state = 'reserved' then e.amount else 0 end as held,
             greatest(coalesce(case b.unit when 'usd' then $3::bigint when 'tokens' then $4::bigint else $5::bigint end, e.amount),
               case when $6::boolean then e.amount else 0 end) as spent
           from budget_entry e join budget b on b.tenant = e.tenant and b.key = e.key
           where e.tenant = $1 and e.reservation = $2 and e.state in ('reserved', 'reclaimed')
         ), closed as (
           update budget_entry e set state = 'settled', spent = entry.spent, closed_at = ms_now()
           from entry where e.tenant = $1 and e.reservation = $2 and e.key = entry.key
         ), charged as (
           update budget b set used = least(b.used, ${MOST_USED} - entry.spent) + entry.spent,
             reserved = b.reserved - entry.held, changed_at = ms_now()
           from entry where b.tenant = $1 and b.key = entry.key
           returning b.key, b.name, b.unit, b.scope, b.period, b.label, b.used, b.reserved
         )
         select charged.*, entry.amount, entry.spent from charged join entry on entry.key = charged.key
         order by entry.position`,
        [tenant, reservation, usd ?? null, tokens ?? null, units ?? null, cost !== "estimate" && "atLeast" in cost],
      );
    },
  };
}

/** Locks the accounts of a reservation. Which they are never changes, so they may be looked up before. */
async function lockReserved(sql: Sql, tenant: string, reservation: string): Promise<void> {
  await sql.query(
    `select 1 from budget
     where tenant = $1 and key in (select key from budget_entry where tenant = $1 and reservation = $2)
     order by key collate "C" for update`,
    [tenant, reservation],
  );
}
