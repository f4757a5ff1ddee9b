import type { RemainingLimit } from "../contract/guards.ts";
import type { InvocationRef } from "../contract/ids.ts";
import type { LimitTerms } from "../contract/policy.ts";
import { budgetClaimsOf } from "../core/guards/budget.ts";
import { type BudgetAccount, showBalance } from "../core/guards/budget-accounts.ts";
import { chargesOf, limitsOf } from "../core/guards/charges.ts";
import type { GuardedCallFacts } from "../core/guards/guarded-call.ts";
import { rateCountersOf } from "../core/guards/rate-counters.ts";
import { isRefusal } from "../core/guards/refusal.ts";
import { readSession } from "../core/session.ts";
import type { ChargedCall } from "../store/guard-views.ts";
import type { Store } from "../store/store.ts";

/** A call and what limits it. */
interface LimitedCall {
  readonly limits: LimitTerms;
  readonly call: GuardedCallFacts;
  readonly row: ChargedCall;
}

/**
 * What is left, now, of every rate and budget that limits a call: what the call itself was charged counts as used or reserved.
 * Counts by values of the real input and shows none of them. `undefined` for a call that no rate and no budget limits.
 */
export async function readRemaining(
  store: Pick<Store, "guardViews" | "rates" | "budgets">,
  ref: InvocationRef,
): Promise<readonly RemainingLimit[] | undefined> {
  const row = await store.guardViews.findCharged(ref);
  const limits = row && limitsOf(row);
  if (row === undefined || limits === undefined) return undefined;
  const call = guardedCallOf(ref, row);
  const remaining = [...(await readRates(store, limits, call)), ...(await readBudgets(store, { limits, call, row }))];
  return remaining.length === 0 ? undefined : remaining;
}

function guardedCallOf({ tenant }: InvocationRef, row: ChargedCall): GuardedCallFacts {
  return {
    ...{ tenant, actor: row.actor, action: row.action },
    run: row.run ?? undefined,
    session: readSession(JSON.parse(row.session ?? "null")),
    input: JSON.parse(row.input) as unknown,
  };
}

async function readRates(
  { rates }: Pick<Store, "rates">,
  limits: LimitTerms,
  call: GuardedCallFacts,
): Promise<readonly RemainingLimit[]> {
  // Their labels are not shown, so they are made of no input at all.
  const counters = rateCountersOf(limits.rate ?? [], call, null);
  if (isRefusal(counters) || counters.length === 0) return [];
  const asked = counters.flatMap(({ key, limits: windows }) => windows.map((window) => ({ ...window, key })));
  const windows = await rates.read(call.tenant, asked);
  return asked.map(({ limit, perMs, scope }, index) => {
    const used = windows[index]?.used ?? 0;
    return { guard: "rate", limit, perMs, scope: [...scope], used, remaining: Math.max(0, limit - used) };
  });
}

async function readBudgets(
  { budgets }: Pick<Store, "budgets">,
  charged: LimitedCall,
): Promise<readonly RemainingLimit[]> {
  const limited = accountsOf(charged).filter(({ limitMicros }) => limitMicros !== undefined);
  if (limited.length === 0) return [];
  const keys = limited.map(({ key }) => key);
  const balances = await budgets.balances(charged.call.tenant, keys);
  return limited.map((account) => ({
    guard: "budget",
    ...showBalance(account, balances.get(account.key) ?? { used: 0, reserved: 0 }),
  }));
}

/** The accounts that the call spends from, those of the period in which it was decided; the innermost first. */
function accountsOf({ limits, call, row }: LimitedCall): readonly BudgetAccount[] {
  const exceeds = chargesOf(row)?.exceeds;
  if (exceeds !== undefined) return exceeds.map(({ account }) => account);
  // Only the accounts are asked for: what the call is reckoned to cost changes none of them, and would need the tariff.
  const terms = (limits.budget ?? []).map((term) => ({ ...term, estimate: 0 }));
  const claims = budgetClaimsOf(terms, call, { nowMs: row.decided_at, priceUsage: undefined });
  return isRefusal(claims) ? [] : claims.map(({ account }) => account);
}
