import type { PolicyCall } from "countersign/policy";
import { describe, expect, it } from "vitest";
import { buildCall, compileRules, faultsOfMatch } from "../documents.ts";
import { askDenial, askPermission } from "./ask.ts";

const LONG = "x".repeat(65_536);

describe("match.args_pattern", () => {
  it.each<[pattern: unknown, input: unknown, expected: "yes" | "no"]>([
    ["force", "use --force", "yes"],
    ["^force", "use --force", "no"],
    ["(?i)FORCE", { args: ["--force"] }, "yes"],
    ["re:force", "use --force", "yes"],
    ["re:force", "re:other", "no"],
    ["a=1 b=2", { b: 2, a: 1 }, "yes"],
    [["nothing", "b=2"], { b: 2 }, "yes"],
    ["^$", {}, "yes"],
    [".*", null, "no"],
    ["x", undefined, "no"],
    ["rm -rf", "rm\u00a0-rf", "yes"],
  ])("args_pattern %j asked about %j answers %s", (args_pattern, input, expected) => {
    expect(askDenial({ args_pattern }, { input })).toBe(expected);
    expect(askPermission({ args_pattern }, { input })).toBe(expected === "yes");
  });

  it.each([[""], [null]])("args_pattern %j counts as absent, also where nothing else is asked", (args_pattern) => {
    expect(askDenial({ args_pattern }, { input: "any" })).toBe("yes");
    expect(askDenial({ args_pattern, action: "other" }, { input: "any" })).toBe("no");
  });

  it("args_pattern finds in the beginning of a long input what is enough to deny and never to permit", () => {
    const input = { a: `force ${LONG}` };
    expect(askDenial({ args_pattern: "force" }, { input })).toBe("yes");
    expect(askDenial({ args_pattern: "other" }, { input })).toBe("unknown");
    expect(askPermission({ args_pattern: "force" }, { input })).toBe(false);
  });

  it("args_pattern can't tell of an input that can't be read", () => {
    const policy = compileRules([{ effect: "deny", match: { args_pattern: "x" } }], { default: "allow" });
    const call: PolicyCall = {
      action: "a",
      get input(): never {
        throw new Error("no");
      },
    };
    expect(policy.evaluate(call)).toMatchObject({ effect: "require_approval", rule: "rule 0" });
  });

  it("args_pattern decides the same among many rules as alone, in the same order", () => {
    const patterns = ["drop table", "(?i)DROP", "part_[0-9]", "(?i)task_ſ", "^a=", "x|y", ["alpha", "beta"], "gamma+"];
    const matches = [
      ...patterns.map((args_pattern) => ({ args_pattern })),
      ...patterns.map((args_pattern) => [{ args_pattern }, { args_pattern: "omega" }]),
      [{ args_pattern: "omega" }, { action: "other" }],
      {},
    ];
    const rules = matches.map((match, index) => ({ effect: "allow", match, priority: index % 3 }));
    const many = compileRules(rules, { default: "allow" });
    const inputs = [
      "a drop table",
      "DROP part_7",
      "task_S",
      "beta",
      "OMEGA omega gamm",
      "gamma",
      "",
      null,
      ["y"],
      LONG + LONG,
    ];
    for (const input of [...inputs, { a: "Drop TASK_s alpha" }, { a: () => 1 }, { a: new Map() }]) {
      const alone = rules.map((rule, index) => compileRules([{ ...rule, name: `rule ${index}` }]));
      const expected = alone.flatMap((policy) => policy.evaluate(buildCall({ input })).matched);
      expected.sort((left, right) => left.priority - right.priority);
      expect([input, many.evaluate(buildCall({ input })).matched]).toEqual([input, expected]);
    }
  });

  it.each<[pattern: unknown, expected: string]>([
    ["(", "The regex is not valid RE2 syntax: missing closing )"],
    ["re:", "The regex is empty"],
    [7, "This must be text"],
    [[], "This list is empty"],
    ["x".repeat(501), "A pattern has at most 500 characters"],
    [["a", "(?<=b)"], "The regex is not valid RE2 syntax"],
  ])("args_pattern %j is refused", (args_pattern, expected) => {
    expect(faultsOfMatch({ args_pattern })[0]?.message).toContain(expected);
  });
});
