import { budgetClaimsOf, type BudgetTerm } from "../../src/core/guards/budget.ts";
import type { BudgetClaim } from "../../src/core/guards/budget-accounts.ts";
import { judgeBudgets } from "../../src/core/guards/judge-budgets.ts";
import { createBudgetTable } from "../../src/store/budgets.ts";
import type { Db } from "../../src/store/db.ts";

/** When reservations of these tests would be overdue. */
export const IN_AN_HOUR_MS = Date.now() + 3_600_000;

/** What a call of a run reserves in a tenant's budgets; the innermost of its accounts is the run's. */
export function claimsOf(limits: readonly BudgetTerm[], call: { tenant?: string; actor?: string; run?: string } = {}) {
  const { tenant = "acme", actor = "ann", run = "r1" } = call;
  const facts = { tenant, actor, run, session: undefined, action: "mail.send", input: {} };
  return budgetClaimsOf(limits, facts, { nowMs: 0, priceUsage: undefined }) as readonly BudgetClaim[];
}

/** Locks, judges and reserves in one transaction, as a decision does; false when there was no room. */
export async function tryReserve(
  db: Db,
  claims: readonly BudgetClaim[],
  { reservation, tenant = "acme" }: { reservation: string; tenant?: string },
): Promise<boolean> {
  return db.transaction(async (tx) => {
    const budgets = createBudgetTable(tx);
    const accounts = claims.map(({ account }) => account);
    if (judgeBudgets(claims, await budgets.lock(tenant, accounts)) !== undefined) return false;
    await budgets.reserve(tenant, { reservation, claims, expiresAtMs: IN_AN_HOUR_MS });
    return true;
  });
}

/** Makes reservations overdue, as the passing of time does. */
export async function expire(db: Db, reservation: string): Promise<void> {
  await db.query(`update budget_entry set expires_at = '2026-01-01Z' where reservation = $1`, [reservation]);
}
