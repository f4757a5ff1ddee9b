import fc from "fast-check";
import { expect, test } from "vitest";
import type { BreakerLimit, BudgetLimit, LimitTerms, RateLimit } from "../../../../src/contract/policy.ts";
import { mergeLimitTerms } from "../../../../src/core/policy/document/limit-terms.ts";
import "../../../support/fast-check.ts";

// Few different values, so that two limits often speak of the same thing.
const few = fc.integer({ min: 1, max: 3 });
const maybe = <Value>(value: fc.Arbitrary<Value>) => fc.option(value, { nil: undefined });

/** Without the members that are undefined. */
function dropAbsent<Value extends object>(value: Value): Value {
  return Object.fromEntries(Object.entries(value).filter(([, member]) => member !== undefined)) as Value;
}

const scope = fc.constantFrom("tenant", "run", "input:/a");
const rate = fc
  .record({
    ...{ limit: few, perMs: few, scope: fc.uniqueArray(scope, { minLength: 1 }) },
    ...{ cost: maybe(fc.constantFrom(1, "input:/n")), key: maybe(fc.constant("k")) },
  })
  .map((value) => dropAbsent(value) as RateLimit);

const plan = fc.record({ provider: fc.constant("p"), model: fc.constantFrom("m", "n"), input: few, output: few });
const budget = fc
  .record({
    ...{ name: fc.constantFrom("a", "b"), limit: few, unit: fc.constantFrom("usd", "tokens") },
    ...{ per: maybe(fc.constant("day")), scope: maybe(fc.constantFrom("tenant", "run")) },
    ...{ spends: fc.oneof(few, fc.constant("/x"), plan), onExceed: maybe(fc.constant("require_approval")) },
  })
  .map(({ spends, ...rest }): BudgetLimit => {
    const reckoning = typeof spends === "object" ? { plan: spends } : { estimate: spends };
    return dropAbsent({ ...rest, ...reckoning });
  });

const kinds = fc.uniqueArray(fc.constantFrom("timeout", "auth", "invalid", "unknown"), { maxLength: 4 });
const breaker = fc
  .record({
    dependency: fc.constantFrom("x", "y"),
    failures: few,
    resetAfterMs: few,
    windowMs: few,
    kinds,
    cut: fc.nat(4),
  })
  .map(({ kinds: all, cut, ...rest }): BreakerLimit => {
    // A kind never counts and is ignored at once: the readers see to it.
    return { ...rest, countKinds: all.slice(0, cut), ignoreKinds: all.slice(cut) };
  });

const requirement = fc.record({ kind: fc.constantFrom("a", "b"), from: fc.constantFrom("/x", "/y") });
const facts = fc.record({ max: few, onFull: fc.constantFrom("refuse", "truncate") });
const timeout = fc
  .record({ attemptMs: few, totalMs: few }, { requiredKeys: [] })
  .filter((t) => Object.keys(t).length > 0);
const list = <Item>(item: fc.Arbitrary<Item>) => maybe(fc.array(item, { minLength: 1, maxLength: 4 }));

const terms: fc.Arbitrary<LimitTerms> = fc
  .record({
    ...{ rate: list(rate), budget: list(budget), breaker: list(breaker), requires: list(requirement) },
    ...{ attempts: maybe(few.map((perRun) => ({ perRun }))), facts: maybe(facts), timeout: maybe(timeout) },
  })
  .map((value) => structuredClone(dropAbsent(value)) as LimitTerms);

/** The terms without what the order of members and the spelling of defaults say. */
function normalize(value: LimitTerms): unknown {
  const { rate: rates, budget: budgets, breaker: breakers, requires, ...rest } = value;
  return {
    ...rest,
    rate: sorted(rates?.map((each) => ({ ...each, cost: each.cost ?? 1, scope: [...each.scope].sort() }))),
    budget: sorted(budgets?.map((each) => ({ ...each, scope: each.scope ?? "tenant" }))),
    breaker: sorted(
      breakers?.map((each) => ({
        ...each,
        countKinds: [...each.countKinds].sort(),
        ignoreKinds: [...each.ignoreKinds].sort(),
      })),
    ),
    requires: sorted(requires),
  };
}

function sorted(items: readonly object[] | undefined): readonly string[] | undefined {
  return items?.map((item) => JSON.stringify(Object.entries(item).sort(([a], [b]) => (a < b ? -1 : 1)))).sort();
}

test("mergeLimitTerms() of terms with themselves or with none changes no merged terms", () => {
  fc.assert(
    fc.property(terms, terms, (left, right) => {
      const merged = mergeLimitTerms(left, right);
      expect(mergeLimitTerms(merged, merged)).toEqual(merged);
      expect(mergeLimitTerms(merged, {})).toEqual(merged);
      expect(mergeLimitTerms({}, merged)).toEqual(merged);
      // What either said is in it already.
      expect(normalize(mergeLimitTerms(merged, left))).toEqual(normalize(merged));
    }),
  );
});

test("mergeLimitTerms() doesn't depend on the order, but for that of the members", () => {
  fc.assert(
    fc.property(terms, terms, terms, (first, second, third) => {
      expect(normalize(mergeLimitTerms(first, second))).toEqual(normalize(mergeLimitTerms(second, first)));
      const leftFirst = mergeLimitTerms(mergeLimitTerms(first, second), third);
      const rightFirst = mergeLimitTerms(first, mergeLimitTerms(second, third));
      expect(normalize(leftFirst)).toEqual(normalize(rightFirst));
    }),
  );
});

test("mergeLimitTerms() is never looser than either", () => {
  fc.assert(
    fc.property(terms, terms, (left, right) => {
      const merged = mergeLimitTerms(left, right);
      for (const given of [left, right]) assertAsStrict(merged, given);
    }),
  );
});

/** Whatever `given` demands, `merged` demands as much of the same thing. */
function assertAsStrict(merged: LimitTerms, given: LimitTerms): void {
  for (const own of given.rate ?? []) expect(merged.rate?.some((other) => isRateAsStrict(other, own))).toBe(true);
  for (const own of given.budget ?? []) expect(merged.budget?.some((other) => isBudgetAsStrict(other, own))).toBe(true);
  for (const own of given.breaker ?? []) {
    expect(merged.breaker?.some((other) => isBreakerAsStrict(other, own))).toBe(true);
  }
  for (const own of given.requires ?? []) expect(merged.requires).toContainEqual(own);
  if (given.attempts !== undefined) expect(merged.attempts?.perRun).toBeLessThanOrEqual(given.attempts.perRun);
  if (given.facts !== undefined) {
    expect(merged.facts?.max).toBeLessThanOrEqual(given.facts.max);
    if (given.facts.onFull === "refuse") expect(merged.facts?.onFull).toBe("refuse");
  }
  for (const clock of ["attemptMs", "totalMs"] as const) {
    const own = given.timeout?.[clock];
    if (own !== undefined) expect(merged.timeout?.[clock]).toBeLessThanOrEqual(own);
  }
}

function isRateAsStrict(other: RateLimit, own: RateLimit): boolean {
  const isSameScope = JSON.stringify([...other.scope].sort()) === JSON.stringify([...own.scope].sort());
  const isSameCost = (other.cost ?? 1) === (own.cost ?? 1);
  return isSameScope && isSameCost && other.perMs === own.perMs && other.key === own.key && other.limit <= own.limit;
}

function isBudgetAsStrict(other: BudgetLimit, own: BudgetLimit): boolean {
  const [left] = sorted([{ ...other, scope: other.scope ?? "tenant", limit: 0 }]) ?? [];
  const [right] = sorted([{ ...own, scope: own.scope ?? "tenant", limit: 0 }]) ?? [];
  return left === right && other.limit <= own.limit;
}

function isBreakerAsStrict(other: BreakerLimit, own: BreakerLimit): boolean {
  return (
    other.dependency === own.dependency &&
    other.failures <= own.failures &&
    other.resetAfterMs >= own.resetAfterMs &&
    other.windowMs >= own.windowMs &&
    own.countKinds.every((kind) => other.countKinds.includes(kind)) &&
    other.ignoreKinds.every((kind) => own.ignoreKinds.includes(kind) && !other.countKinds.includes(kind))
  );
}
