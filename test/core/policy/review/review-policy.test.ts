import { describe, expect, it } from "vitest";
import { formatFault, reviewPolicy } from "countersign/policy";
import { review, rule } from "./review.ts";

describe("reviewPolicy on what never decides", () => {
  it.each([
    ["a rule for all calls", "effect: deny", "effect: deny, match: { action: x }"],
    [
      "the same conditions",
      "effect: deny, match: { when: 'input.a > 1' }",
      "effect: deny, match: { when: 'input.a > 1' }",
    ],
    [
      "conditions in another order",
      "effect: deny, match: { risk: low, args: { a: 1, b: { gt: 1, lt: 9 } } }",
      "effect: deny, match: { args: { b: { lt: 9, gt: 1 }, a: 1 }, risk: low }",
    ],
    ["more names", "effect: deny, match: { action: [x, y] }", "effect: allow, match: { action: y, kind: agent }"],
    ["more roles", "effect: deny, match: { roles: [x, y] }", "effect: deny, match: { roles: y }"],
    ["a set with more roles", "effect: deny, match: { roles: $some }", "effect: deny, match: { roles: b }"],
    [
      "a glob that fits every name",
      "effect: deny, match: { action: 'x.*' }",
      "effect: deny, match: { action: [x.a, x.b] }",
    ],
    [
      "the same glob beside others",
      "effect: deny, match: { action: ['x.*', y] }",
      "effect: deny, match: { action: ['x.*'] }",
    ],
    [
      "an alternative for each alternative",
      "effect: deny, match: [{ kind: agent }, { risk: high }]",
      "effect: deny, match: [{ risk: high, action: x }, { kind: agent }]",
    ],
    [
      "commands that any may fit",
      "effect: deny, match: { command: { program: rm } }",
      "effect: allow, priority: 101, match: { command: { program: rm } }",
    ],
  ])("reviewPolicy() knows that a rule is covered by %s", (_, first, second) => {
    const lines = review(rule("broad", first) + rule("narrow", second), "sets: { some: [a, b] }\n");
    expect(lines.filter((line) => !line.includes("uses this set"))).toEqual([
      '5:13 rules[1].name: This rule can never decide ("broad" (priority 100) holds whenever it does, and decides first)',
    ]);
  });

  it.each([
    ["it decides first", "effect: deny, priority: 101", "effect: deny, match: { action: x }"],
    ["it is stricter", "effect: allow", "effect: deny, match: { action: x }"],
    ["it is for another name", "effect: deny, match: { action: x }", "effect: deny, match: { action: y }"],
    ["it has more names", "effect: deny, match: { action: x }", "effect: deny, match: { action: [x, y] }"],
    ["it has more roles", "effect: deny, match: { roles: [x] }", "effect: deny, match: { roles: [x, y] }"],
    ["it has fewer conditions", "effect: deny, match: { roles: x, kind: agent }", "effect: deny, match: { roles: x }"],
    ["the other is a shadow", "effect: deny, enforce: false", "effect: deny, match: { action: x }"],
    [
      "it has limits",
      "effect: deny",
      "effect: allow, match: { action: x }, limits: { rate: { limit: 1, per: 1h, scope: actor } }",
    ],
    ["the globs differ", "effect: deny, match: { action: 'x.*' }", "effect: deny, match: { action: 'x.a*' }"],
    [
      "a name stands beside a glob",
      "effect: deny, match: { action: 'x.*' }",
      "effect: deny, match: { action: ['x.*', y] }",
    ],
    ["texts differ", "effect: deny, match: { args_pattern: a }", "effect: deny, match: { args_pattern: ab }"],
    ["values differ in type", "effect: deny, match: { args: { a: 1 } }", "effect: deny, match: { args: { a: '1' } }"],
    [
      "values differ in number",
      "effect: deny, match: { args: { a: [1, 2] } }",
      "effect: deny, match: { args: { a: [1, 2, 3] } }",
    ],
    [
      "values differ in form",
      "effect: deny, match: { args: { a: [1] } }",
      "effect: deny, match: { args: { a: { eq: 1 } } }",
    ],
    [
      "values have other keys",
      "effect: deny, match: { args: { a: { gt: 1 } } }",
      "effect: deny, match: { args: { a: { lt: 1 } } }",
    ],
    [
      "one alternative is left",
      "effect: deny, match: { kind: agent }",
      "effect: deny, match: [{ kind: agent }, { risk: high }]",
    ],
    [
      "doubt about a permission leaves it to others",
      "effect: allow, priority: 5, match: { args: { a: { gt: 1 } } }",
      "effect: deny, match: { args: { a: { gt: 1 } } }",
    ],
    [
      "every command must fit a permission",
      "effect: allow, priority: 5, match: { command: { program: ls } }",
      "effect: deny, match: { command: { program: ls } }",
    ],
    [
      "doubt asks a person, as it does itself",
      "effect: deny, match: { args: { a: { gt: 1 } } }",
      "effect: require_approval, match: { args: { a: { gt: 1 } } }",
    ],
    [
      "doubt asks a person rather than sanitizing",
      "effect: sanitize, sanitize: { mask: [/a] }, priority: 5, match: { args: { a: { gt: 1 } } }",
      "effect: deny, match: { args: { a: { gt: 1 } } }",
    ],
  ])("reviewPolicy() says nothing of a rule when %s", (_, first, second) => {
    expect(review(rule("broad", first) + rule("narrow", second))).toEqual([]);
  });

  it("reviewPolicy() looks at effects before places among rules of one priority", () => {
    const [line] = review(
      rule("a", "effect: allow, match: { action: x }") + rule("b", "effect: deny, match: { action: x }"),
    );
    expect(line).toBe(
      '3:13 rules[0].name: This rule can never decide ("b" (priority 100) holds whenever it does, and decides first)',
    );
  });

  it("reviewPolicy() tells a permission that always decides first", () => {
    const [line] = review(
      rule("all", "effect: allow, priority: 5, match: { action: x }") +
        rule("x", "effect: deny, match: { action: x, kind: user }"),
    );
    expect(line).toBe(
      '4:13 rules[1].name: This rule can never decide ("all" (priority 5) holds whenever it does, and decides first)',
    );
  });

  it("reviewPolicy() names the rule that decides first of several, and looks at order: first_match", () => {
    const rules =
      rule("a", "effect: allow") + rule("b", "effect: deny, priority: 101") + rule("c", "effect: deny, priority: 102");
    expect(review(rules, "order: first_match\n").map((line) => /never decide \("(\w)"/.exec(line)?.[1])).toEqual([
      "a",
      "a",
    ]);
    expect(review(rule("a", "effect: allow") + rule("b", "effect: deny"), "order: first_match\n")).toHaveLength(1);
  });

  it("reviewPolicy() says of a shadow rule that it would not decide if it were enforced", () => {
    const lines = review(rule("a", "effect: deny") + rule("b", "effect: deny, enforce: false, match: { action: x }"));
    expect(lines).toEqual([
      '4:13 rules[1].name: This rule would never decide, were it enforced ("a" (priority 100) holds whenever it does, and decides first)',
    ]);
  });

  it("reviewPolicy() says nothing of extended documents' rules, and knows what they decide", () => {
    const load = () =>
      "version: 1\nrules:\n  - { name: all, effect: deny, priority: 1 }\n  - { name: x, effect: deny }\n";
    const text =
      "version: 1\nextends: ./base.yaml\nrules:\n  - { name: mine, effect: allow, match: { kind: agent } }\n";
    expect(reviewPolicy(text, { load }).map(formatFault)).toEqual([
      '4:13 rules[0].name: This rule can never decide ("all" (priority 1) holds whenever it does, and decides first)',
    ]);
  });

  it("reviewPolicy() compares only by name with extended documents' rules", () => {
    const load = () => "version: 1\nrules:\n  - { name: agents, effect: deny, priority: 1, match: { kind: agent } }\n";
    const text =
      "version: 1\nextends: ./base.yaml\nrules:\n  - { name: mine, effect: allow, match: { kind: agent } }\n";
    expect(reviewPolicy(text, { load })).toEqual([]);
  });

  it("reviewPolicy() reads the older form", () => {
    const text = `
policies:
  - { name: a, match: { tool: "git*", path_patterns: null }, action: approve }
  - { match: { tool: git_push }, action: deny }
  - { name: c, match: { tool: [], args_pattern: x }, action: deny }
`;
    expect(reviewPolicy(text).map(formatFault)).toEqual([
      '4:5 policies[1]: This rule can never decide ("a" (priority 100) holds whenever it does, and decides first)',
    ]);
  });
});

describe("reviewPolicy on the rest", () => {
  it("reviewPolicy() warns of an approval that nobody is asked for", () => {
    const approval = "approval: { approvers: [group:finance] }";
    expect(review(rule("a", `effect: deny, match: { action: x }, ${approval}`))).toEqual([
      "3:62 rules[0].approval: This rule denies, so nobody is asked to approve",
    ]);
    const doubtful = "match: { args_pattern: x }";
    for (const members of ["effect: require_approval", "effect: allow", `effect: deny, ${doubtful}`])
      expect(review(rule("a", `${members}, ${approval}`))).toEqual([]);
  });

  it("reviewPolicy() warns of sets that nothing uses", () => {
    const sets = "sets: { used: [a], in_cel: [b], unused: [c] }\n";
    const rules = rule("a", "effect: deny, match: { roles: $used, when: 'action in sets.in_cel' }");
    expect(review(rules, sets)).toEqual(["2:41 sets.unused: Nothing in this document uses this set"]);
  });

  it("reviewPolicy() doesn't judge sets that other documents may use", () => {
    expect(reviewPolicy("version: 1\nsets: { a: [x] }\n")).toEqual([]);
    const text = `version: 1\nextends: ./base.yaml\nsets: { a: [x] }\nrules:\n${rule("a", "effect: deny")}`;
    expect(reviewPolicy(text, { load: () => "version: 1\n" })).toEqual([]);
    expect(
      reviewPolicy("version: 1\nextends: [strict]\nsets: { zebras: [x] }\nrules:\n" + rule("a", "effect: deny")),
    ).toHaveLength(1);
  });

  it("reviewPolicy() has nothing to say of a document with faults, or of one that is no text", () => {
    expect(reviewPolicy("version: 1\nrules: {")).toEqual([]);
    expect(reviewPolicy({ version: 2, rules: [] })).toEqual([]);
    const rules = [
      { name: "a", effect: "deny" },
      { name: "b", effect: "deny", match: { action: "x" } },
    ];
    expect(reviewPolicy({ version: 1, rules })).toMatchObject([{ path: "rules[1].name" }]);
  });

  it("reviewPolicy() reads two thousand rules in good time", () => {
    const rules = Array.from({ length: 2_000 }, (_, index) =>
      rule(`r${index}`, `effect: deny, match: { action: [a${index}, b] }`),
    );
    const start = performance.now();
    expect(review(rules.join(""))).toEqual([]);
    expect(performance.now() - start).toBeLessThan(10_000);
  });
});
