import { compilePolicy, type CompileOptions, parsePolicy, type PolicyCall, type Verdict } from "countersign/policy";
import { describe, expect, it } from "vitest";
import { faultsOf } from "../documents.ts";

function evaluate(policies: unknown, call: Partial<PolicyCall> = {}, options: CompileOptions = {}): Verdict {
  return compilePolicy(parsePolicy({ policies }), options).evaluate({ action: "read_file", input: {}, ...call });
}

describe("policies, the older form", () => {
  it.each<[action: unknown, effect: string]>([
    ["approve", "allow"],
    ["APPROVE", "allow"],
    ["Deny", "deny"],
    ["escalate", "require_approval"],
    ["ESCALATE", "require_approval"],
    [undefined, "deny"],
    [null, "deny"],
  ])("policies read the action %j as %s", (action, effect) => {
    expect(evaluate([{ name: "only", action }]).effect).toBe(effect);
  });

  it("policies decide by priority, then by their order, whatever is stricter", () => {
    const policies = [
      { name: "late", action: "deny", priority: 200 },
      { name: "first", action: "approve" },
      { name: "second", action: "deny" },
    ];
    expect(evaluate(policies).rule).toBe("first");
    expect(evaluate([...policies, { name: "early", action: "escalate", priority: -1 }]).rule).toBe("early");
  });

  it.each<[match: unknown, action: string, input: unknown, matched: boolean]>([
    [undefined, "anything", {}, true],
    [null, "anything", {}, true],
    [{}, "anything", {}, true],
    [{ tool: null, args_pattern: null, path_patterns: null }, "anything", {}, true],
    [{ path_patterns: [], args_pattern: "" }, "anything", {}, true],
    [{ tool: "" }, "", {}, true],
    [{ tool: "" }, "a", {}, false],
    [{ tool: "fs_*" }, "fs_read/all", {}, true],
    [{ tool: "fs_{a,b}" }, "fs_a", {}, false],
    [{ tool: "~^fs" }, "fs_a", {}, true],
    [{ tool: ["a", "b"] }, "b", {}, true],
    [{ args_pattern: "secret" }, "x", { note: "my secrets" }, true],
    [{ args_pattern: "secret" }, "x", { note: "nothing" }, false],
    [{ tool: "x", args_pattern: "^note=" }, "x", { note: "my secrets" }, true],
    [{ path_patterns: "/etc/*" }, "read_file", { path: "/etc/a/b" }, true],
    [{ path_patterns: ["/srv/*", "/etc/*"] }, "read_file", { path: "/etc/passwd" }, true],
    [{ path_patterns: ["/srv/*"] }, "read_file", { path: "/etc/passwd" }, false],
  ])("policies with match %j, asked about %j with %j: %j", (match, ...[action, input, matched]) => {
    const verdict = evaluate([{ name: "only", match, action: "approve" }], { action, input });
    expect(verdict.effect).toBe(matched ? "allow" : "deny");
    expect(verdict.defaulted).toBe(!matched);
  });

  it("policies leave what none of them matches to whoever compiles them, unless the document names a default", () => {
    const policies = [{ name: "other", match: { tool: "other" } }];
    expect(evaluate(policies, {}, { defaultEffect: "allow" }).effect).toBe("allow");
    expect(evaluate(policies).effect).toBe("deny");
    for (const [named, effect] of Object.entries({ Approve: "allow", allow: "allow", escalate: "require_approval" })) {
      expect(parsePolicy({ policies, default: named }).defaultEffect).toBe(effect);
    }
    expect(parsePolicy({ policies, default: "require_approval" }).defaultEffect).toBe("require_approval");
  });

  it("policies may lack names and reasons, share names, and stand under any version or none", () => {
    const policies = [
      { action: "approve", match: { tool: "a" }, reason: "" },
      { name: "", action: "approve", match: { tool: "b" }, reason: null, description: "B" },
      { name: "twin", action: "approve", match: { tool: "c" }, reason: "Fine", priority: null },
      { name: "twin", action: "deny" },
    ];
    const document = parsePolicy({ version: "1.0", policies });
    expect(document.rules.map(({ name }) => name)).toEqual(["policy 1", "policy 2", "twin", "twin"]);
    expect(document.rules.map(({ reason }) => reason)).toEqual([undefined, undefined, "Fine", undefined]);
    expect(parsePolicy("policies:\n").rules).toEqual([]);
    expect(parsePolicy("policies: []").order).toBe("first_match");
  });

  it.each<[source: unknown, expected: object]>([
    [
      { policies: [{ action: "allow" }] },
      {
        message: "This must be one of approve, deny, escalate",
        hint: "beside policies it is called approve",
        path: "policies[0].action",
      },
    ],
    [{ policies: [{ action: "require_approval" }] }, { hint: "beside policies it is called escalate" }],
    [{ policies: [{ action: "block" }] }, { message: "This must be one of approve, deny, escalate" }],
    [{ policies: [{ action: 1 }] }, { message: "This must be one of approve, deny, escalate" }],
    [
      { policies: [], default: "open" },
      { message: "This must be one of approve, deny, escalate", path: "default" },
    ],
    [{ policies: [], default: ["deny"] }, { message: "This must be one of approve, deny, escalate" }],
    [{ policies: [null] }, { message: "This must be a mapping of keys to values", path: "policies[0]" }],
    [{ policies: {} }, { message: "This must be a list" }],
    [{ policies: [{ effect: "deny" }] }, { message: 'Unknown key "effect"' }],
    [{ policies: [{ match: "x" }] }, { message: "This must be a mapping of keys to values" }],
    [{ policies: [{ match: { tol: "x" } }] }, { hint: 'did you mean "tool"?' }],
    [{ policies: [{ match: { url: {} } }] }, { message: 'Unknown key "url"' }],
    [{ policies: [{ priority: 1.5 }] }, { message: "This must be a whole number from -1000000 to 1000000" }],
    [{ policies: [{ name: ["a"] }] }, { message: "This must be text" }],
    [{ policies: [{ reason: 1 }] }, { message: "This must be text" }],
    [
      "version: 1\npolicies: []\nrules: []\n",
      { message: '"rules" can\'t stand beside policies', line: 3, column: 1, hint: "write all of them as rules" },
    ],
    [
      { policies: [], sets: {} },
      { message: '"sets" can\'t stand beside policies', hint: "write the policies as rules" },
    ],
    [{ policies: [], extends: ["strict"] }, { message: '"extends" can\'t stand beside policies' }],
    [{ policies: [], polices: 1 }, { message: 'Unknown key "polices"' }],
  ])("policies refuse %j", (source, expected) => {
    expect(faultsOf(source)[0]).toMatchObject(expected);
  });
});
