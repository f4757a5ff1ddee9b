import type { BudgetLimit, TokenUsage } from "../contract/policy.ts";
import { BUDGET_PERIODS, BUDGET_SCOPES, BUDGET_UNITS, isTokenCount } from "../core/policy/document/limit-values.ts";
import { MAX_LIMIT_COUNT, MAX_LIMIT_NAME_CHARS } from "../core/policy/limits.ts";
import type { ActionTerms } from "./action-limits.ts";
import { isAsyncFunction } from "./is-async-function.ts";
import {
  type Members,
  type Place,
  readAmount,
  readEach,
  readMembers,
  readName,
  readPointer,
  readText,
  readWord,
} from "./limit-fields.ts";

const FIELDS = ["name", "limit", "unit", "scope", "per", "estimate", "plan", "onExceed"];

type Estimate = (input: unknown) => number;

/** Budgets of an action, and the functions that tell what a call is reckoned to spend, by place in the list. */
export interface BudgetRules {
  readonly budget: BudgetLimit[] | undefined;
  readonly estimates: ActionTerms["estimates"];
}

/** Reads the budgets of an action. @throws invalid_request naming the field that is wrong */
export function readBudgetRules(place: Place | undefined): BudgetRules {
  const estimates = new Map<number, Estimate>();
  if (place === undefined) return { budget: undefined, estimates };
  const rules = readEach(place, readBudgetRule);
  for (const [index, { estimate }] of rules.entries()) if (estimate !== undefined) estimates.set(index, estimate);
  return { budget: rules.map(({ limit }) => limit), estimates };
}

function readBudgetRule(place: Place): { readonly limit: BudgetLimit; readonly estimate: Estimate | undefined } {
  const members = readMembers(place, FIELDS);
  const name = readName(members.need("name"));
  const amount = readAmount(members.need("limit"));
  const unit = readWord(members.need("unit"), BUDGET_UNITS);
  const [scope, per, onExceed] = [members.at("scope"), members.at("per"), members.at("onExceed")];
  const { estimate, ...reckoning } = readReckoning(members, unit);
  const limit: BudgetLimit = {
    ...{ name, limit: amount, unit, ...reckoning },
    ...(per === undefined ? {} : { per: readWord(per, BUDGET_PERIODS) }),
    ...(scope === undefined ? {} : { scope: readWord(scope, BUDGET_SCOPES) }),
    ...(onExceed === undefined ? {} : { onExceed: readWord(onExceed, ["require_approval"] as const) }),
  };
  return typeof estimate === "function"
    ? { limit, estimate }
    : { limit: withEstimate(limit, estimate), estimate: undefined };
}

function withEstimate(limit: BudgetLimit, estimate: number | string | undefined): BudgetLimit {
  return estimate === undefined ? limit : { ...limit, estimate };
}

/** What a call is reckoned to spend before anybody knows: an estimate or a plan, never both. */
function readReckoning(
  members: Members,
  unit: BudgetLimit["unit"],
): { readonly estimate?: number | string | Estimate; readonly plan?: TokenUsage } {
  const plan = members.at("plan");
  if (plan === undefined) return { estimate: readEstimate(members.need("estimate")) };
  if (members.at("estimate") !== undefined) throw plan.fault(plan.field, "must not stand beside estimate");
  if (unit === "units") throw plan.fault(plan.field, "tells tokens and their price: give an estimate of the units");
  return { plan: readPlan(plan) };
}

function readEstimate(place: Place): number | string | Estimate {
  const { value, field, fault } = place;
  if (typeof value === "string") return readPointer(place);
  if (value === 0) return value;
  if (typeof value === "number") return readAmount(place);
  if (typeof value !== "function") throw fault(field, "must be a number, a JSON pointer or a function of the input");
  if (isAsyncFunction(value)) throw fault(field, "must not be async: nothing waits for it");
  return value as Estimate;
}

function readPlan(place: Place): TokenUsage {
  const members = readMembers(place, ["provider", "model", "input", "cachedInput", "output"]);
  const provider = readText(members.need("provider"), MAX_LIMIT_NAME_CHARS);
  const model = readText(members.need("model"), MAX_LIMIT_NAME_CHARS);
  const input = readTokens(members.need("input"));
  const output = readTokens(members.need("output"));
  const cached = members.at("cachedInput");
  if (cached === undefined) return { provider, model, input, output };
  const cachedInput = readTokens(cached);
  if (cachedInput > input) throw cached.fault(cached.field, "must be at most input, of which it is a part");
  return { provider, model, input, cachedInput, output };
}

function readTokens({ value, field, fault }: Place): number {
  if (isTokenCount(value)) return value;
  throw fault(field, `must be a whole number from 0 to ${MAX_LIMIT_COUNT}`);
}
