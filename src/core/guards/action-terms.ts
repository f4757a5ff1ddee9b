import type { LimitTerms } from "../../contract/policy.ts";

/** What an action's limits come to in the form that policy uses, and the functions that tell estimates. */
export interface ActionTerms {
  /** `facts` is there if and only if the action proves some. */
  readonly terms: LimitTerms;
  /** By place in `terms.budget`; such a budget has neither estimate nor plan. Ask them through `effectiveLimits` only. */
  readonly estimates: ReadonlyMap<number, (input: unknown) => number>;
}
