import { describe, expect, it } from "vitest";
import { compileRules, faultsOfMatch } from "../documents.ts";

describe("match.capability", () => {
  it.each<[capability: unknown, action: string, expected: boolean]>([
    ["shell", "execute_bash", true],
    ["shell", "run_report", false],
    [["sql", "http"], "WebFetch", true],
    [["sql", "http"], "Read", false],
  ])("match.capability %j asked about %j answers %j", (capability, action, expected) => {
    const policy = compileRules([{ match: { capability }, effect: "deny" }], { default: "allow" });
    expect(policy.evaluate({ action, input: {} }).effect === "deny").toBe(expected);
  });

  it("match.capability refuses what it doesn't know", () => {
    const [fault] = faultsOfMatch({ capability: "shel" });
    expect(fault?.message).toContain("This must be one of shell, file_read");
    expect(fault?.hint).toContain("shell");
  });

  it("match.capability says what it looks for and sees", () => {
    const [rule] = compileRules([{ match: { capability: "sql" }, effect: "deny" }]).explain({
      action: "str_replace_editor",
      input: {},
    });
    expect(rule?.failed).toEqual({ field: "capability", expected: ["sql"], saw: ["file_write", "file_read"] });
  });
});
