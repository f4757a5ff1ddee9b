import type { BudgetLimit, LimitTerms } from "../../contract/policy.ts";
import { mergeLimitTerms } from "../policy/document/limit-terms.ts";
import { isAmount } from "./amounts.ts";
import type { ActionTerms } from "./action-terms.ts";

/** Who limits a call. */
export interface DeclaredLimits {
  /** The action's own limits. */
  readonly action: ActionTerms | undefined;
  /** What the verdict obliges to. */
  readonly policy: Readonly<LimitTerms> | undefined;
  /** The call's input as it was sent or sanitised, parsed from JSON. */
  readonly input: unknown;
}

/**
 * The limits that one call must keep: the action's and the policy's together, the stricter of what speaks of the same thing;
 * `undefined` when there are none. A budget whose function throws, or tells no number from 0 to 1,000,000,000, has neither estimate
 * nor plan: the call is refused when it comes to its budgets. `facts` is there if and only if the action proves
 * some: a policy can lower what a session holds, and means nothing for actions that add nothing to it.
 */
export function effectiveLimits({ action, policy, input }: DeclaredLimits): LimitTerms | undefined {
  const own = action === undefined ? {} : withEstimates(action, input);
  const { facts, ...rest } = policy === undefined ? own : mergeLimitTerms(own, policy);
  const limits = own.facts === undefined || facts === undefined ? rest : { ...rest, facts };
  return Object.keys(limits).length === 0 ? undefined : limits;
}

function withEstimates({ terms, estimates }: ActionTerms, input: unknown): LimitTerms {
  if (terms.budget === undefined || estimates.size === 0) return terms;
  const budget: BudgetLimit[] = [];
  for (const [index, limit] of terms.budget.entries()) {
    const estimate = estimates.get(index);
    const amount = estimate && askEstimate(estimate, input);
    budget.push(amount === undefined ? limit : { ...limit, estimate: amount });
  }
  return { ...terms, budget };
}

/** What a function of an action tells; undefined when that is no amount. It gets a copy, which it may do with as it likes. */
function askEstimate(estimate: (input: unknown) => unknown, input: unknown): number | undefined {
  try {
    const amount = estimate(structuredClone(input));
    // A promise is no number; nobody waits for it, so it must not end the process when it is rejected.
    if (amount instanceof Promise) amount.catch(() => undefined);
    return isAmount(amount) ? amount : undefined;
  } catch {
    return undefined;
  }
}
