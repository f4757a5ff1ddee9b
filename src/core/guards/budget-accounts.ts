import type { BudgetBalance } from "../../contract/guards.ts";
import type { BudgetLimit, BudgetScope, BudgetUnit } from "../../contract/policy.ts";
import { canonicalJson } from "../canonical.ts";
import { sha256Hex } from "../digest.ts";
import { fromMicros } from "./amounts.ts";
import type { GuardedCallFacts } from "./guarded-call.ts";

/** One account of a budget, by what it is found, and what limits it for the call at hand. */
export interface BudgetAccount {
  /** 32 hex characters of the SHA-256 over the typed tuple of tenant, name, unit, scope, whose it is, and period. */
  readonly key: string;
  /** The budget's name. */
  readonly name: string;
  /** What it is counted in. */
  readonly unit: BudgetUnit;
  /** Whose spending it holds. */
  readonly scope: BudgetScope;
  /** Empty for ever, `2026-11-21` for a day, `2026-11` for a month; days and months of UTC. */
  readonly period: string;
  /** The same as JSON for people: name, unit, scope, whose, period. */
  readonly label: string;
  /** Millionths: the lowest of the limits that stand at this account; undefined where none does. */
  readonly limitMicros: number | undefined;
  /** Millionths: the lowest of those that nobody can be asked to exceed; undefined where none is like that. */
  readonly ceilingMicros: number | undefined;
  /** Whether a person may be asked to exceed `limitMicros`, up to `ceilingMicros`. */
  readonly onExceed: "require_approval" | undefined;
}

/** An amount that a call wants to reserve in an account. */
export interface BudgetClaim {
  /** Where. */
  readonly account: BudgetAccount;
  /** Whole millionths of the account's unit. */
  readonly amount: number;
}

/** What is kept of an account, in whole millionths of its unit. */
export interface AccountBalance {
  /** What was spent. */
  readonly used: number;
  /** What is spoken for by calls that have not ended. */
  readonly reserved: number;
}

/** Who spends: every level that a call names, from the tenant down to a named part of the run, or of the actor. */
export type Spender = Pick<GuardedCallFacts, "tenant" | "actor" | "run"> & { readonly part?: string | undefined };

/** A budget's name and unit in one period: what has one account at every level. */
export type Purse = Pick<BudgetAccount, "name" | "unit" | "period">;

/** An account without the limits that a call puts on it. */
type BareAccount = Omit<BudgetAccount, "limitMicros" | "ceilingMicros" | "onExceed">;

/** The accounts of a purse at every level around the spender, the innermost first. */
export function accountsAround(purse: Purse, spender: Spender): readonly BareAccount[] {
  const { actor, run, part } = spender;
  return [
    ...(part === undefined ? [] : [createAccount(purse, "part", { ...spender, actor, run, part })]),
    ...(run === undefined ? [] : [createAccount(purse, "run", { ...spender, actor, run, part: undefined })]),
    createAccount(purse, "actor", { ...spender, actor, run: undefined, part: undefined }),
    createAccount(purse, "tenant", { tenant: spender.tenant, actor: undefined, run: undefined, part: undefined }),
  ];
}

function createAccount(
  { name, unit, period }: Purse,
  scope: BudgetScope,
  owner: { tenant: string; actor: string | undefined; run: string | undefined; part: string | undefined },
): BareAccount {
  const { tenant, actor, run, part } = owner;
  const subject = [actor ?? null, run ?? null, part ?? null];
  const key = sha256Hex(canonicalJson([tenant, name, unit, scope, subject, period])).slice(0, 32);
  const label = JSON.stringify({ name, unit, scope, actor, run, part, period: period === "" ? undefined : period });
  return { key, name, unit, scope, period, label };
}

/** The period that an instant lies in, as accounts name it. */
export function periodOf(per: BudgetLimit["per"], nowMs: number): string {
  if (per === undefined) return "";
  return new Date(nowMs).toISOString().slice(0, per === "day" ? "2026-11-21".length : "2026-11".length);
}

/** An account as it is shown, in its unit; `remaining` is never below 0. */
export function showBalance(
  account: Pick<BudgetAccount, "name" | "unit" | "scope" | "period"> & { readonly limitMicros?: number | undefined },
  { used, reserved }: AccountBalance,
): BudgetBalance {
  const { name, unit, scope, period, limitMicros } = account;
  const known = { name, unit, scope, ...(period === "" ? {} : { period }) };
  const balance = { ...known, used: fromMicros(used), reserved: fromMicros(reserved) };
  if (limitMicros === undefined) return balance;
  return {
    ...balance,
    limit: fromMicros(limitMicros),
    remaining: fromMicros(Math.max(0, limitMicros - used - reserved)),
  };
}

/** A reserved amount as the record has it, in the budget's unit. */
export function describeClaim({ account, amount }: BudgetClaim): Readonly<Record<string, unknown>> {
  const { name, unit, scope, period } = account;
  return { name, unit, scope, ...(period === "" ? {} : { period }), amount: fromMicros(amount) };
}

/** What became of a reserved amount, as the record has it; given in millionths, shown in the budget's unit. */
export function describeSettled({
  name,
  unit,
  scope,
  amount,
  spent,
}: Pick<BudgetAccount, "name" | "unit" | "scope"> & {
  readonly amount: number;
  readonly spent: number;
}): Readonly<Record<string, unknown>> {
  return { name, unit, scope, reserved: fromMicros(amount), spent: fromMicros(spent) };
}
