import type { LimitTerms } from "../../contract/policy.ts";

/** What stands in an invocation's column `guards` once it was admitted: the limits in force for it, and what was charged. */
export interface GuardCharges {
  /** Action's and policy's together. */
  readonly limits: LimitTerms;
  /** Rates that it counts in. */
  readonly rates: readonly { readonly key: string; readonly cost: number }[];
  /** The input round whose amounts are reserved in budgets; absent when none are. */
  readonly reservedRound?: number;
  /** A person must agree before the budgets may be exceeded: nothing is reserved before the action starts. */
  readonly exceeds?: true;
}
