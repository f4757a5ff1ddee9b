import type { BudgetLimit, BudgetScope, TokenUsage } from "../../contract/policy.ts";
import { canonicalJson } from "../canonical.ts";
import { isAmount, MAX_AMOUNT, toMicros } from "./amounts.ts";
import { accountsAround, type BudgetClaim, periodOf, type Purse, type Spender } from "./budget-accounts.ts";
import type { GuardedCallFacts } from "./guarded-call.ts";
import { type GuardRefusal, refuse } from "./refusal.ts";
import { valueAt } from "./value-at.ts";

/** A budget's limit, or only its charge: without `limit` nothing is limited, and at a door it may also stand at a part. */
export type BudgetTerm = Omit<BudgetLimit, "limit" | "scope"> & {
  /** In the unit. */
  readonly limit?: number | undefined;
  /** Default `tenant`. */
  readonly scope?: BudgetScope | undefined;
};

/** What claims are made with besides the call. */
export interface ClaimOptions {
  /** Database time: tells the period. */
  readonly nowMs: number;
  /** The tariff's price of a usage in millionths of a dollar; undefined without a tariff. */
  readonly priceUsage: ((usage: TokenUsage) => number | undefined) | undefined;
}

/** What is asked of one purse: the highest estimate of its terms, and the terms themselves. */
interface Demand {
  readonly purse: Purse;
  readonly terms: readonly BudgetTerm[];
  readonly amount: number;
}

/** The levels, each within the one behind it. */
const INNERMOST_FIRST: readonly BudgetScope[] = ["part", "run", "actor", "tenant"];

/**
 * What a call has to reserve: of each budget's name, unit and period its estimate, in the accounts of every level around the call,
 * whether or not a limit stands there. Of several terms on one purse the highest estimate counts, at one account the lowest limit.
 * Innermost accounts first, then in the order of the limits.
 *
 * Refused with `run_required` where a run is limited and none is named, `invalid_input` where the input has no amount at the
 * estimate's place or the action's own function tells none, and `budget_exceeded` (not retryable) where the tariff tells none.
 */
export function budgetClaimsOf(
  limits: readonly BudgetTerm[],
  call: GuardedCallFacts & Pick<Spender, "part">,
  options: ClaimOptions,
): readonly BudgetClaim[] | GuardRefusal {
  const demands = new Map<string, Demand>();
  for (const term of limits) {
    const amount = refuseUnplaced(term, call) ?? estimate(term, call.input, options);
    if (typeof amount !== "number") return amount;
    const { name, unit, per } = term;
    const purse: Purse = { name, unit, period: periodOf(per, options.nowMs) };
    const key = canonicalJson(purse);
    const other = demands.get(key);
    demands.set(key, {
      purse,
      terms: [...(other?.terms ?? []), term],
      amount: Math.max(other?.amount ?? 0, amount),
    });
  }
  const claims = [...demands.values()].flatMap((demand) => claimsOf(demand, call));
  return INNERMOST_FIRST.flatMap((scope) => claims.filter(({ account }) => account.scope === scope));
}

function claimsOf({ purse, terms, amount }: Demand, spender: Spender): readonly BudgetClaim[] {
  return accountsAround(purse, spender).map((account) => {
    const here = terms.filter(({ scope = "tenant" }) => scope === account.scope);
    const limitMicros = lowest(here);
    const ceilingMicros = lowest(here.filter(({ onExceed }) => onExceed === undefined));
    const mayAsk = limitMicros !== undefined && (ceilingMicros === undefined || ceilingMicros > limitMicros);
    return {
      account: { ...account, limitMicros, ceilingMicros, onExceed: mayAsk ? "require_approval" : undefined },
      amount,
    };
  });
}

/** The lowest limit in millionths; what is finer is cut off, so that rounding lets nothing exceed it. */
function lowest(terms: readonly BudgetTerm[]): number | undefined {
  const limits = terms.map(({ limit }) => limit).filter((limit) => limit !== undefined);
  return limits.length === 0 ? undefined : toMicros(Math.min(...limits), "down");
}

function refuseUnplaced({ name, scope }: BudgetTerm, { run, part }: Spender): GuardRefusal | undefined {
  if (scope === "run" && run === undefined) {
    return refuse("budget", "run_required", {
      message: `The budget ${name} is limited for each run, and the call names none`,
    });
  }
  if (scope === "part" && part === undefined) {
    return refuse("budget", "invalid_request", {
      message: `The budget ${name} is limited for a part, and none is named`,
    });
  }
  return undefined;
}

/** The millionths that a call is reckoned to cost. */
function estimate(term: BudgetTerm, input: unknown, { priceUsage }: ClaimOptions): number | GuardRefusal {
  const { name, unit, estimate: told, plan } = term;
  if (typeof told === "string") {
    const value = valueAt(input, told);
    if (isAmount(value)) return toMicros(value, "up");
    const message = `The input has no number from 0 to ${MAX_AMOUNT} at ${told}, from which the budget ${name} takes the call's cost`;
    return refuse("budget", "invalid_input", { message, details: { pointer: told } });
  }
  if (told !== undefined) {
    return isAmount(told) ? toMicros(told, "up") : refuseEstimate(name, "the estimate of its cost is not an amount");
  }
  if (plan === undefined) {
    const message = `What the call would spend of the budget ${name} can't be told from its input`;
    return refuse("budget", "invalid_input", { message, details: { name } });
  }
  if (unit === "units") return refuseEstimate(name, "a plan tells nothing of units");
  if (unit === "tokens") return toMicros(plan.input + plan.output, "up");
  if (priceUsage === undefined) return refuseEstimate(name, "no tariff is there to price its plan");
  return priceUsage(plan) ?? refuseEstimate(name, "the tariff has no price for its plan");
}

function refuseEstimate(name: string, why: string): GuardRefusal {
  const message = `The call can't be reserved in the budget ${name}: ${why}`;
  return refuse("budget", "budget_exceeded", { message, retryable: false, details: { name } });
}
