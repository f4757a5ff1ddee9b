import type {
  BreakerLimit,
  BudgetLimit,
  FactCapacity,
  FactRequirement,
  LimitTerms as Terms,
  RateLimit,
  TokenUsage,
} from "../../../contract/policy.ts";
import { freezeDeep } from "./freeze-deep.ts";

/** Limits that a verdict asks to be kept. Frozen: give a copy away. */
export type LimitTerms = Readonly<Terms>;

/**
 * Limits that satisfy both: all of either, and where they speak of the same thing the stricter. Which of the two comes first
 * matters only for the order of the members and for the words of a hint. Budgets of one account whose estimates differ are both
 * kept: only the call's input tells which of them is more.
 */
export function mergeLimitTerms(first: LimitTerms, second: LimitTerms): LimitTerms {
  const attempts = lower(first.attempts?.perRun, second.attempts?.perRun);
  const attemptMs = lower(first.timeout?.attemptMs, second.timeout?.attemptMs);
  const totalMs = lower(first.timeout?.totalMs, second.timeout?.totalMs);
  const rate = mergeLists(first.rate, second.rate, stricterRate);
  const budget = mergeLists(first.budget, second.budget, stricterBudget);
  const breaker = mergeLists(first.breaker, second.breaker, stricterBreaker);
  const requires = mergeLists(first.requires, second.requires, sameFact);
  const facts = mergeCapacities(first.facts, second.facts);
  const timeout = { ...(attemptMs === undefined ? {} : { attemptMs }), ...(totalMs === undefined ? {} : { totalMs }) };
  return freezeTerms({
    ...(rate === undefined ? {} : { rate }),
    ...(attempts === undefined ? {} : { attempts: { perRun: attempts } }),
    ...(budget === undefined ? {} : { budget }),
    ...(breaker === undefined ? {} : { breaker }),
    ...(requires === undefined ? {} : { requires }),
    ...(facts === undefined ? {} : { facts }),
    ...(Object.keys(timeout).length === 0 ? {} : { timeout }),
  });
}

/** Freezes terms with all that is in them. */
export function freezeTerms(terms: Terms): LimitTerms {
  return freezeDeep(terms);
}

function lower(left: number | undefined, right: number | undefined): number | undefined {
  if (left === undefined) return right;
  return right === undefined ? left : Math.min(left, right);
}

/** The members of both lists, each thing once; of two that speak of the same thing, what `combine` makes of them. */
function mergeLists<Item>(
  first: readonly Item[] = [],
  second: readonly Item[] = [],
  combine: (left: Item, right: Item) => Item | undefined,
): Item[] | undefined {
  const merged: Item[] = [];
  for (const item of [...first, ...second]) {
    const twin = merged.findIndex((other) => combine(other, item) !== undefined);
    const other = merged[twin];
    if (other === undefined) merged.push(item);
    else merged[twin] = combine(other, item) ?? item;
  }
  return merged.length === 0 ? undefined : merged;
}

/** Rates count the same calls when all but the number is equal. */
function stricterRate(left: RateLimit, right: RateLimit): RateLimit | undefined {
  const isSame =
    left.perMs === right.perMs &&
    left.key === right.key &&
    (left.cost ?? 1) === (right.cost ?? 1) &&
    left.scope.every((scope) => right.scope.includes(scope)) &&
    right.scope.every((scope) => left.scope.includes(scope));
  return isSame ? { ...left, limit: Math.min(left.limit, right.limit) } : undefined;
}

/** Budgets hold the same spending when all but the number is equal. */
function stricterBudget(left: BudgetLimit, right: BudgetLimit): BudgetLimit | undefined {
  const isSame =
    left.name === right.name &&
    left.unit === right.unit &&
    left.per === right.per &&
    (left.scope ?? "tenant") === (right.scope ?? "tenant") &&
    left.estimate === right.estimate &&
    isSamePlan(left.plan, right.plan) &&
    left.onExceed === right.onExceed;
  return isSame ? { ...left, limit: Math.min(left.limit, right.limit) } : undefined;
}

function isSamePlan(left: TokenUsage | undefined, right: TokenUsage | undefined): boolean {
  if (left === undefined || right === undefined) return left === right;
  return (
    left.provider === right.provider &&
    left.model === right.model &&
    left.input === right.input &&
    (left.cachedInput ?? 0) === (right.cachedInput ?? 0) &&
    left.output === right.output
  );
}

/** A dependency has one breaker: it opens as early and stays open as long as either wants. */
function stricterBreaker(left: BreakerLimit, right: BreakerLimit): BreakerLimit | undefined {
  if (left.dependency !== right.dependency) return undefined;
  return {
    dependency: left.dependency,
    failures: Math.min(left.failures, right.failures),
    resetAfterMs: Math.max(left.resetAfterMs, right.resetAfterMs),
    windowMs: Math.max(left.windowMs, right.windowMs),
    countKinds: [...new Set([...left.countKinds, ...right.countKinds])],
    ignoreKinds: left.ignoreKinds.filter((kind) => right.ignoreKinds.includes(kind)),
  };
}

/** A fact that both require is required once, with the first hint that there is. */
function sameFact(left: FactRequirement, right: FactRequirement): FactRequirement | undefined {
  if (left.kind !== right.kind || left.from !== right.from) return undefined;
  return left.hint === undefined ? right : left;
}

function mergeCapacities(left: FactCapacity | undefined, right: FactCapacity | undefined): FactCapacity | undefined {
  if (left === undefined || right === undefined) return left ?? right;
  const onFull = left.onFull === "refuse" || right.onFull === "refuse" ? "refuse" : "truncate";
  return { max: Math.min(left.max, right.max), onFull };
}
