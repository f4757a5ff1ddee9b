import type { InvocationId } from "../../contract/ids.ts";
import type { ExecutionOptions } from "../../contract/manifest.ts";
import type { LimitTerms, RecordedVerdict } from "../../contract/policy.ts";
import type { BudgetClaim } from "./budget-accounts.ts";

/** What stands in an invocation's column `guards` once it was admitted: what was charged. Its limits stand in its verdict. */
export interface GuardCharges {
  /** Rates that it counts in. */
  readonly rates: readonly { readonly key: string; readonly cost: number }[];
  /** The input round whose amounts are reserved in budgets; absent when none are. */
  readonly reservedRound?: number;
  /** What a person must agree to, since it exceeds a budget: reserved when the action starts, not before. */
  readonly exceeds?: readonly BudgetClaim[];
}

/** What is read of a row for its limits. */
export interface LimitedRow {
  /** Canonical JSON of {@link GuardCharges}; null until it was admitted, and for a call that nothing limits. */
  readonly guards: string | null;
  /** Canonical JSON of {@link RecordedVerdict}; null until it was decided. */
  readonly verdict: string | null;
}

/** The charges that a row keeps; `undefined` for a call that nothing limits. */
export function chargesOf(row: Pick<LimitedRow, "guards">): GuardCharges | undefined {
  return row.guards === null ? undefined : (JSON.parse(row.guards) as GuardCharges);
}

/** The limits that a row was admitted under, action's and policy's together; `undefined` for a call that nothing limits. */
export function limitsOf(row: LimitedRow): Readonly<LimitTerms> | undefined {
  if (row.guards === null || row.verdict === null) return undefined;
  return (JSON.parse(row.verdict) as RecordedVerdict).obligations.limits;
}

/** Names what an invocation's input of one round has reserved in budgets. */
export function reservationOf(invocation: InvocationId, round: number): string {
  return `${invocation}:${round}`;
}

/** The times that an execution keeps under limits: of each the lower, and no attempt longer than all together. */
export function limitExecution<Options extends ExecutionOptions>(
  execution: Options,
  timeout: LimitTerms["timeout"],
): Options {
  if (timeout === undefined) return execution;
  const totalTimeoutMs = Math.min(execution.totalTimeoutMs, timeout.totalMs ?? Infinity);
  const attemptTimeoutMs = Math.min(execution.attemptTimeoutMs, timeout.attemptMs ?? Infinity, totalTimeoutMs);
  return { ...execution, totalTimeoutMs, attemptTimeoutMs };
}
