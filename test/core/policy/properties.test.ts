import { compilePolicy, checkPolicy, parsePolicy, type PolicyCall, type RuleExplanation } from "countersign/policy";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Effect, Verdict } from "../../../src/contract/policy.ts";
import { compareStrictness } from "../../../src/core/policy/strictness.ts";
import { anyCall, anyDefault, anyLine, anyMembers, anyRules, anyRulesOfMeaning } from "./arbitraries.ts";

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
      fc.property(fc.tuple(anyRules, anyDefault), anyCall, fc.boolean(), ([rules, fallback], call, isMeant) => {
        const before = evaluate({ rules, default: fallback }, call);
        const priority = before.matched[0]?.priority ?? 0;
        const further = {
          name: "further",
          effect: "deny",
          priority,
          match: { action: isMeant ? call.action : "other" },
        };
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
      fc.property(anyRules, anyDefault, anyCall, (rules, fallback, call) => {
        const policy = compilePolicy(parsePolicy({ version: 1, rules, order: "first_match", default: fallback }));
        const read = readPlainly(policy.explain(call));
        const { effect, rule } = policy.evaluate(call);
        const raised = call.manifest?.approvalRequired === true ? "require_approval" : "allow";
        const own = read?.effect ?? fallback;
        expect({ effect, rule }).toEqual({
          effect: compareStrictness(own, raised) < 0 ? raised : own,
          rule: read?.rule,
        });
      }),
    );
  });

  it("evaluate() lets no call pass because a part of it can't be read that it held back", () => {
    const anyUnread = fc.tuple(anyMembers, fc.constantFrom("amount", "currency", "items", "note", "command", "path"));
    fc.assert(
      fc.property(fc.tuple(anyRules, anyDefault), anyCall, anyUnread, ([rules, fallback], call, [members, key]) => {
        const before = evaluate({ rules, default: fallback }, { ...call, input: members });
        const input = { ...members, [key]: new Proxy({}, { ownKeys: () => fail() }) };
        const after = evaluate({ rules, default: fallback }, { ...call, input });
        if (before.effect !== "allow") expect(after.effect).not.toBe("allow");
      }),
    );
  });

  it("evaluate() lets no command pass because a word of it is a variable that it held back", () => {
    const anyHidden = fc.tuple(anyLine, fc.nat({ max: 7 }));
    const action = fc.constantFrom("bash", "read_file", "a");
    fc.assert(
      fc.property(
        fc.tuple(anyRulesOfMeaning, anyDefault),
        action,
        anyHidden,
        ([rules, fallback], name, [words, hidden]) => {
          const ask = (line: readonly string[]): Verdict =>
            evaluate({ rules, default: fallback }, { action: name, input: { command: line.join(" ") } });
          const isWord = /^[\w/~.-]+$/.test(words[hidden] ?? "");
          const replaced = words.map((word, index) => (index === hidden && isWord ? "$X" : word));
          if (ask(words).effect !== "allow") expect(ask(replaced).effect).not.toBe("allow");
        },
      ),
    );
  });

  it("evaluate() and explain() never throw, never change the call and always say the same, whatever it is", () => {
    const strange = fc.oneof(fc.anything({ withNullPrototype: true, withSparseArray: true }), fc.jsonValue());
    const shaped = fc.record(
      { action: fc.oneof(fc.string({ unit: "binary" }), strange), actor: strange, input: strange, manifest: strange },
      { requiredKeys: [] },
    );
    const odd = fc.tuple(anyCall, strange).map(([call, input]) => ({ ...call, input }));
    fc.assert(
      fc.property(anyRules, anyDefault, fc.oneof(strange, shaped, odd), (rules, fallback, call) => {
        const policy = compilePolicy(parsePolicy({ version: 1, rules, default: fallback }));
        const before = fc.stringify(call);
        const verdict = policy.evaluate(call as PolicyCall);
        expect(Verdict.parse(verdict)).toEqual(verdict);
        expect(verdict.reason).not.toBe("");
        const explained = policy.explain(call as PolicyCall);
        expect(policy.evaluate(call as PolicyCall)).toEqual(verdict);
        expect(policy.explain(call as PolicyCall)).toEqual(explained);
        expect(fc.stringify(call)).toBe(before);
      }),
    );
  });
});

function fail(): never {
  throw new Error("This can't be read");
}

/** What the rules say, read in the order of their priorities: the strictest of what may apply and of the first that does. */
function readPlainly(explained: readonly RuleExplanation[]): { effect: Effect; rule: string } | undefined {
  let strictest: { effect: Effect; rule: string; priority: number; isWeakened: boolean } | undefined;
  for (const { rule, effect, priority, enforce, matched, uncertain } of [...explained].sort(byPriority)) {
    const applies = matched || (uncertain === true && effect !== "allow");
    if (!enforce || !applies) continue;
    const weakened = matched || effect !== "deny" ? effect : "require_approval";
    const read = { effect: weakened, rule, priority, isWeakened: weakened !== effect };
    const difference = strictest === undefined ? 1 : compareStrictness(weakened, strictest.effect);
    // Of one priority, a rule that means what it says speaks before one that only may.
    const isPlainer = strictest?.isWeakened === true && !read.isWeakened && strictest.priority === priority;
    if (difference > 0 || (difference === 0 && isPlainer)) strictest = read;
    if (matched) break;
  }
  return strictest;
}

function byPriority(left: RuleExplanation, right: RuleExplanation): number {
  return left.priority - right.priority;
}

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
