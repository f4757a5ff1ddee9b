import type { AccountBalance } from "../core/guards/budget-accounts.ts";
import type { Sql } from "./db.ts";

/** A reservation of any tenant. */
export interface ReclaimedReservation {
  /** Whose. */
  readonly tenant: string;
  /** Its id. */
  readonly reservation: string;
}

/** Takes back what was reserved and neither settled nor released in time: its process died, or forgot it. */
export function createBudgetReclaim(sql: Sql) {
  return {
    /**
     * Gives the balances of accounts that the transaction has locked, without what is overdue in them, and reclaims that but for
     * innermost entries: those are left to {@link reclaimOverdue}, so that no reservation is reclaimed without being told.
     */
    async discountOverdue(tenant: string, keys: readonly string[]): Promise<ReadonlyMap<string, AccountBalance>> {
      await reclaim(sql, { tenants: keys.map(() => tenant), keys, fromPosition: 1 });
      const rows = await sql.query<AccountBalance & { readonly key: string }>(
        `select b.key, b.used, b.reserved - coalesce((select sum(e.amount) from budget_entry e
             where e.tenant = b.tenant and e.key = b.key and e.state = 'reserved' and e.expires_at < (select ms_now())
           ), 0)::bigint as reserved
         from budget b where b.tenant = $1 and b.key = any($2::text[])`,
        [tenant, keys],
      );
      return new Map(rows.map(({ key, used, reserved }) => [key, { used, reserved }]));
    },

    /**
     * Reclaims up to `maxRows` overdue entries of all tenants, the longest overdue first, and gives the reservations whose innermost
     * entry was among them: so each is told once. Accounts that others have locked are left for the next time.
     */
    async reclaimOverdue(maxRows: number): Promise<readonly ReclaimedReservation[]> {
      const accounts = await sql.query<{ readonly tenant: string; readonly key: string }>(
        `select tenant, key from budget
         where (tenant, key) in (select tenant, key from budget_entry
           where state = 'reserved' and expires_at < (select ms_now()) order by expires_at limit $1::bigint)
         order by tenant collate "C", key collate "C" for update skip locked`,
        [maxRows],
      );
      if (accounts.length === 0) return [];
      return reclaim(sql, {
        tenants: accounts.map(({ tenant }) => tenant),
        keys: accounts.map(({ key }) => key),
        maxEntries: maxRows,
      });
    },
  };
}

interface ReclaimScope {
  /** By place the tenant of each key. */
  readonly tenants: readonly string[];
  readonly keys: readonly string[];
  /** 1 leaves out innermost entries; default 0. */
  readonly fromPosition?: number;
  /** Default all. */
  readonly maxEntries?: number;
}

/** Entry by entry, since each has its own account and state: a reservation whose other accounts are locked is reclaimed there later. */
async function reclaim(
  sql: Sql,
  { tenants, keys, fromPosition = 0, maxEntries }: ReclaimScope,
): Promise<readonly ReclaimedReservation[]> {
  return sql.query<ReclaimedReservation>(
    `with overdue as (
       select tenant, reservation, key, position, amount from budget_entry
       where state = 'reserved' and expires_at < (select ms_now()) and position >= $4::integer
         and (tenant, key) in (select * from unnest($1::text[], $2::text[]))
       order by expires_at limit $3::bigint
     ), closed as (
       update budget_entry e set state = 'reclaimed', closed_at = ms_now()
       from overdue o where e.tenant = o.tenant and e.reservation = o.reservation and e.key = o.key
     ), freed as (
       update budget b set reserved = b.reserved - o.amount, changed_at = ms_now()
       from (select tenant, key, sum(amount)::bigint as amount from overdue group by tenant, key) o
       where b.tenant = o.tenant and b.key = o.key
     )
     select tenant, reservation from overdue where position = 0 order by tenant, reservation`,
    [tenants, keys, maxEntries ?? null, fromPosition],
  );
}
