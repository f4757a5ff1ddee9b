import { describe, expect, it } from "vitest";
import { compileRules, faultsOfMatch } from "../documents.ts";

function matches(name_words: unknown, action: string): boolean {
  const policy = compileRules([{ match: { name_words }, effect: "deny" }], { default: "allow" });
  return policy.evaluate({ action, input: {} }).effect === "deny";
}

describe("match.name_words", () => {
  it.each<[words: unknown, action: string, expected: boolean]>([
    [{ any: ["read", "list"] }, "listFiles", true],
    [{ any: ["read", "list"] }, "READ", true],
    [{ any: "read" }, "thread_view", false],
    [{ none: ["delete"] }, "read_file", true],
    [{ none: ["delete"] }, "readAndDelete", false],
    [{ any: ["read"], none: ["delete"] }, "read_file", true],
    [{ any: ["read"], none: ["delete"] }, "read_delete", false],
    [{ any: ["read"], none: ["delete"] }, "view", false],
    [{ any: ["python3"] }, "run_python3", true],
    [{ any: ["größe"] }, "Größe", true],
    [{ any: ["read"] }, "", false],
    [{ none: ["read"] }, "", true],
  ])("match.name_words %j asked about %j answers %j", (words, action, expected) => {
    expect(matches(words, action)).toBe(expected);
  });

  it.each<[words: unknown, fault: string]>([
    [["read"], "This must be a mapping"],
    [{}, "This names no words"],
    [{ any: [] }, "This list is empty"],
    [{ any: ["Read"] }, "written in lower case"],
    [{ any: ["read_file"] }, "without spaces or signs"],
    [{ any: ["ｒｅａｄ"] }, "written in lower case"],
    [{ any: [""] }, "This must not be empty"],
    [{ none: [3] }, "This must be text"],
    [{ some: ["read"] }, 'Unknown key "some"'],
  ])("match.name_words refuses %j", (words, fault) => {
    expect(
      faultsOfMatch({ name_words: words })
        .map(({ message }) => message)
        .join(),
    ).toContain(fault);
  });

  it("match.name_words says what it looks for and sees", () => {
    const match = { name_words: { any: ["list", "get"], none: ["set"] } };
    const [rule] = compileRules([{ match, effect: "deny" }]).explain({ action: "getAndSet", input: {} });
    expect(rule?.failed).toEqual({
      field: "name_words",
      expected: ["list", "get", "not set"],
      saw: ["get", "and", "set"],
    });
  });
});
