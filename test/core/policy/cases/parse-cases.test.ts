import { describe, expect, it } from "vitest";
import { formatFault, parseCases } from "countersign/policy";

const HEAD = "policy: ../billing.yaml\naction: bash\n";

/** The cases of a file that has no faults. */
function casesOf(text: string) {
  const check = parseCases(text);
  if ("faults" in check) throw new Error(check.faults.map(formatFault).join("\n"));
  return check.file.cases;
}

function faultsOf(text: string): string[] {
  const check = parseCases(text);
  return "faults" in check ? check.faults.map(formatFault) : [];
}

describe("parseCases", () => {
  it("parseCases() reads a file with everything that can stand in it", () => {
    const text = `
policy: ../billing.yaml
default: allow
action: bash
actor: { subject: bot, kind: agent, roles: agent, groups: [], scopes: [a, b], tenant: acme }
manifest: { risk: high, requiredScopes: [finance], approvalRequired: true }
cases:
  - { name: a push, input: { command: git push -f }, effect: deny, rule: no-force-push }
  - { action: Write, input: [1, null], actor: { roles: [] }, run: r1, manifest: { risk: low }, effect: sanitize, rule: null }
`;
    const check = parseCases(text);
    expect(check).toMatchObject({ file: { subject: { policy: "../billing.yaml" }, defaultEffect: "allow" } });
    const actor = { subject: "bot", kind: "agent", roles: ["agent"], groups: [], scopes: ["a", "b"], tenant: "acme" };
    const manifest = { risk: "high", requiredScopes: ["finance"], approvalRequired: true };
    expect(casesOf(text)).toEqual([
      {
        title: "a push",
        at: { line: 8, column: 5 },
        call: { action: "bash", input: { command: "git push -f" }, actor, manifest },
        effect: "deny",
        rule: "no-force-push",
      },
      {
        title: "Write: [1,null]",
        at: { line: 9, column: 5 },
        call: { action: "Write", input: [1, null], actor: { roles: [] }, run: "r1", manifest: { risk: "low" } },
        effect: "sanitize",
        rule: null,
      },
    ]);
  });

  it("parseCases() takes templates in place of a file, and one name for a list", () => {
    const text = "templates: safe_coding\ncases: [{ action: a, effect: deny }]";
    expect(parseCases(text)).toMatchObject({ file: { subject: { templates: ["safe_coding"] } } });
    expect(casesOf(text)[0]?.call.input).toEqual({});
    expect(casesOf(text)[0]).not.toHaveProperty("rule");
  });

  it.each([
    ["{ input: git push, effect: deny }", "bash: git push"],
    ["{ input: { command: git push }, effect: deny }", "bash: git push"],
    ["{ input: { a: x, b: 1 }, effect: deny }", 'bash: {"a":"x","b":1}'],
    ["{ input: [x], effect: deny }", 'bash: ["x"]'],
    ["{ input: null, effect: deny }", "bash: null"],
    [`{ input: ${"x".repeat(101)}, effect: deny }`, `bash: ${"x".repeat(99)}…`],
  ])("parseCases() makes a title of %s", (item, title) => {
    expect(casesOf(`${HEAD}cases: [${item}]`)[0]?.title).toBe(title);
  });

  it("parseCases() takes __proto__ for an ordinary key of an input", () => {
    const [only] = casesOf(`${HEAD}cases: [{ input: { __proto__: { a: 1 } }, effect: deny }]`);
    expect(Object.keys(only?.call.input as object)).toEqual(["__proto__"]);
    expect(Object.getPrototypeOf(only?.call.input)).toBe(Object.prototype);
  });

  it.each([
    ["", "1:1 The document is empty"],
    ["- a", "1:1 This must be a mapping of keys to values"],
    ["cases: [", "Flow sequence in block collection must be sufficiently indented"],
    [HEAD, "1:1 The file has no cases"],
    [`${HEAD}cases: []`, "3:8 cases: The file has no cases"],
    [`${HEAD}cases: {}`, "3:8 cases: This must be a list"],
    [`${HEAD}cases: [1]`, "3:9 cases[0]: This must be a mapping"],
    [
      "action: a\ncases: [{ effect: deny }]",
      "1:1 The file doesn't say what it tests (begin it with policy: and a file",
    ],
    ["policy: ''\ncases: [{ action: a, effect: deny }]", "1:9 policy: This must not be empty"],
    ["templates: []\ncases: [{ action: a, effect: deny }]", "1:12 templates: This list is empty"],
    [`${HEAD}templates: strict\ncases: [{ effect: deny }]`, "3:12 templates: Only one of policy and templates"],
    [
      "policy: p\ncases: [{ effect: deny }]",
      "2:9 cases[0]: The case names no action (name it here, or above the cases)",
    ],
    [
      `${HEAD}cases: [{ input: {} }]`,
      "3:9 cases[0]: The case expects no effect (allow, deny, require_approval, sanitize)",
    ],
    [
      `${HEAD}cases: [{ effect: dny }]`,
      '3:19 cases[0].effect: This must be one of allow, deny, require_approval, sanitize (did you mean "deny"?)',
    ],
    [`${HEAD}cases: [{ effect: deny, rule: [a] }]`, "3:31 cases[0].rule: This must be text"],
    [
      `${HEAD}cases: [{ effekt: deny, effect: deny }]`,
      '3:11 cases[0].effekt: Unknown key "effekt" (did you mean "effect"?)',
    ],
    [
      `${HEAD}cases: [{ effect: deny, actor: { role: [a] } }]`,
      '3:34 cases[0].actor.role: Unknown key "role" (did you mean "roles"?)',
    ],
    [`${HEAD}cases: [{ effect: deny, actor: bot }]`, "3:32 cases[0].actor: This must be a mapping"],
    [
      `${HEAD}cases: [{ effect: deny, actor: { roles: [1] } }]`,
      "3:42 cases[0].actor.roles[0]: This must be text (put it in quotes)",
    ],
    [`${HEAD}cases: [{ effect: deny, manifest: low }]`, "3:35 cases[0].manifest: This must be a mapping"],
    [
      `${HEAD}cases: [{ effect: deny, manifest: { risk: none } }]`,
      "3:43 cases[0].manifest.risk: This must be one of low, medium, high",
    ],
    [
      `default: sanitize\n${HEAD}cases: [{ effect: deny }]`,
      "1:10 default: This must be one of allow, deny, require_approval",
    ],
  ])("parseCases() refuses %j", (text, expected) => {
    expect(faultsOf(text)[0]).toContain(expected);
  });

  it("parseCases() reports all faults, in the order of the text", () => {
    const text = `${HEAD}cases:\n  - { effect: x }\n  - { name: 1, effect: deny }\n  - {}\nactor: 1\n`;
    expect(faultsOf(text).map((fault) => fault.split(" ")[0])).toEqual(["4:15", "5:13", "6:5", "7:8"]);
  });

  it("parseCases() has room for inputs and files larger than a policy, and ends", () => {
    const big = "x".repeat(70_000);
    const item = `  - { input: { command: "${big}" }, effect: deny }\n`;
    expect(casesOf(`${HEAD}cases:\n${item.repeat(10)}`)).toHaveLength(10);
    expect(faultsOf(`${HEAD}cases:\n${item.repeat(20)}`)).toEqual(["1:1 The document is larger than 1024 KiB"]);
    const deep = `${"[".repeat(64)}${"]".repeat(64)}`;
    expect(casesOf(`${HEAD}cases: [{ input: ${deep}, effect: deny }]`)).toHaveLength(1);
    const many = "  - { effect: deny }\n".repeat(2_001);
    expect(faultsOf(`${HEAD}cases:\n${many}`)).toEqual(["4:3 cases: A file has at most 2000 cases"]);
    expect(faultsOf(`${HEAD}cases:\n${"  - {}\n".repeat(200)}`)).toHaveLength(101);
  });
});
