import { describe, expect, it } from "vitest";
import { formatFault } from "countersign/policy";
import { buildHoles, faultsOf } from "./documents.ts";

function firstFault(source: unknown): string {
  const [fault] = faultsOf(source);
  return fault === undefined ? "" : formatFault(fault);
}

/** A document of one rule, its members as YAML flow entries. */
function withRule(members: string): string {
  return `version: 1\nrules: [{ name: a, effect: deny, ${members} }]`;
}

describe("checkPolicy on malformed text", () => {
  it.each([
    ["an empty text", "", "1:1 The document is empty"],
    ["a comment alone", "# nothing", "1:1 The document is empty"],
    ["a plain word", "hello", "1:1 This must be a mapping of keys to values"],
    ["a list", "- version: 1", "1:1 This must be a mapping of keys to values"],
    ["an unclosed quote", 'version: "1', '1:12 Missing closing "quote'],
    ["two documents", "version: 1\n---\nversion: 1", "2:1 The text holds more than one document"],
    ["an unknown tag", "version: !x 1", "1:10 Unresolved tag: !x"],
    ["YAML 1.1", "%YAML 1.1\n---\nversion: 1", "1:1 Only YAML 1.2 is read (remove the %YAML line)"],
    ["a duplicate key", "version: 1\ndefault: deny\ndefault: allow", "3:1 default: The key stands here twice"],
    ["a key that is a number", "version: 1\n1: 1", "2:1 A key must be text"],
    ["a key that is a list", "version: 1\n? [a]\n: 1", "2:3 A key must be text"],
    ["an empty key", "version: 1\n? \n: 1", "A key must be text"],
    ["a merge key", "version: 1\n<<: {}", '2:1 ["<<"]: Unknown key "<<"'],
    ["an alias of nothing", "version: *x", "1:10 version: The alias names no anchor above it"],
    ["an alias of itself", "version: &x [*x]", "The document is nested more than 32 levels deep"],
    ["brackets without end", "[".repeat(20_000), "The document is nested too deeply"],
    ["more than 256 KiB", `#${"x".repeat(262_144)}`, "1:1 The document is larger than 256 KiB"],
    ["more than 256 KiB of UTF-8", `#${"é".repeat(140_000)}`, "1:1 The document is larger than 256 KiB"],
    ["__proto__ as a key", "version: 1\n__proto__: {}", '2:1 __proto__: Unknown key "__proto__"'],
    ["a null document", "~", "1:1 This must be a mapping of keys to values"],
  ])("checkPolicy() refuses %s", (_, source, expected) => {
    expect(firstFault(source)).toContain(expected);
  });

  it("checkPolicy() ends an alias bomb at the limit of values", () => {
    const levels = "bcdefghi".split("").map((name, index) => {
      const inner = Array.from({ length: 9 }, () => `*${"abcdefgh"[index]}`).join(", ");
      return `${name}: &${name} [${inner}]`;
    });
    const faults = faultsOf(["version: 1", "a: &a [x, x, x, x, x, x, x, x, x]", ...levels].join("\n"));
    expect(faults.map((fault) => fault.message)).toEqual(["The document has more than 50000 values"]);
  });

  it("checkPolicy() reports at most 100 faults and says that there are more", () => {
    const keys = Array.from({ length: 150 }, (_, index) => `key_number_${index}: 1`);
    const faults = faultsOf(["version: 1", ...keys].join("\n"));
    expect(faults).toHaveLength(101);
    expect(faults.at(-1)).toEqual({ message: "There are more faults; fix these first", path: "" });
    const rules = Array.from({ length: 150 }, () => "{}").join(", ");
    expect(faultsOf(`version: 1\nrules: [${rules}]`)).toHaveLength(101);
  });
});

describe("checkPolicy on plain data", () => {
  const cyclic: Record<string, unknown> = { version: 1 };
  cyclic["rules"] = cyclic;
  const throwing = Object.defineProperty({}, "version", {
    enumerable: true,
    get: () => {
      throw new Error("not for you");
    },
  });

  it.each([
    ["nothing", undefined, "This is not a value that JSON knows"],
    ["a function", () => 1, "This is not a value that JSON knows"],
    ["a bigint", { version: 1n }, "version: This is not a value that JSON knows"],
    ["a cycle", cyclic, "The document is nested more than 32 levels deep"],
    ["a getter that throws", throwing, "The document can't be read (give plain data)"],
    ["more text than 256 KiB", { version: 1, [`k${"x".repeat(262_144)}`]: 1 }, "The document is larger than 256 KiB"],
    ["too many keys", Object.fromEntries(Array.from({ length: 60_000 }, (_, i) => [i, 1])), "more than 50000 values"],
    ["a list of holes", { rules: buildHoles(4_000_000_000) }, "rules[0]: This is not a value that JSON knows"],
    ["too many items", { rules: Array.from({ length: 60_000 }, () => null) }, "more than 50000 values"],
    ["__proto__ as an own key", JSON.parse('{"version":1,"__proto__":{}}'), 'Unknown key "__proto__"'],
    ["null", null, "This must be a mapping of keys to values"],
  ])("checkPolicy() refuses %s", (_, source, expected) => {
    expect(firstFault(source)).toContain(expected);
  });
});

describe("checkPolicy on members", () => {
  it.each([
    ["version as text", 'version: "1"', "1:10 version: This must be 1"],
    [
      "default that no verdict has",
      "version: 1\ndefault: ask",
      "default: This must be one of allow, deny, require_approval",
    ],
    ["default in capitals", "version: 1\ndefault: DENY", '(did you mean "deny"?)'],
    [
      "order unknown",
      "version: 1\norder: frist_match",
      'order: This must be first_match (did you mean "first_match"?)',
    ],
    ["rules left empty", "version: 1\nrules:", "2:7 rules: This must be a list"],
    ["rules as a key alone", "{ version: 1, rules }", "1:15 rules: This must be a list"],
    ["rules as an explicit key alone", "? version\n: 1\n? rules", "3:3 rules: This must be a list"],
    ["rules as a mapping", "version: 1\nrules: {}", "rules: This must be a list"],
    ["a rule that is text", "version: 1\nrules: [x]", "rules[0]: This must be a mapping"],
    [
      "a name that is a number",
      "version: 1\nrules: [{ name: 7, effect: deny }]",
      "This must be text (put it in quotes)",
    ],
    ["a name left empty", "version: 1\nrules: [{ name: , effect: deny }]", "rules[0].name: This must be text"],
    ["an empty name", 'version: 1\nrules: [{ name: "", effect: deny }]', "This must not be empty"],
    [
      "a long name",
      `version: 1\nrules: [{ name: ${"x".repeat(201)}, effect: deny }]`,
      "This has at most 200 characters",
    ],
    ["a name with NUL", 'version: 1\nrules: [{ name: "a\\0", effect: deny }]', "A name has no control characters"],
    [
      "a name with a space around",
      'version: 1\nrules: [{ name: " a", effect: deny }]',
      "neither begins nor ends with a space",
    ],
    [
      "a rule without effect",
      "version: 1\nrules: [{ name: a }]",
      "The rule has no effect (allow, deny, require_approval, sanitize)",
    ],
    ["effect as a list", "version: 1\nrules: [{ name: a, effect: [deny] }]", "rules[0].effect: This must be one of"],
    ["a priority too high", withRule("priority: 1000001"), "This must be a whole number from -1000000 to 1000000"],
    ["a priority in quotes", withRule('priority: "1"'), "priority: This must be a whole number"],
    ["a priority as a list", withRule("priority: [1]"), "priority: This must be a whole number"],
    ["a priority that is infinite", withRule("priority: .inf"), "priority: This must be a whole number"],
    ["enforce as a word", withRule("enforce: yes"), "enforce: This must be true or false"],
    ["reason as a mapping", withRule("reason: {}"), "reason: This must be text"],
    ["a long reason", withRule(`reason: ${"x".repeat(2_001)}`), "This has at most 2000 characters"],
    ["a misspelt member", withRule("efect: allow"), 'efect: Unknown key "efect" (did you mean "effect"?)'],
    ["a far-fetched member", withRule("zzzzzz: 1"), 'Unknown key "zzzzzz"'],
    ["approval as text", withRule("approval: finance"), "approval: This must be a mapping"],
    ["approvers of nobody", withRule("approval: { approvers: [] }"), "approvers: This list is empty"],
    ["an approver without a sort", withRule("approval: { approvers: [ada] }"), "An approver is user:, role: or group:"],
    ["an approver that is a number", withRule("approval: { approvers: [1] }"), "approvers[0]: This must be text"],
    ["too many approvals", withRule("approval: { approve: 1001 }"), "This must be a whole number from 1 to 1000"],
    ["no denial", withRule("approval: { deny: 0 }"), "deny: This must be a whole number from 1 to 1000"],
    ["a number of votes as a list", withRule("approval: { deny: [1] }"), "deny: This must be a whole number"],
    ["a duration without unit", withRule("approval: { decide_by: 24 }"), "This must be a duration (for example 90s"],
    ["a duration of nothing", withRule("approval: { execute_by: 0s }"), "execute_by: This must be a duration"],
    ["a duration as a list", withRule("approval: { decide_by: [1h] }"), "decide_by: This must be a duration"],
    ["a duration beyond a year", withRule("approval: { decide_by: 367d }"), "This duration is longer than 366 days"],
    [
      "require_reason as a number",
      withRule("approval: { require_reason: 1 }"),
      "require_reason: This must be true, false or on_reject",
    ],
    ["reminders without unit", withRule("approval: { remind_every: 4 }"), "remind_every: This must be a duration"],
    ["quorum by a close name", withRule("approval: { aprove: 1 }"), '(did you mean "approve"?)'],
  ])("checkPolicy() refuses %s", (_, source, expected) => {
    expect(firstFault(source)).toContain(expected);
  });

  it("checkPolicy() refuses more than 2,000 rules and takes 2,000", () => {
    const rules = Array.from({ length: 2_001 }, (_, index) => ({ name: `r${index}`, effect: "deny" }));
    const message = "A document has at most 2000 rules";
    expect(faultsOf({ version: 1, rules })).toEqual([{ message, path: "rules[2000]" }]);
    expect(() => faultsOf({ version: 1, rules: rules.slice(1) })).toThrow("no faults");
  });
});
