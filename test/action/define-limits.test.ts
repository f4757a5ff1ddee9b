import { describe, expect, test } from "vitest";
import { z } from "zod";
import { defineAction } from "../../src/action/define-action.ts";
import { limitTermsOf } from "../../src/action/limit-terms-of.ts";

function define(changes: object) {
  return defineAction({
    name: "mail.send",
    description: "Sends",
    input: z.object({ to: z.string() }),
    run: () => "sent",
    ...changes,
  });
}

const rate = { limit: 5, per: "1h", scope: "actor" };
const budget = { name: "mails", limit: 5, unit: "usd", estimate: 1 };
const plan = { provider: "acme", model: "large", input: 10, output: 1 };
const planned = { name: "mails", limit: 5, unit: "usd", plan };
const breaker = { dependency: "smtp" };
const requires = { kind: "order_seen", from: "/orderId" };

describe("defineAction() refuses limits with the field's name", () => {
  test.each<[limits: unknown, message: string]>([
    [5, "limits must be an object"],
    [[], "limits must be an object"],
    [null, "limits must be an object"],
    [{}, "limits must have at least one of rate, attempts"],
    [{ rate: undefined }, "limits must have at least one of rate, attempts"],
    [{ rates: rate }, "limits.rates is not a field of limits: it has rate, attempts"],

    [{ rate: "10/h" }, "limits.rate must be an object"],
    [{ rate: [] }, "limits.rate must not be an empty list: it would limit nothing"],
    [{ rate: Array.from({ length: 1_001 }, () => rate) }, "limits.rate must have at most 1000 members"],
    [{ rate: { ...rate, burst: 2 } }, "limits.rate.burst is not a field of limits.rate"],
    [{ rate: { ...rate, limit: undefined } }, "limits.rate.limit is missing"],
    [{ rate: { ...rate, limit: 0 } }, "limits.rate.limit must be a whole number from 1 to 1000000000"],
    [{ rate: { ...rate, limit: 1.5 } }, "limits.rate.limit must be a whole number"],
    [{ rate: { ...rate, limit: "5" } }, "limits.rate.limit must be a whole number"],
    [{ rate: { ...rate, limit: Number.NaN } }, "limits.rate.limit must be a whole number"],
    [{ rate: { ...rate, limit: Infinity } }, "limits.rate.limit must be a whole number"],
    [{ rate: { ...rate, per: undefined } }, "limits.rate.per is missing: give per, such as 1h, or perMs"],
    [{ rate: { ...rate, perMs: 1 } }, "limits.rate.per must not stand beside perMs"],
    [{ rate: { ...rate, per: "hour" } }, "limits.rate.per must be a duration such as 90s"],
    [{ rate: { ...rate, per: "367d" } }, "limits.rate.per must be a duration such as 90s"],
    [{ rate: { ...rate, per: 60 } }, "limits.rate.per must be a duration"],
    [{ rate: { limit: 5, perMs: 0, scope: "run" } }, "limits.rate.perMs must be a whole number from 1 to 31622400000"],
    [{ rate: { limit: 5, perMs: -1, scope: "run" } }, "limits.rate.perMs must be a whole number"],
    [{ rate: { ...rate, scope: undefined } }, "limits.rate.scope is missing"],
    [{ rate: { ...rate, scope: "user" } }, "limits.rate.scope must be tenant, actor, run, or input:"],
    [{ rate: { ...rate, scope: "input:" } }, "limits.rate.scope must be tenant, actor, run, or input:"],
    [{ rate: { ...rate, scope: [] } }, "limits.rate.scope must not be an empty list"],
    [{ rate: { ...rate, scope: ["run", "/a"] } }, "limits.rate.scope[1] must be tenant, actor, run, or input:"],
    [{ rate: { ...rate, scope: [1] } }, "limits.rate.scope[0] must be tenant"],
    [{ rate: { ...rate, cost: 0 } }, "limits.rate.cost must be a whole number from 1"],
    [{ rate: { ...rate, cost: "/count" } }, "limits.rate.cost must be a whole number, or input: and a JSON pointer"],
    [{ rate: { ...rate, cost: () => 1 } }, "limits.rate.cost must be a whole number"],
    [{ rate: [rate, { ...rate, key: "a b" }] }, "limits.rate[1].key must be 1 to 200 visible ASCII characters"],
    [{ rate: { ...rate, key: "" } }, "limits.rate.key must be 1 to 200 visible"],
    [{ rate: { ...rate, key: "k".repeat(201) } }, "limits.rate.key must be 1 to 200 visible"],

    [{ attempts: 3 }, "limits.attempts must be an object"],
    [{ attempts: {} }, "limits.attempts.perRun is missing"],
    [{ attempts: { perRun: 0 } }, "limits.attempts.perRun must be a whole number from 1"],
    [{ attempts: { per_run: 3 } }, "limits.attempts.per_run is not a field of limits.attempts"],

    [{ breaker: "smtp" }, "limits.breaker must be an object"],
    [{ breaker: {} }, "limits.breaker.dependency is missing"],
    [{ breaker: { dependency: "" } }, "limits.breaker.dependency must be 1 to 200 visible"],
    [{ breaker: { ...breaker, failures: 0 } }, "limits.breaker.failures must be a whole number from 1 to 100"],
    [{ breaker: { ...breaker, failures: 101 } }, "limits.breaker.failures must be a whole number from 1 to 100"],
    [{ breaker: { ...breaker, resetAfterMs: 0 } }, "limits.breaker.resetAfterMs must be a whole number from 1"],
    [{ breaker: { ...breaker, resetAfter: "1 m" } }, "limits.breaker.resetAfter must be a duration"],
    [
      { breaker: { ...breaker, resetAfter: "1m", resetAfterMs: 60_000 } },
      "limits.breaker.resetAfter must not stand beside resetAfterMs",
    ],
    [{ breaker: { ...breaker, windowMs: -5 } }, "limits.breaker.windowMs must be a whole number from 1"],
    [{ breaker: { ...breaker, window: "" } }, "limits.breaker.window must be a duration"],
    [{ breaker: { ...breaker, preset: "lax" } }, "limits.breaker.preset must be one of default, strict, infra_only"],
    [{ breaker: { ...breaker, countKinds: "timeout" } }, "limits.breaker.countKinds must be a list of kinds"],
    [{ breaker: { ...breaker, countKinds: [] } }, "limits.breaker.countKinds must not be an empty list"],
    [{ breaker: { ...breaker, countKinds: ["slow"] } }, "limits.breaker.countKinds[0] must be one of transport"],
    [{ breaker: [breaker, { ...breaker, ignoreKinds: ["x"] }] }, "limits.breaker[1].ignoreKinds[0] must be one of"],
    [
      { breaker: { ...breaker, countKinds: ["auth"], ignoreKinds: ["auth"] } },
      "limits.breaker.ignoreKinds must not name auth, which countKinds names too",
    ],

    [{ budget: 5 }, "limits.budget must be an object"],
    [{ budget: { ...budget, name: undefined } }, "limits.budget.name is missing"],
    [{ budget: { ...budget, name: "a b" } }, "limits.budget.name must be 1 to 200 visible"],
    [{ budget: { ...budget, limit: 0 } }, "limits.budget.limit must be a number above 0 and up to 1000000000"],
    [{ budget: { ...budget, limit: Number.NaN } }, "limits.budget.limit must be a number above 0"],
    [{ budget: { ...budget, unit: undefined } }, "limits.budget.unit is missing"],
    [{ budget: { ...budget, unit: "eur" } }, "limits.budget.unit must be one of usd, tokens, units"],
    [{ budget: { ...budget, scope: "user" } }, "limits.budget.scope must be one of run, actor, tenant"],
    [{ budget: { ...budget, per: "tenant" } }, "limits.budget.per must be one of day, month"],
    [{ budget: { ...budget, onExceed: "deny" } }, "limits.budget.onExceed must be require_approval"],
    [{ budget: { ...budget, estimate: undefined } }, "limits.budget.estimate is missing"],
    [{ budget: [budget, { ...budget, estimate: -1 }] }, "limits.budget[1].estimate must be a number above 0"],
    [{ budget: { ...budget, estimate: "amount" } }, "limits.budget.estimate must be a JSON pointer such as /orderId"],
    [{ budget: { ...budget, estimate: `/${"a".repeat(500)}` } }, "limits.budget.estimate must be a JSON pointer"],
    [
      { budget: { ...budget, estimate: true } },
      "limits.budget.estimate must be a number, a JSON pointer or a function",
    ],
    [{ budget: { ...budget, estimate: async () => 1 } }, "limits.budget.estimate must not be async"],
    [{ budget: { ...budget, plan } }, "limits.budget.plan must not stand beside estimate"],
    [{ budget: { ...planned, unit: "units" } }, "limits.budget.plan tells tokens and their price"],
    [{ budget: { ...planned, plan: "x" } }, "limits.budget.plan must be an object"],
    [{ budget: { ...planned, plan: { ...plan, tokens: 1 } } }, "limits.budget.plan.tokens is not a field"],
    [
      { budget: { ...planned, plan: { ...plan, provider: "" } } },
      "limits.budget.plan.provider must be a text of 1 to 200",
    ],
    [{ budget: { ...planned, plan: { ...plan, model: undefined } } }, "limits.budget.plan.model is missing"],
    [
      { budget: { ...planned, plan: { ...plan, input: -1 } } },
      "limits.budget.plan.input must be a whole number from 0",
    ],
    [{ budget: { ...planned, plan: { ...plan, output: 0.5 } } }, "limits.budget.plan.output must be a whole number"],
    [
      { budget: { ...planned, plan: { ...plan, cachedInput: 11 } } },
      "limits.budget.plan.cachedInput must be at most input",
    ],

    [{ requires: "order_seen" }, "limits.requires must be an object"],
    [{ requires: { from: "/a" } }, "limits.requires.kind is missing"],
    [{ requires: { ...requires, kind: "order seen" } }, "limits.requires.kind must be 1 to 200 visible"],
    [{ requires: [{ ...requires, from: "orderId" }] }, "limits.requires[0].from must be a JSON pointer"],
    [{ requires: { ...requires, from: "" } }, "limits.requires.from must be a JSON pointer"],
    [{ requires: { ...requires, hint: "" } }, "limits.requires.hint must be a text of 1 to 2000 characters"],

    [{ timeout: 5 }, "limits.timeout must be an object"],
    [{ timeout: {} }, "limits.timeout must have attemptMs, totalMs or both"],
    [{ timeout: { attemptMs: 0 } }, "limits.timeout.attemptMs must be a whole number from 1"],
    [{ timeout: { totalMs: -1 } }, "limits.timeout.totalMs must be a whole number from 1"],
    [{ timeout: { attempt: "1s" } }, "limits.timeout.attempt is not a field of limits.timeout"],

    [{ maxFacts: 0 }, "limits.maxFacts must be a whole number from 1 to 10000"],
    [{ maxFacts: 10_001 }, "limits.maxFacts must be a whole number from 1 to 10000"],
    [{ onFactsFull: "drop" }, "limits.onFactsFull must be one of refuse, truncate"],
    [{ maxFacts: 5 }, "limits.maxFacts is for actions that have proves"],
    [{ onFactsFull: "refuse" }, "limits.onFactsFull is for actions that have proves"],
  ])("%j", (limits, message) => {
    const attempt = () => define({ limits });
    expect(attempt).toThrow(`Action mail.send: ${message}`);
    expect(attempt).toThrow(expect.objectContaining({ name: "CountersignError", code: "invalid_request" }));
  });
});

test.each<[changes: object, message: string]>([
  [{ proves: [] }, "proves must be a function"],
  [{ proves: null }, "proves must be a function"],
  [{ proves: async () => [] }, "proves must not be async"],
  [{ execution: { attemptTimeoutMs: 0 } }, "execution.attemptTimeoutMs must be a whole number from 1"],
  [{ execution: { totalTimeoutMs: -1 } }, "execution.totalTimeoutMs must be a whole number from 1"],
])("defineAction() refuses %j", (changes, message) => {
  expect(() => define(changes)).toThrow(`Action mail.send: ${message}`);
});

test("defineAction() keeps a copy of the limits that nobody can change", () => {
  const estimate = () => 1;
  const rules = [{ ...budget, estimate }];
  const { limits } = define({ limits: { budget: rules } });
  rules.pop();
  expect(limits).toEqual({ budget: [{ ...budget, estimate }] });
  for (const part of [limits, limits?.budget]) expect(Object.isFrozen(part)).toBe(true);
});

test("limitTermsOf() reads an action once, and none of an action without limits", () => {
  const action = define({ limits: { attempts: { perRun: 2 } } });
  expect(limitTermsOf(action)).toBe(limitTermsOf(action));
  expect(limitTermsOf(action)?.terms).toEqual({ attempts: { perRun: 2 } });
  expect(limitTermsOf(define({}))).toBeUndefined();
  expect(limitTermsOf(define({}))).toBeUndefined();
});

test("limitTermsOf() gives every action with proves a capacity of facts, and no other", () => {
  const proves = () => [];
  expect(limitTermsOf(define({ proves }))?.terms).toEqual({ facts: { max: 200, onFull: "refuse" } });
  const limits = { maxFacts: 5, onFactsFull: "truncate" };
  expect(limitTermsOf(define({ proves, limits }))?.terms).toEqual({ facts: { max: 5, onFull: "truncate" } });
  const attempts = { perRun: 1 };
  expect(limitTermsOf(define({ proves, limits: { attempts } }))?.terms).toEqual({
    attempts,
    facts: { max: 200, onFull: "refuse" },
  });
  expect(limitTermsOf(define({ limits: { attempts } }))?.terms).not.toHaveProperty("facts");
});

test("limitTermsOf() tells functions of estimates by their place", () => {
  const estimate = (input: { to: string }) => input.to.length;
  const terms = limitTermsOf(define({ limits: { budget: [budget, { ...budget, name: "b", estimate }] } }));
  expect(terms?.terms.budget).toEqual([budget, { name: "b", limit: 5, unit: "usd" }]);
  expect([...(terms?.estimates ?? [])]).toEqual([[1, estimate]]);
});

test("defineAction() refuses to count by what is secret, since what is counted is shown", () => {
  const secretFields = ["/card", "/amount"];
  const bySecret = { ...budget, estimate: "/card/fee" };
  expect(() => define({ secretFields, limits: { budget: bySecret } })).toThrow(
    "limits.budget.estimate must not be read from a secret field",
  );
  expect(() => define({ secretFields, limits: { rate: { ...rate, cost: "input:/amount" } } })).toThrow(
    "limits.rate.cost must not be read from a secret field",
  );
  const bySimilarName = { ...budget, estimate: "/amounts" };
  expect(() => define({ secretFields, limits: { budget: bySimilarName } })).not.toThrow();
});
