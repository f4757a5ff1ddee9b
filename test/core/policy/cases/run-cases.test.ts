import { describe, expect, it } from "vitest";
import { compilePolicy, formatFault, parseCases, parsePolicy, runCases } from "countersign/policy";

const policy = compilePolicy(
  parsePolicy({
    version: 1,
    default: "deny",
    rules: [
      { name: "reads", match: { action: "file.read" }, effect: "allow" },
      { name: "writes", match: { action: "file.write" }, effect: "require_approval", reason: "Writing is asked for" },
    ],
  }),
);

function differencesOf(cases: string): (string | undefined)[] {
  const check = parseCases(`policy: p\ncases: ${cases}`);
  if ("faults" in check) throw new Error(check.faults.map(formatFault).join("\n"));
  return runCases(policy, check.file.cases).map(({ difference }) => difference);
}

describe("runCases", () => {
  it.each([
    ["{ action: file.read, effect: allow }"],
    ["{ action: file.read, effect: allow, rule: reads }"],
    ["{ action: file.drop, effect: deny, rule: null }"],
    ["{ action: file.read, manifest: { requiredScopes: [s] }, effect: deny }"],
    ["{ action: file.read, actor: { scopes: [s] }, manifest: { requiredScopes: [s] }, effect: allow }"],
  ])("runCases() passes %s", (item) => {
    expect(differencesOf(`[${item}]`)).toEqual([undefined]);
  });

  it.each([
    ["{ action: file.write, effect: allow }", 'expected allow, got require_approval by "writes": Writing is asked for'],
    [
      "{ action: file.write, effect: require_approval, rule: null }",
      'expected require_approval by the default, got require_approval by "writes": Writing is asked for',
    ],
    [
      "{ action: file.drop, effect: deny, rule: drops }",
      'expected deny by "drops", got deny by the default: No rule decides this call, so the default applies: deny',
    ],
    [
      "{ action: file.read, manifest: { requiredScopes: [s] }, effect: deny, rule: null }",
      "expected deny by the default, got deny before any rule: The actor lacks the scope s, which the action requires",
    ],
  ])("runCases() fails %s and says what it got", (item, difference) => {
    expect(differencesOf(`[${item}]`)).toEqual([difference]);
  });

  it("runCases() gives the results in the order of the cases, each with its verdict", () => {
    const check = parseCases("policy: p\ncases: [{ action: b, effect: deny }, { action: file.read, effect: deny }]");
    if ("faults" in check) throw new Error("The cases are right");
    const results = runCases(policy, check.file.cases);
    expect(results.map(({ verdict }) => verdict.rule)).toEqual([undefined, "reads"]);
    expect(results.map((result) => result.case)).toEqual(check.file.cases);
  });
});
