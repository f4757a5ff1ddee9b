import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { parsePolicy } from "countersign/policy";
import type { ActionLimits } from "../../src/action/action-limits.ts";
import { defineAction } from "../../src/action/define-action.ts";
import { limitTermsOf } from "../../src/action/limit-terms-of.ts";
import type { LimitTerms } from "../../src/contract/policy.ts";
import { FAILURE_KINDS } from "../../src/core/policy/document/limit-values.ts";
import "../support/fast-check.ts";

function termsOfAction(limits: ActionLimits, proves?: () => []): LimitTerms | undefined {
  const action = defineAction({
    ...{ name: "a", description: "Acts", input: z.object({}), run: () => null, limits },
    ...(proves === undefined ? {} : { proves }),
  });
  return limitTermsOf(action)?.terms;
}

function termsOfDocument(text: string): LimitTerms | undefined {
  return parsePolicy(`version: 1\nlimits: ${text}\n`).limits;
}

const usage = { provider: "acme", model: "large", input: 10, output: 2 };

describe("the same limits come to the same terms on an action and in a document", () => {
  test.each<[text: string, limits: ActionLimits]>([
    ["{ rate: { limit: 10, per: 1h, scope: actor } }", { rate: { limit: 10, per: "1h", scope: "actor" } }],
    [
      "{ rate: [{ limit: 1, per: 90s, scope: [run, input:/a/0], cost: input:/n, key: k }] }",
      { rate: [{ limit: 1, perMs: 90_000, scope: ["run", "input:/a/0", "run"], cost: "input:/n", key: "k" }] },
    ],
    ["{ attempts: { per_run: 3 } }", { attempts: { perRun: 3 } }],
    ["{ breaker: { dependency: bank } }", { breaker: { dependency: "bank" } }],
    [
      "{ breaker: { dependency: bank, failures: 100, reset_after: 2m, window: 1h, preset: strict } }",
      { breaker: { dependency: "bank", failures: 100, resetAfterMs: 120_000, window: "1h", preset: "strict" } },
    ],
    [
      "{ breaker: { dependency: bank, preset: infra_only, count_kinds: [auth], ignore_kinds: [unknown] } }",
      { breaker: { dependency: "bank", preset: "infra_only", countKinds: ["auth"], ignoreKinds: ["unknown"] } },
    ],
    [
      "{ budget: { name: b, limit: 0.5, unit: usd, per: day, estimate: /usd, on_exceed: require_approval } }",
      { budget: { name: "b", limit: 0.5, unit: "usd", per: "day", estimate: "/usd", onExceed: "require_approval" } },
    ],
    [
      "{ budget: { name: b, limit: 9, unit: tokens, scope: run, plan: { provider: acme, model: large, input: 10, cached_input: 4, output: 2 } } }",
      { budget: { name: "b", limit: 9, unit: "tokens", scope: "run", plan: { ...usage, cachedInput: 4 } } },
    ],
    [
      "{ requires: [{ kind: seen, from: /id, hint: Read it first }, { kind: b, from: /c~1d }] }",
      {
        requires: [
          { kind: "seen", from: "/id", hint: "Read it first" },
          { kind: "b", from: "/c~1d" },
        ],
      },
    ],
    ["{ timeout: { attempt: 5s, total: 1m } }", { timeout: { attemptMs: 5_000, totalMs: 60_000 } }],
  ])("%s", (text, limits) => {
    expect(termsOfAction(limits)).toEqual(termsOfDocument(text));
    expect(termsOfAction(limits)).toBeDefined();
  });

  test("{ facts: { max: 7, on_full: truncate } }", () => {
    const terms = termsOfAction({ maxFacts: 7, onFactsFull: "truncate" }, () => []);
    expect(terms).toEqual(termsOfDocument("{ facts: { max: 7, on_full: truncate } }"));
    expect(termsOfAction({ maxFacts: 7 }, () => [])).toEqual(termsOfDocument("{ facts: { max: 7 } }"));
  });
});

const seconds = fc.integer({ min: 1, max: 31_622_400 });
const count = fc.integer({ min: 1, max: 1_000_000_000 });
const amount = fc.double({ min: 0.01, max: 1_000_000_000, noNaN: true });
const name = fc.stringMatching(/^[\x21-\x7e]{1,20}$/);
const scope = fc.constantFrom("tenant", "actor", "run", "input:/a", "input:/b/~0c");
const kinds = fc.uniqueArray(fc.constantFrom(...FAILURE_KINDS), { minLength: 1, maxLength: 4 });

/** Any of these members, or none. */
function some(members: Record<string, fc.Arbitrary<unknown>>): fc.Arbitrary<object> {
  return fc.record(members, { requiredKeys: [] });
}

/** A limit in both forms: as an action says it, and as a document does. */
type Both = readonly [limits: object, document: object];

const rate: fc.Arbitrary<Both> = fc
  .tuple(count, seconds, fc.array(scope, { minLength: 1, maxLength: 4 }), some({ cost: count, key: name }))
  .map(([limit, length, scopes, rest]) => [
    { rate: { limit, perMs: length * 1_000, scope: scopes, ...rest } },
    { rate: { limit, per: `${length}s`, scope: scopes, ...rest } },
  ]);

const preset = fc.constantFrom("default", "strict", "infra_only");
const breaker: fc.Arbitrary<Both> = fc
  .tuple(name, seconds, some({ failures: fc.integer({ min: 1, max: 100 }), preset }), fc.option(kinds))
  .map(([dependency, length, rest, counted]) => [
    {
      breaker: {
        ...{ dependency, resetAfterMs: length * 1_000, window: `${length}s`, ...rest },
        ...(counted === null ? {} : { countKinds: counted }),
      },
    },
    {
      breaker: {
        ...{ dependency, reset_after: `${length}s`, window: `${length}s`, ...rest },
        ...(counted === null ? {} : { count_kinds: counted }),
      },
    },
  ]);

const rest = some({ scope: fc.constantFrom("run", "actor", "tenant"), per: fc.constantFrom("day", "month") });
const estimate = fc.oneof(fc.constantFrom("/a", "/b/0"), amount);
const budget: fc.Arbitrary<Both> = fc
  .tuple(fc.record({ name, limit: amount, unit: fc.constantFrom("usd", "tokens", "units"), estimate }), rest)
  .map(([rule, more]) => [{ budget: [{ ...rule, ...more }] }, { budget: [{ ...rule, ...more }] }]);

const attempts: fc.Arbitrary<Both> = count.map((n) => [{ attempts: { perRun: n } }, { attempts: { per_run: n } }]);

test("limitTermsOf() and parsePolicy() agree on whatever both forms can say", () => {
  const parts = fc.subarray([rate, breaker, budget, attempts], { minLength: 1 }).chain((all) => fc.tuple(...all));
  fc.assert(
    fc.property(parts, (all) => {
      const limits: object = Object.assign({}, ...all.map(([own]) => own));
      const document: object = Object.assign({}, ...all.map(([, other]) => other));
      expect(termsOfAction(limits)).toEqual(parsePolicy({ version: 1, limits: document }).limits);
    }),
  );
});
