import type { AccountBalance, BudgetAccount } from "../core/guards/budget-accounts.ts";
import type { Sql } from "./db.ts";

/** One account's part of a reservation, with the account as it stands. Amounts in millionths. */
export interface BudgetEntryRow
  extends AccountBalance, Pick<BudgetAccount, "key" | "name" | "unit" | "scope" | "period" | "label"> {
  /** 0 for the innermost account. */
  readonly position: number;
  /** What was reserved. */
  readonly amount: number;
  /** What it was settled at; null before. */
  readonly spent: number | null;
  /** What became of it; `reclaimed` may still be settled. */
  readonly state: "reserved" | "settled" | "released" | "reclaimed";
  /** Whose it is when no invocation's. */
  readonly actor: string | null;
  /** From then on it may be reclaimed. */
  readonly expires_at: number;
}

/** Reads of `budget` and `budget_entry`; they take no lock. */
export function createBudgetReads(sql: Sql) {
  return {
    /** The accounts that exist, by key: one that was never reserved in is missing. */
    async balances(tenant: string, keys: readonly string[]): Promise<ReadonlyMap<string, AccountBalance>> {
      const rows = await sql.query<AccountBalance & { readonly key: string }>(
        `select key, used, reserved from budget where tenant = $1 and key = any($2::text[])`,
        [tenant, keys],
      );
      return new Map(rows.map(({ key, used, reserved }) => [key, { used, reserved }]));
    },

    /** A reservation's entries, the innermost first; none of one that doesn't exist. */
    async entries(tenant: string, reservation: string): Promise<readonly BudgetEntryRow[]> {
      return sql.query<BudgetEntryRow>(
        `select b.key, b.name, b.unit, b.scope, b.period, b.label, b.used, b.reserved,
           e.position, e.amount, e.spent, e.state, e.actor, e.expires_at
         from budget_entry e join budget b on b.tenant = e.tenant and b.key = e.key
         where e.tenant = $1 and e.reservation = $2 order by e.position`,
        [tenant, reservation],
      );
    },
  };
}
