import { compilePolicy, checkPolicy, parsePolicy, type PolicyCall } from "countersign/policy";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Verdict } from "../../../src/contract/policy.ts";
import { compareStrictness } from "../../../src/core/policy/strictness.ts";

const action = fc.constantFrom("a", "b", "a.b", "a.c", "", "__proto__");
const pattern = fc.constantFrom("a", "b", "a.*", "*", "re:b$", "{a,b}", "__proto__", "");
const role = fc.constantFrom("agent", "user", "constructor");
const effect = fc.constantFrom("allow", "deny", "require_approval");

const anyRule = fc.record(
  {
    effect,
    priority: fc.integer({ min: 0, max: 2 }),
    enforce: fc.boolean(),
    match: fc.record(
      {
        action: fc.oneof(pattern, fc.array(pattern, { minLength: 1, maxLength: 3 })),
        roles: fc.array(role, { minLength: 1, maxLength: 2 }),
        risk: fc.constantFrom("low", "high"),
      },
      { requiredKeys: [] },
    ),
  },
  { requiredKeys: ["effect"] },
);
const anyRules = fc
  .array(anyRule, { maxLength: 8 })
  .map((rules) => rules.map((rule, index) => ({ ...rule, name: `rule ${index}` })));
const anyDefault = fc.constantFrom("allow", "deny", "require_approval");
const anyCall: fc.Arbitrary<PolicyCall> = fc.record({
  action,
  input: fc.jsonValue(),
  actor: fc.record({ roles: fc.array(role, { maxLength: 2 }) }),
  manifest: fc.record({ risk: fc.constantFrom("low", "high"), approvalRequired: fc.boolean() }),
});

function evaluate(document: object, call: PolicyCall): Verdict {
  return compilePolicy(parsePolicy({ version: 1, ...document })).evaluate(call);
}

describe("policy.evaluate properties", () => {
  it("evaluate() gives the same effect for any order of the rules, unless first_match is asked for", () => {
    const shuffled = anyRules.chain((rules) =>
      fc.tuple(fc.constant(rules), fc.shuffledSubarray(rules, { minLength: rules.length })),
    );
    fc.assert(
      fc.property(shuffled, anyDefault, anyCall, ([rules, others], fallback, call) => {
        const before = evaluate({ rules, default: fallback }, call);
        const after = evaluate({ rules: others, default: fallback }, call);
        expect(after.effect).toBe(before.effect);
      }),
    );
  });

  it("evaluate() never gets looser by a further denial that comes no later than the deciding rule", () => {
    fc.assert(
      fc.property(fc.tuple(anyRules, anyDefault), anyCall, pattern, ([rules, fallback], call, denied) => {
        const before = evaluate({ rules, default: fallback }, call);
        const priority = before.matched[0]?.priority ?? 0;
        const further = { name: "further", effect: "deny", priority, match: { action: denied } };
        const after = evaluate({ rules: [...rules, further], default: fallback }, call);
        expect(compareStrictness(after.effect, before.effect)).toBeGreaterThanOrEqual(0);
      }),
    );
  });

  it("evaluate() answers for several documents exactly the strictest of their answers", () => {
    fc.assert(
      fc.property(fc.array(anyRules, { minLength: 1, maxLength: 3 }), anyCall, (all, call) => {
        const alone = all.map((rules) => evaluate({ rules }, call).effect);
        const together = compilePolicy(all.map((rules) => parsePolicy({ version: 1, rules }))).evaluate(call);
        expect(together.effect).toBe(
          alone.reduce((left, right) => (compareStrictness(left, right) < 0 ? right : left)),
        );
      }),
    );
  });

  it("evaluate() takes the decision of a plain reading of the rules, one by one", () => {
    fc.assert(
      fc.property(anyRules, anyCall, (rules, call) => {
        const policy = compilePolicy(parsePolicy({ version: 1, rules, order: "first_match" }));
        const holding = policy.explain(call).filter((rule) => rule.matched && rule.enforce);
        const [decider] = holding.sort((left, right) => left.priority - right.priority);
        expect(policy.evaluate(call).rule).toBe(decider?.rule);
      }),
    );
  });

  it("evaluate() and explain() never throw and never change the call, whatever it is", () => {
    const policy = compilePolicy(
      parsePolicy({
        version: 1,
        rules: [{ name: "x", effect: "allow", match: { action: ["a*", "re:b"], roles: "r" } }],
      }),
    );
    const strange = fc.oneof(fc.anything({ withNullPrototype: true, withSparseArray: true }), fc.jsonValue());
    const shaped = fc.record(
      { action: fc.oneof(fc.string({ unit: "binary" }), strange), actor: strange, input: strange, manifest: strange },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(fc.oneof(strange, shaped), (call) => {
        const before = fc.stringify(call);
        const verdict = policy.evaluate(call as PolicyCall);
        expect(Verdict.safeParse(verdict).success).toBe(true);
        expect(verdict.reason).not.toBe("");
        policy.explain(call as PolicyCall);
        expect(fc.stringify(call)).toBe(before);
      }),
    );
  });
});

describe("checkPolicy properties", () => {
  it("checkPolicy() never throws and never gives a fault without words, whatever the text or data", () => {
    const anyText = fc.oneof(
      fc.string({ unit: "binary", maxLength: 200 }),
      fc
        .array(
          fc.constantFrom("version", ": ", "1", "\n", "  ", "- ", "[", "{", "}", "&a ", "*a", "'", '"', "#", "rules"),
        )
        .map((parts) => parts.join("")),
      fc.json().map((json) => `version: 1\nrules: ${json}`),
    );
    fc.assert(
      fc.property(fc.oneof(anyText, fc.anything()), (source) => {
        const check = checkPolicy(source);
        const messages = "faults" in check ? check.faults.map((fault) => fault.message) : ["none"];
        expect(messages.length).toBeGreaterThan(0);
        expect(messages).not.toContain("");
      }),
    );
  });

  it("checkPolicy() reads no regex or glob that throws later or that a hostile text can slow down", () => {
    const piece = fc.constantFrom(
      "a",
      "*",
      "?",
      "[a-b]",
      "{a,b}",
      "(a+)+",
      "(a|aa)*",
      ".*",
      "$",
      "\\",
      "**/",
      "{1,30}",
    );
    const anyPattern = fc.tuple(fc.constantFrom("", "re:"), fc.array(piece, { minLength: 1, maxLength: 12 }));
    const hostile = `${"a".repeat(5_000)}!`;
    fc.assert(
      fc.property(anyPattern, ([prefix, pieces]) => {
        const rule = { name: "x", effect: "allow", match: { action: prefix + pieces.join("") } };
        const check = checkPolicy({ version: 1, rules: [rule] });
        if ("document" in check) compilePolicy(check.document).evaluate({ action: hostile, input: {} });
      }),
    );
  });
});
