import type { PolicyCall } from "countersign/policy";
import { describe, expect, it } from "vitest";
import { buildCall, compileRules, faultsOfMatch } from "./documents.ts";

function matches(match: unknown, call: PolicyCall): boolean {
  const verdict = compileRules([{ match, effect: "deny" }], { default: "allow" }).evaluate(call);
  return verdict.effect === "deny";
}

describe("match.action", () => {
  it.each<[pattern: unknown, action: string, expected: boolean]>([
    ["billing.issue_refund", "billing.issue_refund", true],
    ["billing.issue_refund", "billing.issue_refund2", false],
    ["billing.issue_refund", "Billing.issue_refund", false],
    ["", "", true],
    ["", "a", false],
    ["*", "", false],
    ["*", "billing.issue_refund", true],
    ["*", ".hidden", true],
    ["*", "a/b", false],
    ["a/**", "a/b/c", true],
    ["a/**", "a/../b", true],
    ["a/*/b", "a/./b", true],
    ["../**/b", "../a/../b", true],
    ["a/./*", "a/./b", true],
    ["a/./*", "a/b", false],
    ["a/*", "b/..", false],
    ["billing.*", "billing.issue_refund", true],
    ["billing.*", "shipping.send", false],
    ["billing.?", "billing.a", true],
    ["billing.?", "billing.ab", false],
    ["billing.[a-c]x", "billing.bx", true],
    ["billing.[a-c]x", "billing.dx", false],
    ["billing.[!a-c]x", "billing.dx", true],
    ["billing.[^]a]x", "billing.bx", true],
    ["billing.[a-]x", "billing.-x", true],
    ["{billing,shipping}.{get,list}_*", "shipping.list_all", true],
    ["{billing,shipping}.{get,list}_*", "shipping.send_all", false],
    ["a\\*b", "a*b", true],
    ["a\\*b", "axb", false],
    ["!a*", "!ab", true],
    ["!a*", "b", false],
    ["#a*", "#ab", true],
    ["+(a|b)*", "a", false],
    ["re:refund$", "billing.issue_refund", true],
    ["re:^refund", "billing.issue_refund", false],
    ["~(?i)REFUND", "billing.issue_refund", true],
    ["~^a", "~^a", false],
    [["a", "b*", "re:c$"], "a", true],
    [["a", "b*", "re:c$"], "bb", true],
    [["a", "b*", "re:c$"], "xc", true],
    [["a", "b*", "re:c$"], "d", false],
    ["__proto__", "__proto__", true],
    ["constructor", "toString", false],
    ["*", "a\u0000b", true],
    ["*", "a\ud800", true],
  ])("match.action %j asked about %j answers %j", (pattern, action, expected) => {
    expect(matches({ action: pattern }, buildCall({ action }))).toBe(expected);
    expect(matches({ tool: pattern }, buildCall({ action }))).toBe(expected);
  });

  it.each<[pattern: unknown, expected: string]>([
    [7, "This must be text"],
    [null, "This must be text"],
    [[], "This list is empty"],
    ["x".repeat(501), "A pattern has at most 500 characters"],
    ["a[b", "A bracket is not closed"],
    ["[z-a]", "A range in brackets runs backwards"],
    ["[{]", "A class in brackets can hold only single characters and ranges"],
    ["{a,b", "A brace is not closed"],
    ["{a}", "Braces need at least two alternatives"],
    ["a}", "Braces need at least two alternatives"],
    ["{a,{b,c}}", "Groups in braces can't stand inside each other"],
    ["${a,b}", "A group in braces can't follow a dollar sign"],
    ["{a,b}".repeat(7), "The braces make more than 100 alternatives"],
    ["a*\\", "The pattern ends with a backslash that escapes nothing"],
    ["re:", "The regex is empty and would match everything"],
    ["~", "The regex is empty and would match everything"],
    ["re:(", "The regex is not valid RE2 syntax: missing closing )"],
    ["~(?=a)", "The regex is not valid RE2 syntax: invalid or unsupported Perl syntax"],
    ["re:(a|b){999}(a|b){999}", "The regex is too large once its repetitions are counted"],
    [Array.from({ length: 1_001 }, () => "a"), "A list has at most 1000 members"],
    [["a", "*", "{"], "A brace is not closed"],
  ])("match.action refuses %j", (pattern, expected) => {
    expect(faultsOfMatch({ action: pattern })[0]?.message).toContain(expected);
  });

  it("match.action refuses patterns that are too large together, once", () => {
    const action = Array.from({ length: 90 }, (_, index) => `re:(a|b){999}${index}`);
    const faults = faultsOfMatch({ action });
    expect(faults.map(({ message }) => message)).toEqual(["The document's patterns are too large together"]);
  });

  it("match.action refuses to stand beside tool", () => {
    expect(faultsOfMatch({ action: "a", tool: "b" })).toEqual([
      { message: "tool means the same as action; only one can stand here", path: "rules[0].match.tool" },
    ]);
  });
});

describe("match fields of the actor and the action's manifest", () => {
  it.each<[match: Record<string, unknown>, call: Partial<PolicyCall>, expected: boolean]>([
    [{}, {}, true],
    [{ risk: "high" }, { manifest: { risk: "high" } }, true],
    [{ risk: ["low", "high"] }, { manifest: { risk: "medium" } }, false],
    [{ risk: ["low"] }, {}, false],
    [{ scopes: ["a", "b"] }, { actor: { scopes: ["b", "c"] } }, true],
    [{ scopes: "a" }, { actor: { scopes: ["c"] } }, false],
    [{ scopes: "a" }, {}, false],
    [{ roles: ["agent"] }, { actor: { roles: ["agent"] } }, true],
    [{ roles: ["agent"] }, { actor: { roles: ["Agent"] } }, false],
    [{ groups: ["finance"] }, { actor: { groups: ["it", "finance"] } }, true],
    [{ groups: ["finance"] }, { actor: { roles: ["finance"] } }, false],
    [{ kind: "agent" }, { actor: { kind: "agent" } }, true],
    [{ kind: ["user", "service"] }, { actor: { kind: "agent" } }, false],
    [{ kind: "agent" }, { actor: {} }, false],
    [{ tenant: "acme" }, { actor: { tenant: "acme" } }, true],
    [{ tenant: ["acme"] }, { actor: { tenant: "other" } }, false],
    [{ tenant: ["acme"] }, {}, false],
    [{ subject: ["ann", "bob"] }, { actor: { subject: "bob" } }, true],
    [{ subject: "ann" }, { actor: { subject: "Ann" } }, false],
    [{ subject: "ann" }, {}, false],
    [{ run: "r1" }, { run: "r1" }, true],
    [{ run: ["r1"] }, { run: "r2" }, false],
    [{ run: ["r1"] }, {}, false],
    [{ risk: "high", roles: "agent" }, { manifest: { risk: "high" }, actor: { roles: ["agent"] } }, true],
    [{ risk: "high", roles: "agent" }, { manifest: { risk: "high" }, actor: { roles: ["user"] } }, false],
    [{ roles: ["__proto__"] }, { actor: { roles: ["constructor"] } }, false],
  ])("match %j asked about %j answers %j", (match, call, expected) => {
    expect(matches(match, buildCall(call))).toBe(expected);
  });

  it.each<[match: unknown, call: Partial<PolicyCall>, expected: boolean]>([
    [[{ kind: "agent" }, { roles: "lead" }], { actor: { kind: "agent" } }, true],
    [[{ kind: "agent" }, { roles: "lead" }], { actor: { roles: ["lead"] } }, true],
    [[{ kind: "agent" }, { roles: "lead" }], { actor: { kind: "user", roles: ["staff"] } }, false],
    [[{ kind: "agent", roles: "lead" }, { tenant: "t" }], { actor: { kind: "agent" } }, false],
    [[{ action: "a" }, { action: "b" }], { action: "b" }, true],
    [[{ action: "a" }, { action: "b" }], { action: "c" }, false],
    [[{ action: "a", kind: "agent" }, { action: "b" }], { action: "a" }, false],
    [[{ action: "a" }, { action: "b*" }], { action: "bb" }, true],
    [[{ action: "a" }, {}], { action: "c" }, true],
  ])("match %j, a list of which any may hold, asked about %j answers %j", (match, call, expected) => {
    expect(matches(match, buildCall(call))).toBe(expected);
  });

  it.each<[match: unknown, expected: string]>([
    [null, "This must be a mapping"],
    [{ risk: "hihg" }, "This must be one of low, medium, high"],
    [{ risk: [] }, "This list is empty"],
    [{ risk: { any: "high" } }, "This must be one of low, medium, high"],
    [{ kind: "robot" }, "This must be one of user, agent, service"],
    [{ roles: [""] }, "This must not be empty"],
    [{ roles: [1] }, "This must be text"],
    [{ roles: ["two words"] }, "A name consists of visible ASCII characters without space"],
    [{ roles: ["fin*"] }, "Names are compared as they stand"],
    [{ scopes: ["re:x"] }, "Names are compared as they stand"],
    [{ groups: ["~x"] }, "Names are compared as they stand"],
    [{ tenant: ["x".repeat(201)] }, "This has at most 200 characters"],
    [{ subject: ["user/*"] }, "Names are compared as they stand"],
    [{ run: [null] }, "This must be text"],
    [[], "This list is empty"],
    [[{ risk: "low" }, "action"], "This must be a mapping"],
    [{ role: "agent" }, 'Unknown key "role"'],
  ])("match %j is refused", (match, expected) => {
    expect(faultsOfMatch(match)[0]?.message).toContain(expected);
  });
});
