import { compilePolicy, parsePolicy, type PolicyCall, reviewPolicy } from "countersign/policy";
import fc from "fast-check";
import { describe, expect, it } from "vitest";

const action = fc.constantFrom("read", "write", "read_file", "write_file");
const pattern = fc.constantFrom("read", "write", "read_file", "read*", "*", "re:^write");
const list = <Item>(item: fc.Arbitrary<Item>) => fc.array(item, { minLength: 1, maxLength: 3 });
const role = fc.constantFrom("a", "b", "$ab", "$none");
const number = fc.integer({ min: 0, max: 4 });
const word = fc.constantFrom("read", "write", "file");

const anyMatch = fc.record(
  {
    action: list(pattern),
    roles: list(role),
    kind: list(fc.constantFrom("user", "agent")),
    name_words: fc.record({ any: list(word), none: list(word) }, { requiredKeys: ["any"] }),
    args: fc.record({
      n: fc.record({ gt: number, gte: number, lt: number, lte: number, eq: number }, { requiredKeys: ["gt"] }),
    }),
  },
  { requiredKeys: [] },
);
/** Rules that share conditions, so that some of them cover others. */
const anyRule = fc
  .record({
    effect: fc.constantFrom("allow", "deny", "require_approval", "sanitize"),
    priority: fc.integer({ min: 0, max: 1 }),
    shared: fc.nat({ max: 1 }),
    own: fc.oneof(fc.constant({}), anyMatch),
    other: fc.oneof({ weight: 4, arbitrary: fc.constant(null) }, { weight: 1, arbitrary: anyMatch }),
  })
  .map(({ shared, own, other, ...rule }) => ({ rule, shared, own, other }));
const anyDocument = fc
  .record({
    shared: fc.tuple(anyMatch, anyMatch),
    rules: fc.array(anyRule, { minLength: 2, maxLength: 7 }),
    isFirst: fc.boolean(),
  })
  .map(({ shared, rules, isFirst }) => ({
    version: 1,
    sets: { ab: ["a", "b"], none: [] },
    ...(isFirst ? { order: "first_match" } : {}),
    rules: rules.map(({ rule, own, other, shared: index }, place) => {
      const match = { ...own, ...shared[index] };
      const terms = rule.effect === "sanitize" ? { sanitize: { mask: ["/x"] } } : {};
      return { ...rule, ...terms, name: `rule ${place}`, match: other === null ? match : [other, match] };
    }),
  }));

/** Numbers that fit and don't, none, and what nobody can compare. */
const anyValue = fc.constantFrom(undefined, 0, 1, 2, 3, 4, 5, "2", true, null);
const anyCall: fc.Arbitrary<PolicyCall> = fc.record({
  action,
  input: anyValue.map((n) => ({ n })),
  actor: fc.record({
    roles: fc.subarray(["a", "b"]),
    kind: fc.constantFrom("user" as const, "agent" as const),
  }),
});

/** The places of the rules that a document's warnings of one sort speak of. */
function findWarned(document: object, words: RegExp): ReadonlySet<string> {
  const warned = reviewPolicy(document).filter(({ message, hint = "" }) => words.test(`${message} ${hint}`));
  return new Set(warned.map(({ path }) => `rule ${/^rules\[(\d+)\]/.exec(path)?.[1]}`));
}

describe("reviewPolicy properties", () => {
  it("reviewPolicy() never says of a rule that it can't decide when a call shows that it does", () => {
    let warnedCount = 0;
    fc.assert(
      fc.property(anyDocument, fc.array(anyCall, { minLength: 30, maxLength: 30 }), (document, calls) => {
        const warned = findWarned(document, /can never decide/);
        warnedCount += warned.size;
        const policy = compilePolicy(parsePolicy(document));
        for (const call of calls) expect(warned).not.toContain(policy.evaluate(call).rule);
      }),
      { numRuns: 500 },
    );
    expect(warnedCount).toBeGreaterThan(30);
  });

  it("reviewPolicy() never says of a rule that it can't match when a call surely does", () => {
    let warnedCount = 0;
    fc.assert(
      fc.property(anyDocument, fc.array(anyCall, { minLength: 30, maxLength: 30 }), (document, calls) => {
        const warned = findWarned(document, /the rule never matches/);
        warnedCount += warned.size;
        const policy = compilePolicy(parsePolicy(document));
        for (const call of calls) {
          const { matched } = policy.evaluate(call);
          for (const { rule, uncertain } of matched) if (uncertain !== true) expect(warned).not.toContain(rule);
        }
      }),
      { numRuns: 500 },
    );
    expect(warnedCount).toBeGreaterThan(30);
  });
});
