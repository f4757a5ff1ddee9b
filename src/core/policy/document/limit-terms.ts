import type { BreakerLimit, BudgetLimit, LimitTerms as Terms, RateLimit } from "../../../contract/policy.ts";

/** Limits that a verdict asks to be kept. Frozen: give a copy away. */
export type LimitTerms = Readonly<Terms>;

/** Limits that satisfy both: all of either, and where they speak of the same thing the stricter. */
export function mergeLimitTerms(first: LimitTerms, second: LimitTerms): LimitTerms {
  const attempts = lower(first.attempts?.perRun, second.attempts?.perRun);
  const attemptMs = lower(first.timeout?.attemptMs, second.timeout?.attemptMs);
  const totalMs = lower(first.timeout?.totalMs, second.timeout?.totalMs);
  const rate = mergeLists(first.rate, second.rate, stricterRate);
  const budget = mergeLists(first.budget, second.budget, stricterBudget);
  const breaker = mergeLists(first.breaker, second.breaker, stricterBreaker);
  const requires = mergeLists(first.requires, second.requires, (left, right) =>
    left.kind === right.kind && left.from === right.from ? left : undefined,
  );
  const timeout = { ...(attemptMs === undefined ? {} : { attemptMs }), ...(totalMs === undefined ? {} : { totalMs }) };
  return freezeTerms({
    ...(rate === undefined ? {} : { rate }),
    ...(attempts === undefined ? {} : { attempts: { perRun: attempts } }),
    ...(budget === undefined ? {} : { budget }),
    ...(breaker === undefined ? {} : { breaker }),
    ...(requires === undefined ? {} : { requires }),
    ...(Object.keys(timeout).length === 0 ? {} : { timeout }),
  });
}

/** Freezes terms with all that is in them. */
export function freezeTerms(terms: Terms): LimitTerms {
  freezeDeep(terms);
  return terms;
}

function freezeDeep(value: unknown): void {
  if (typeof value !== "object" || value === null) return;
  for (const member of Object.values(value)) freezeDeep(member);
  Object.freeze(value);
}

function lower(left: number | undefined, right: number | undefined): number | undefined {
  if (left === undefined) return right;
  return right === undefined ? left : Math.min(left, right);
}

/** The members of both lists; of two that speak of the same thing, what `combine` makes of them. */
function mergeLists<Item>(
  first: readonly Item[] = [],
  second: readonly Item[] = [],
  combine: (left: Item, right: Item) => Item | undefined,
): Item[] | undefined {
  const merged = [...first];
  for (const item of second) {
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
    left.cost === right.cost &&
    left.scope.length === right.scope.length &&
    left.scope.every((scope) => right.scope.includes(scope));
  return isSame ? { ...left, limit: Math.min(left.limit, right.limit) } : undefined;
}

function stricterBudget(left: BudgetLimit, right: BudgetLimit): BudgetLimit | undefined {
  const isSame =
    left.name === right.name &&
    left.unit === right.unit &&
    left.per === right.per &&
    left.scope === right.scope &&
    left.estimate === right.estimate &&
    left.onExceed === right.onExceed;
  return isSame ? { ...left, limit: Math.min(left.limit, right.limit) } : undefined;
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
