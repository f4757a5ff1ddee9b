import { parsePolicy } from "countersign/policy";
import { describe, expect, it } from "vitest";
import { FailureKind } from "../../../../src/contract/policy.ts";
import { FAILURE_KINDS } from "../../../../src/core/policy/document/limit-values.ts";
import type { LimitTerms } from "../../../../src/core/policy/document/limit-terms.ts";
import { compileRules, faultsOf } from "../documents.ts";

function read(limits: unknown): LimitTerms | undefined {
  return parsePolicy({ version: 1, limits }).limits;
}

/** Limits with a budget whose plan is complete but for these changes. */
function withPlan(changes: object, unit = "usd"): object {
  const plan = { provider: "acme", model: "large", input: 1, output: 1, ...changes };
  return { budget: { name: "b", limit: 1, unit, plan } };
}

const BREAKER = {
  failures: 3,
  resetAfterMs: 60_000,
  windowMs: 300_000,
  countKinds: ["transport", "timeout", "overloaded"],
  ignoreKinds: ["invalid", "not_found", "conflict"],
};

describe("limits in a document", () => {
  it.each<[limits: unknown, expected: object]>([
    [{ rate: { limit: 10, per: "1h", scope: "actor" } }, { rate: [{ limit: 10, perMs: 3_600_000, scope: ["actor"] }] }],
    [
      { rate: [{ limit: 1, per: "1s", scope: ["tenant", "input:/customer/id"], cost: "input:/count", key: "mails" }] },
      {
        rate: [{ limit: 1, perMs: 1_000, scope: ["tenant", "input:/customer/id"], cost: "input:/count", key: "mails" }],
      },
    ],
    [
      { rate: { limit: 10, per: "1h", scope: "run", cost: 2 } },
      { rate: [{ limit: 10, perMs: 3_600_000, scope: ["run"], cost: 2 }] },
    ],
    [{ attempts: { per_run: 3 } }, { attempts: { perRun: 3 } }],
    [
      { budget: { name: "refunds", limit: 500, unit: "usd", per: "day", estimate: "/amountUsd" } },
      { budget: [{ name: "refunds", limit: 500, unit: "usd", per: "day", estimate: "/amountUsd" }] },
    ],
    [
      {
        budget: {
          name: "llm",
          limit: 0.5,
          unit: "tokens",
          scope: "run",
          estimate: 12.5,
          on_exceed: "require_approval",
        },
      },
      {
        budget: [
          { name: "llm", limit: 0.5, unit: "tokens", scope: "run", estimate: 12.5, onExceed: "require_approval" },
        ],
      },
    ],
    [
      { budget: { name: "b", limit: 1, unit: "units", per: "tenant", estimate: 1 } },
      { budget: [{ name: "b", limit: 1, unit: "units", scope: "tenant", estimate: 1 }] },
    ],
    [
      {
        budget: {
          ...{ name: "llm", limit: 5, unit: "usd" },
          plan: { provider: "acme", model: "large", input: 1_000, cached_input: 1_000, output: 0 },
        },
      },
      {
        budget: [
          {
            ...{ name: "llm", limit: 5, unit: "usd" },
            plan: { provider: "acme", model: "large", input: 1_000, cachedInput: 1_000, output: 0 },
          },
        ],
      },
    ],
    [
      {
        budget: {
          ...{ name: "llm", limit: 5, unit: "tokens" },
          plan: { provider: "a", model: "m", input: 0, output: 9 },
        },
      },
      {
        budget: [
          {
            ...{ name: "llm", limit: 5, unit: "tokens" },
            plan: { provider: "a", model: "m", input: 0, output: 9 },
          },
        ],
      },
    ],
    [{ breaker: { dependency: "bank" } }, { breaker: [{ dependency: "bank", ...BREAKER }] }],
    [
      { breaker: { dependency: "bank", preset: "strict" } },
      {
        breaker: [
          {
            ...{ dependency: "bank", ...BREAKER },
            countKinds: ["transport", "timeout", "overloaded", "throttled", "auth"],
          },
        ],
      },
    ],
    [
      { breaker: { dependency: "bank", preset: "infra_only", ignore_kinds: "timeout" } },
      { breaker: [{ dependency: "bank", ...BREAKER, countKinds: ["transport"], ignoreKinds: ["timeout"] }] },
    ],
    [
      { breaker: { dependency: "bank", preset: "strict", count_kinds: ["conflict"] } },
      {
        breaker: [{ dependency: "bank", ...BREAKER, countKinds: ["conflict"], ignoreKinds: ["invalid", "not_found"] }],
      },
    ],
    [
      {
        breaker: {
          dependency: "bank",
          failures: 5,
          reset_after: "2m",
          window: "10m",
          count_kinds: "auth",
          ignore_kinds: ["unknown"],
        },
      },
      {
        breaker: [
          {
            dependency: "bank",
            failures: 5,
            resetAfterMs: 120_000,
            windowMs: 600_000,
            countKinds: ["auth"],
            ignoreKinds: ["unknown"],
          },
        ],
      },
    ],
    [
      {
        requires: [
          { kind: "order_read", from: "/orderId", hint: "Read it first" },
          { kind: "k", from: "/f" },
        ],
      },
      {
        requires: [
          { kind: "order_read", from: "/orderId", hint: "Read it first" },
          { kind: "k", from: "/f" },
        ],
      },
    ],
    [{ timeout: { attempt: "30s", total: "5m" } }, { timeout: { attemptMs: 30_000, totalMs: 300_000 } }],
    [{ timeout: { total: "5m" } }, { timeout: { totalMs: 300_000 } }],
    [{ facts: { max: 10_000, on_full: "truncate" } }, { facts: { max: 10_000, onFull: "truncate" } }],
    [{ facts: { max: 5 } }, { facts: { max: 5, onFull: "refuse" } }],
    [{ facts: { on_full: "truncate" } }, { facts: { max: 200, onFull: "truncate" } }],
    [[{ facts: { max: 5 } }, { facts: { on_full: "truncate" } }], { facts: { max: 5, onFull: "refuse" } }],
    [[{ attempts: { per_run: 3 } }, { attempts: { per_run: 2 } }], { attempts: { perRun: 2 } }],
  ])("limits are read: %j", (limits, expected) => {
    expect(read(limits)).toEqual(expected);
  });

  it.each<[limits: unknown, message: string, path?: string]>([
    [{}, "This limits nothing", "limits"],
    [[], "This list is empty and would never match"],
    ["10/h", "This must be a mapping of keys to values"],
    [{ rates: {} }, 'Unknown key "rates"'],
    [{ rate: {} }, "The key limit is missing", "limits.rate"],
    [{ rate: "10/h" }, "This must be a mapping of keys to values", "limits.rate"],
    [{ rate: { limit: 1, per: "1h" } }, "The key scope is missing"],
    [{ rate: { limit: 0, per: "1h", scope: "run" } }, "This must be a whole number from 1 to 1000000000"],
    [{ rate: { limit: 1, per: "hour", scope: "run" } }, "This must be a duration"],
    [{ rate: { limit: 1, per: 60, scope: "run" } }, "This must be a duration"],
    [{ rate: { limit: 1, per: "367d", scope: "run" } }, "This duration is longer than 366 days"],
    [{ rate: { limit: 1, per: "1h", scope: "user" } }, "This must be tenant, actor, run, or input: and a JSON pointer"],
    [
      { rate: { limit: 1, per: "1h", scope: "input:x" } },
      "This must be tenant, actor, run, or input: and a JSON pointer",
    ],
    [{ rate: { limit: 1, per: "1h", scope: [1] } }, "This must be text"],
    [
      { rate: { limit: 1, per: "1h", scope: "run", cost: "/count" } },
      "This must be a number, or input: and a JSON pointer",
    ],
    [{ rate: { limit: 1, per: "1h", scope: "run", cost: 0 } }, "This must be a whole number from 1"],
    [{ rate: { limit: 1, per: "1h", scope: "run", key: "a b" } }, "A name consists of visible ASCII characters"],
    [{ attempts: 3 }, "This must be a mapping of keys to values"],
    [{ attempts: {} }, "The key per_run is missing"],
    [{ budget: { limit: 1, unit: "eur", estimate: "x" } }, "The key name is missing"],
    [
      { budget: { name: "b", limit: -1, unit: "usd", estimate: 1 } },
      "This must be a number above 0 and up to 1000000000",
    ],
    [{ budget: { name: "b", limit: [1], unit: "usd", estimate: 1 } }, "This must be a number above 0"],
    [{ budget: { name: "b", limit: 1, unit: "eur", estimate: 1 } }, "This must be one of usd, tokens, units"],
    [{ budget: { name: "b", limit: 1, unit: "usd", estimate: "amount" } }, "This must be a JSON pointer"],
    [{ budget: { name: "b", limit: 1, unit: "usd" } }, "The key estimate is missing", "limits.budget"],
    [{ budget: { name: "b", limit: 1, unit: "usd", estimate: 1, plan: "x" } }, "Only one of estimate and plan"],
    [{ budget: { name: "b", limit: 1, unit: "usd", plan: "x" } }, "This must be a mapping", "limits.budget.plan"],
    [withPlan({ model: undefined }), "The key model is missing", "limits.budget.plan"],
    [withPlan({ provider: "" }), "This must not be empty", "limits.budget.plan.provider"],
    [withPlan({ input: -1 }), "This must be a whole number from 0", "limits.budget.plan.input"],
    [withPlan({ output: 1.5 }), "This must be a whole number from 0", "limits.budget.plan.output"],
    [withPlan({ cached_input: "1" }), "This must be a whole number from 0", "limits.budget.plan.cached_input"],
    [withPlan({ cached_input: 2 }), "This must be at most input", "limits.budget.plan.cached_input"],
    [withPlan({}, "units"), "A plan tells tokens and their price", "limits.budget.plan"],
    [{ budget: 5 }, "This must be a mapping of keys to values"],
    [{ breaker: {} }, "The key dependency is missing"],
    [{ breaker: [] }, "This list is empty"],
    [{ breaker: 1 }, "This must be a mapping of keys to values"],
    [{ breaker: { dependency: "x", count_kinds: ["slow"] } }, "This must be one of transport, timeout"],
    [{ breaker: { dependency: "x", failures: 101 } }, "This must be a whole number from 1 to 100"],
    [{ breaker: { dependency: "x", preset: "infra" } }, "This must be one of default, strict, infra_only"],
    [
      { breaker: { dependency: "x", count_kinds: ["auth"], ignore_kinds: ["auth"] } },
      "A failure can't count and be ignored: auth stands in both lists",
    ],
    [{ facts: {} }, "This limits nothing", "limits.facts"],
    [{ facts: 5 }, "This must be a mapping of keys to values", "limits.facts"],
    [{ facts: { max: 10_001 } }, "This must be a whole number from 1 to 10000", "limits.facts.max"],
    [{ facts: { on_full: "drop" } }, "This must be one of refuse, truncate", "limits.facts.on_full"],
    [{ requires: [{ kind: "x" }] }, "The key from is missing"],
    [{ requires: ["x"] }, "This must be a mapping of keys to values"],
    [{ timeout: "30s" }, "This must be a mapping of keys to values"],
    [{ timeout: {} }, "This limits nothing", "limits.timeout"],
  ])("limits refuse %j", (limits, message, path) => {
    const [fault] = faultsOf({ version: 1, limits });
    expect(fault?.message).toContain(message);
    if (path !== undefined) expect(fault?.path).toBe(path);
  });

  it("limits of every matching rule and of the document are told with a verdict that isn't a denial", () => {
    const policy = compileRules(
      [
        { effect: "allow", limits: { attempts: { per_run: 5 } } },
        { effect: "allow", priority: 200, limits: { attempts: { per_run: 4 } } },
        { effect: "deny", match: { action: "no" } },
      ],
      { limits: { timeout: { total: "1m" } } },
    );
    const limits = { attempts: { perRun: 4 }, timeout: { totalMs: 60_000 } };
    expect(policy.evaluate({ action: "a", input: {} }).obligations).toEqual({ limits });
    expect(policy.evaluate({ action: "no", input: {} }).obligations).toEqual({});
  });

  it("limits know every kind of failure that the contract does", () => {
    expect(FAILURE_KINDS).toEqual(FailureKind.options);
  });
});
