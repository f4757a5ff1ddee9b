import { describe, expect, test } from "vitest";
import type { ActionTerms } from "../../../src/core/guards/action-terms.ts";
import { effectiveLimits } from "../../../src/core/guards/effective-limits.ts";

const INPUT = { to: "ada", cents: 250 };

const open = { name: "mails", limit: 5, unit: "usd" as const };

function withEstimate(estimate: (input: unknown) => unknown): ActionTerms {
  const terms = {
    budget: [
      { ...open, estimate: 1 },
      { ...open, name: "b" },
    ],
  };
  return { terms, estimates: new Map([[1, estimate as (input: unknown) => number]]) };
}

test("effectiveLimits() is undefined where nobody limits the call", () => {
  expect(effectiveLimits({ action: undefined, policy: undefined, input: INPUT })).toBeUndefined();
  expect(effectiveLimits({ action: undefined, policy: {}, input: INPUT })).toBeUndefined();
});

test("effectiveLimits() keeps the stricter of what action and policy say, and all of either", () => {
  const action = { terms: { attempts: { perRun: 5 }, timeout: { totalMs: 9 } }, estimates: new Map() };
  const policy = { attempts: { perRun: 3 }, requires: [{ kind: "seen", from: "/id" }] };
  expect(effectiveLimits({ action, policy, input: INPUT })).toEqual({
    ...policy,
    timeout: { totalMs: 9 },
  });
  expect(effectiveLimits({ action, policy: undefined, input: INPUT })).toEqual(action.terms);
  expect(effectiveLimits({ action: undefined, policy, input: INPUT })).toEqual(policy);
});

test("effectiveLimits() limits the facts of a session only for actions that prove some", () => {
  const lower = { facts: { max: 5, onFull: "truncate" as const } };
  const proving = { terms: { facts: { max: 200, onFull: "refuse" as const } }, estimates: new Map() };
  const limits = effectiveLimits({ action: proving, policy: lower, input: INPUT });
  expect(limits).toEqual({ facts: { max: 5, onFull: "refuse" } });
  expect(effectiveLimits({ action: undefined, policy: lower, input: INPUT })).toBeUndefined();
  const other = { terms: { attempts: { perRun: 1 } }, estimates: new Map() };
  expect(effectiveLimits({ action: other, policy: lower, input: INPUT })).toEqual(other.terms);
});

test("effectiveLimits() asks functions of estimates about the input, each for its own budget", () => {
  const action = withEstimate((input) => (input as typeof INPUT).cents / 100);
  expect(effectiveLimits({ action, policy: undefined, input: INPUT })).toEqual({
    budget: [
      { ...open, estimate: 1 },
      { ...open, name: "b", estimate: 2.5 },
    ],
  });
});

test("effectiveLimits() takes an estimate of nothing, and merges what it was told with the policy's", () => {
  const policy = { budget: [{ ...open, name: "b", limit: 3, estimate: 0 }] };
  expect(effectiveLimits({ action: withEstimate(() => 0), policy, input: INPUT })).toMatchObject({
    budget: [{ name: "mails" }, { name: "b", limit: 3, estimate: 0 }],
  });
});

test("effectiveLimits() gives functions a copy of the input", () => {
  const input = structuredClone(INPUT);
  const action = withEstimate((copy) => ((copy as typeof INPUT).cents = 0));
  effectiveLimits({ action, policy: undefined, input });
  expect(input).toEqual(INPUT);
});

describe("effectiveLimits() leaves a budget without an estimate whose function", () => {
  test.each<[what: string, estimate: (input: unknown) => unknown]>([
    ["throws", () => (undefined as unknown as { readonly cents: number }).cents],
    ["is negative", () => -0.01],
    ["is NaN", () => Number.NaN],
    ["is infinite", () => Infinity],
    ["is beyond what is counted", () => 1_000_000_001],
    ["is a text", () => "5"],
    ["is missing", () => undefined],
    ["is promised", () => Promise.resolve(5)],
    ["is promised in vain", () => Promise.reject(new Error("no"))],
  ])("%s", (_, estimate) => {
    const limits = effectiveLimits({ action: withEstimate(estimate), policy: undefined, input: INPUT });
    expect(limits?.budget?.[1]).toMatchObject({ name: "b" });
    expect(limits?.budget?.[1]).not.toHaveProperty("estimate");
  });
});
