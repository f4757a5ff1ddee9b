import type { BudgetPlace } from "../contract/guards.ts";
import type { BudgetClaim, Spender } from "../core/guards/budget-accounts.ts";
import { type BudgetTerm, budgetClaimsOf } from "../core/guards/budget.ts";
import type { GuardRefusal } from "../core/guards/refusal.ts";

/** The caller's own term: what it spends is charged in its period, at its own limit if it gives one, in the innermost account that it names. */
export function ownTermOf({ name, unit, run, part, per, limit }: Omit<BudgetPlace, "onBehalfOf">): BudgetTerm {
  const outer = run === undefined ? "actor" : "run";
  return { name, unit, ...(per === undefined ? {} : { per }), scope: part === undefined ? outer : "part", limit };
}

/** An amount in every account around the spender, under all of these terms. Refused where a run is limited and none is named. */
export function claimAmount(
  terms: readonly BudgetTerm[],
  spender: Spender,
  { amount, nowMs }: { readonly amount: number; readonly nowMs: number },
): readonly BudgetClaim[] | GuardRefusal {
  // No action is called: there is nothing that an estimate could be read from, and nothing else of a call counts.
  const call = { ...spender, session: undefined, action: "", input: undefined };
  const estimated = terms.map((term) => ({ ...term, estimate: amount }));
  return budgetClaimsOf(estimated, call, { nowMs, priceUsage: undefined });
}
