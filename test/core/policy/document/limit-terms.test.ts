import { checkPolicy, parsePolicy } from "countersign/policy";
import { describe, expect, it } from "vitest";
import type { LimitTerms } from "../../../../src/core/policy/document/limit-terms.ts";
import { compileRules, faultsOf } from "../documents.ts";

function read(limits: unknown): LimitTerms | undefined {
  return parsePolicy({ version: 1, limits }).limits;
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
    [{ breaker: { dependency: "bank" } }, { breaker: [{ dependency: "bank", ...BREAKER }] }],
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
    [{ budget: { name: "b", limit: 1, unit: "usd", estimate: 1, plan: "x" } }, 'This version does not support "plan"'],
    [{ budget: 5 }, "This must be a mapping of keys to values"],
    [{ breaker: {} }, "The key dependency is missing"],
    [{ breaker: [] }, "This list is empty"],
    [{ breaker: 1 }, "This must be a mapping of keys to values"],
    [{ breaker: { dependency: "x", count_kinds: ["slow"] } }, "This must be one of transport, timeout"],
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

  it("limits and reminders are refused for a server, each where it stands", () => {
    const text = `version: 1
limits: { attempts: { per_run: 1 } }
rules:
  - name: a
    effect: require_approval
    approval: { remind_every: 4h }
    limits:
      attempts: { per_run: 1 }
  - name: b
    effect: allow
`;
    expect(checkPolicy(text)).toHaveProperty("document");
    const hint = "remove it; nothing is ignored";
    const [held, reminded] = ["This server does not hold limits yet", "This server does not remind approvers yet"];
    expect(checkPolicy(text, { forServer: true })).toEqual({
      faults: [
        { message: held, line: 2, column: 1, path: "limits", hint },
        { message: reminded, line: 6, column: 17, path: "rules[0].approval.remind_every", hint },
        { message: held, line: 7, column: 5, path: "rules[0].limits", hint },
      ],
    });
    expect(checkPolicy("version: 1", { forServer: true })).toHaveProperty("document");
    expect(checkPolicy("policies: []", { forServer: true })).toHaveProperty("document");
  });
});
