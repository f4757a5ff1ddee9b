import type { BudgetLimit, TokenUsage } from "../../../contract/policy.ts";
import { MAX_LIMIT_COUNT, MAX_LIMIT_NAME_CHARS } from "../limits.ts";
import { addFault, type Cursor, readInteger, readMap, readText, readWord } from "./cursor.ts";
import { type Members, readAmount, readMember, readName, requireKeys } from "./limit-cursors.ts";
import { BUDGET_PERIODS, BUDGET_SCOPES, BUDGET_UNITS } from "./limit-values.ts";
import { readPointer } from "./pointers.ts";

const BUDGET_KEYS = { known: ["name", "limit", "unit", "per", "scope", "estimate", "plan", "on_exceed"] };
const PLAN_KEYS = { known: ["provider", "model", "input", "cached_input", "output"] };
const TOKENS = { min: 0, max: MAX_LIMIT_COUNT };

/** Reads a budget: what may be spent, by whom, in what time, and what a call is reckoned to spend. */
export function readBudget(cursor: Cursor): BudgetLimit | undefined {
  const members = readMap(cursor, BUDGET_KEYS);
  if (members === undefined) return undefined;
  requireKeys(cursor, members, ["name", "limit", "unit"]);
  const name = readMember(members, "name", readName);
  const limit = readMember(members, "limit", readAmount);
  const unit = readMember(members, "unit", (at) => readWord(at, BUDGET_UNITS));
  const reckoning = readReckoning(cursor, members);
  const per = readMember(members, "per", (at) => readWord(at, [...BUDGET_PERIODS, "tenant"] as const));
  const scope = readMember(members, "scope", (at) => readWord(at, BUDGET_SCOPES));
  const onExceed = readMember(members, "on_exceed", (at) => readWord(at, ["require_approval"] as const));
  if (name === undefined || limit === undefined || unit === undefined || reckoning === undefined) return undefined;
  const plan = members.get("plan");
  if (unit === "units" && plan !== undefined)
    return addFault(plan, "A plan tells tokens and their price", "give an estimate of the units, or unit: usd");
  // `per: tenant` says for whom, not how long: it is an older spelling of the scope.
  const shared = scope ?? (per === "tenant" ? per : undefined);
  return {
    ...{ name, limit, unit, ...reckoning },
    ...(per === undefined || per === "tenant" ? {} : { per }),
    ...(shared === undefined ? {} : { scope: shared }),
    ...(onExceed === undefined ? {} : { onExceed }),
  };
}

/** What a call is reckoned to spend before anybody knows: an estimate or a plan, never both. */
function readReckoning(cursor: Cursor, members: Members): Pick<BudgetLimit, "estimate" | "plan"> | undefined {
  const at = members.get("plan");
  if (at === undefined) {
    if (!members.has("estimate")) return addFault(cursor, "The key estimate is missing", "or plan, for tokens");
    const estimate = readMember(members, "estimate", readEstimate);
    return estimate === undefined ? undefined : { estimate };
  }
  if (members.has("estimate")) return addFault(at, "Only one of estimate and plan can stand here");
  const plan = readPlan(at);
  return plan === undefined ? undefined : { plan };
}

function readEstimate(cursor: Cursor): number | string | undefined {
  const { node } = cursor;
  const told = node.kind === "scalar" ? node.value : undefined;
  // Nothing is reserved before a call by a budget that only wants to hear what was spent.
  if (told === 0) return told;
  return typeof told === "string" ? readPointer(cursor) : readAmount(cursor);
}

/** Reads what a model is expected to be used for. */
function readPlan(cursor: Cursor): TokenUsage | undefined {
  const members = readMap(cursor, PLAN_KEYS);
  if (members === undefined) return undefined;
  requireKeys(cursor, members, ["provider", "model", "input", "output"]);
  const provider = readMember(members, "provider", readWords);
  const model = readMember(members, "model", readWords);
  const input = readMember(members, "input", readTokens);
  const output = readMember(members, "output", readTokens);
  const cached = members.get("cached_input");
  const cachedInput = cached && readTokens(cached);
  if (provider === undefined || model === undefined || input === undefined || output === undefined) return undefined;
  if (cached === undefined) return { provider, model, input, output };
  if (cachedInput === undefined) return undefined;
  return cachedInput <= input
    ? { provider, model, input, cachedInput, output }
    : addFault(cached, "This must be at most input, of which it is a part");
}

function readWords(cursor: Cursor): string | undefined {
  return readText(cursor, { min: 1, max: MAX_LIMIT_NAME_CHARS });
}

function readTokens(cursor: Cursor): number | undefined {
  return readInteger(cursor, TOKENS);
}
