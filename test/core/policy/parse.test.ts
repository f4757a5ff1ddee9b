import { CountersignError } from "../../../src/core/countersign-error.ts";
import { checkPolicy, parsePolicy } from "countersign/policy";
import { describe, expect, it } from "vitest";
import { faultsOf, termsOf } from "./documents.ts";

const FULL = `version: 1
default: require_approval
order: first_match
rules:
  - name: large refunds
    description: as agreed with finance
    priority: 50
    match: { action: [billing.issue_refund, "billing.*"], risk: high, roles: [agent] }
    effect: require_approval
    reason: money moves
    enforce: false
    approval: { approvers: [group:finance, "user:ada"], approve: 1, deny: 1, decide_by: 90s, execute_by: 7d, remind_every: 4h, require_reason: true }
`;

function catchError(run: () => unknown): unknown {
  try {
    return run();
  } catch (error) {
    return error;
  }
}

describe("parsePolicy", () => {
  it("parsePolicy() reads every field of the language", () => {
    const { alternatives, ...rule } = parsePolicy(FULL).rules[0] ?? { alternatives: [] };
    expect(rule).toEqual({
      name: "large refunds",
      description: "as agreed with finance",
      priority: 50,
      effect: "require_approval",
      reason: "money moves",
      enforce: false,
      approval: termsOf(
        { approvers: ["group:finance", "user:ada"], remindEveryMs: 14_400_000 },
        { decideByMs: 90_000, executeByMs: 604_800_000, requireReason: true },
      ),
    });
    expect(alternatives).toMatchObject([
      [
        { field: "action", expected: ["billing.issue_refund", "billing.*"] },
        { field: "risk", expected: ["high"] },
        { field: "roles", expected: ["agent"] },
      ],
    ]);
    expect(parsePolicy(FULL)).toMatchObject({ version: 1, defaultEffect: "require_approval", order: "first_match" });
  });

  it("parsePolicy() fills in what a document leaves out", () => {
    const document = parsePolicy("version: 1\nrules: [{ name: a, effect: deny, approval: {} }]");
    expect(document.defaultEffect).toBeUndefined();
    expect(document.order).toBe("most_restrictive");
    expect(document.rules[0]).toEqual({
      name: "a",
      effect: "deny",
      priority: 100,
      enforce: true,
      alternatives: [[]],
      approval: termsOf(),
    });
  });

  it.each([
    ["JSON", '{ "version": 1, "rules": [] }'],
    ["JSON indented with tabs", '{\n\t"version": 1,\n\t"rules": [\n\t]\n}'],
    ["CRLF line ends", "version: 1\r\nrules: []\r\n"],
    ["a byte order mark", "\ufeffversion: 1"],
    ["an explicit YAML 1.2", "%YAML 1.2\n---\nversion: 1"],
    ["no rules at all", "version: 1"],
    ["plain data", { version: 1, rules: [], default: undefined }],
    ["an object without prototype", Object.assign(Object.create(null), { version: 1 })],
  ])("parsePolicy() takes %s", (_, source) => {
    expect(parsePolicy(source).rules).toEqual([]);
  });

  it("parsePolicy() resolves aliases to the anchor above them", () => {
    const document = parsePolicy(`version: 1
rules:
  - { name: &x a, effect: &y deny, match: &m { action: [&l one, *l] } }
  - { name: b, effect: *y, match: *m, reason: *x }
`);
    expect(document.rules[1]).toMatchObject({
      effect: "deny",
      reason: "a",
      alternatives: [[{ expected: ["one", "one"] }]],
    });
  });

  it("parsePolicy() throws one typed error that carries all faults and the file's name", () => {
    const source = "version: 2\nrules:\n  - name: a\n    effect: dney\n";
    expect(() => parsePolicy(source, { file: "policy.yaml" })).toThrow(
      "policy.yaml: The policy is not valid: 1:10 version: This must be 1 and 1 more",
    );
    const error = catchError(() => parsePolicy(source, { file: "policy.yaml" }));
    expect(error).toBeInstanceOf(CountersignError);
    expect(error).toMatchObject({ code: "invalid_policy", retryable: false });
    expect(error).toHaveProperty("details", {
      file: "policy.yaml",
      faults: [
        { message: "This must be 1", line: 1, column: 10, path: "version" },
        {
          message: "This must be one of allow, deny, require_approval, sanitize",
          line: 4,
          column: 13,
          path: "rules[0].effect",
          hint: 'did you mean "deny"?',
        },
      ],
    });
  });

  it("parsePolicy() throws without a file's name when it has none", () => {
    expect(() => parsePolicy("version: 2")).toThrow(/^The policy is not valid: 1:10 version: This must be 1$/);
    expect(() => parsePolicy({ default: "allow" })).toThrow(
      "The policy is not valid: The document has no version (begin it with version: 1)",
    );
  });
});

describe("checkPolicy", () => {
  it("checkPolicy() gives the document when there are no faults", () => {
    expect(checkPolicy("version: 1")).toMatchObject({ document: { version: 1 } });
  });

  it("checkPolicy() reports all faults in the order of the text", () => {
    const faults = faultsOf(`version: one
defualt: allow
rules:
  - name: a
    effect: allow
    match: { acton: x, roles: [] }
  - name: a
    effect: sanitise
    priority: 1.5
  - effect: allow
`);
    expect(faults.map(({ line, column, path, hint }) => ({ line, column, path, hint }))).toEqual([
      { line: 1, column: 10, path: "version", hint: undefined },
      { line: 2, column: 1, path: "defualt", hint: 'did you mean "default"?' },
      { line: 6, column: 14, path: "rules[0].match.acton", hint: 'did you mean "action"?' },
      { line: 6, column: 31, path: "rules[0].match.roles", hint: "name at least one, or remove the key" },
      { line: 7, column: 11, path: "rules[1].name", hint: undefined },
      { line: 8, column: 13, path: "rules[1].effect", hint: 'did you mean "sanitize"?' },
      { line: 9, column: 15, path: "rules[1].priority", hint: undefined },
      { line: 10, column: 5, path: "rules[2]", hint: undefined },
    ]);
  });
});
