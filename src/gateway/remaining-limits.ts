import type { RemainingLimit } from "../contract/guards.ts";
import type { InvocationRef } from "../contract/ids.ts";
import { budgetClaimsOf } from "../core/guards/budget.ts";
import { type BudgetAccount, showBalance } from "../core/guards/budget-accounts.ts";
import { chargesOf, type GuardCharges } from "../core/guards/charges.ts";
import type { GuardedCallFacts } from "../core/guards/guarded-call.ts";
import { rateCountersOf } from "../core/guards/rate-counters.ts";
import { isRefusal } from "../core/guards/refusal.ts";
import { readSession } from "../core/session.ts";
import type { ChargedCall } from "../store/guard-views.ts";
import type { Store } from "../store/store.ts";

/**
 * What is left, now, of every rate and budget that limits a call: what the call itself was charged counts as used or reserved.
 * Counts by values of the real input and shows none of them. `undefined` for a call that no rate and no budget limits.
 */
export async function readRemaining(
  store: Pick<Store, "guardViews" | "rates" | "budgets">,
  ref: InvocationRef,
): Promise<readonly RemainingLimit[] | undefined> {
  const row = await store.guardViews.findCharged(ref);
  const charges = row && chargesOf(row);
  if (row === undefined || charges === undefined) return undefined;
  const call = guardedCallOf(ref, row);
  const remaining = [...(await readRates(store, charges, call)), ...(await readBudgets(store, { charges, call, row }))];
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
  { limits }: GuardCharges,
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
  charged: { readonly charges: GuardCharges; readonly call: GuardedCallFacts; readonly row: ChargedCall },
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
function accountsOf({
  charges,
  call,
  row,
}: {
  readonly charges: GuardCharges;
  readonly call: GuardedCallFacts;
  readonly row: ChargedCall;
}): readonly BudgetAccount[] {
  if (charges.exceeds !== undefined) return charges.exceeds.map(({ account }) => account);
  // Only the accounts are asked for: what the call is reckoned to cost changes none of them, and would need the tariff.
  const terms = (charges.limits.budget ?? []).map((term) => ({ ...term, estimate: 0 }));
  const claims = budgetClaimsOf(terms, call, { nowMs: row.decided_at, priceUsage: undefined });
  return isRefusal(claims) ? [] : claims.map(({ account }) => account);
}
