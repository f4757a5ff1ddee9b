import { describe, expect, it } from "vitest";
import { type LimitTerms, mergeLimitTerms } from "../../../../src/core/policy/document/limit-terms.ts";

describe("mergeLimitTerms", () => {
  const rate = { limit: 10, perMs: 1_000, scope: ["actor", "run"] };
  const budget = { name: "b", limit: 5, unit: "usd" as const, estimate: 1 };
  const breaker = {
    ...{ dependency: "bank", failures: 3, resetAfterMs: 60_000, windowMs: 300_000 },
    countKinds: ["auth" as const],
    ignoreKinds: ["invalid" as const, "conflict" as const],
  };

  it.each<[what: string, first: LimitTerms, second: LimitTerms, expected: LimitTerms]>([
    ["nothing", {}, {}, {}],
    ["fewer attempts", { attempts: { perRun: 3 } }, { attempts: { perRun: 2 } }, { attempts: { perRun: 2 } }],
    ["attempts of one", { attempts: { perRun: 3 } }, {}, { attempts: { perRun: 3 } }],
    [
      "shorter times",
      { timeout: { attemptMs: 5, totalMs: 9 } },
      { timeout: { attemptMs: 6, totalMs: 8 } },
      { timeout: { attemptMs: 5, totalMs: 8 } },
    ],
    ["a time of one", {}, { timeout: { totalMs: 8 } }, { timeout: { totalMs: 8 } }],
    [
      "the lower rate of the same calls",
      { rate: [rate] },
      { rate: [{ ...rate, limit: 7, scope: ["run", "actor"] }] },
      { rate: [{ ...rate, limit: 7 }] },
    ],
    [
      "both rates of other calls",
      { rate: [rate] },
      {
        rate: [
          { ...rate, perMs: 2 },
          { ...rate, key: "k" },
          { ...rate, cost: 2 },
          { ...rate, scope: ["run"] },
          { ...rate, scope: ["run", "tenant"] },
        ],
      },
      {
        rate: [
          rate,
          { ...rate, perMs: 2 },
          { ...rate, key: "k" },
          { ...rate, cost: 2 },
          { ...rate, scope: ["run"] },
          { ...rate, scope: ["run", "tenant"] },
        ],
      },
    ],
    [
      "the lower budget of the same name",
      { budget: [{ ...budget, limit: 4 }] },
      { budget: [budget] },
      { budget: [{ ...budget, limit: 4 }] },
    ],
    [
      "both budgets that count otherwise",
      { budget: [budget] },
      {
        budget: [
          { ...budget, name: "c" },
          { ...budget, unit: "tokens" },
          { ...budget, per: "day" },
          { ...budget, scope: "run" },
          { ...budget, estimate: "/x" },
          { ...budget, onExceed: "require_approval" },
        ],
      },
      {
        budget: [
          budget,
          { ...budget, name: "c" },
          { ...budget, unit: "tokens" },
          { ...budget, per: "day" },
          { ...budget, scope: "run" },
          { ...budget, estimate: "/x" },
          { ...budget, onExceed: "require_approval" },
        ],
      },
    ],
    [
      "one breaker of a dependency",
      { breaker: [breaker] },
      {
        breaker: [
          {
            ...breaker,
            failures: 2,
            resetAfterMs: 90_000,
            windowMs: 1,
            countKinds: ["timeout"],
            ignoreKinds: ["conflict"],
          },
          { ...breaker, dependency: "mail" },
        ],
      },
      {
        breaker: [
          { ...breaker, failures: 2, resetAfterMs: 90_000, countKinds: ["auth", "timeout"], ignoreKinds: ["conflict"] },
          { ...breaker, dependency: "mail" },
        ],
      },
    ],
    [
      "every fact once",
      { requires: [{ kind: "a", from: "/x", hint: "first" }] },
      {
        requires: [
          { kind: "a", from: "/x" },
          { kind: "a", from: "/y" },
          { kind: "b", from: "/x" },
        ],
      },
      {
        requires: [
          { kind: "a", from: "/x", hint: "first" },
          { kind: "a", from: "/y" },
          { kind: "b", from: "/x" },
        ],
      },
    ],
  ])("mergeLimitTerms() keeps %s", (_, ...[first, second, expected]) => {
    expect(mergeLimitTerms(first, second)).toEqual(expected);
    expect(Object.isFrozen(mergeLimitTerms(first, second))).toBe(true);
  });
});
