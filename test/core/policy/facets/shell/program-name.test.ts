import { describe, expect, it } from "vitest";
import { compilePolicy, parsePolicy } from "countersign/policy";
import { findProgramPath } from "../../../../../src/core/policy/facets/shell/program-name.ts";
import { wordOf } from "./programs/commands.ts";

describe("findProgramPath()", () => {
  it.each([
    ["ls", undefined],
    ["/bin/ls", undefined],
    ["/usr/local/sbin/ls", undefined],
    ["/opt/homebrew/bin/ls", undefined],
    ["./ls", "./ls"],
    ["/tmp/bin/ls", "/tmp/bin/ls"],
    ["/usr/bin/../../tmp/ls", "/usr/bin/../../tmp/ls"],
    [".\\ls.exe", ".\\ls.exe"],
  ])("of %s is %s", (text, path) => {
    expect(findProgramPath(wordOf(text))).toBe(path);
  });
});

describe("match.command on a program that is named by its path", () => {
  function decide(effect: "allow" | "deny", program: string, command: string): string {
    const document = { version: 1, rules: [{ name: "it", match: { command: { program } }, effect }] };
    const policy = compilePolicy(parsePolicy(document), { defaultEffect: effect === "allow" ? "deny" : "allow" });
    return policy.evaluate({ action: "bash", input: { command } }).effect;
  }

  it.each([
    ["ls", "/bin/ls x", "allow"],
    ["ls", "./ls x", "deny"],
    ["ls", "/tmp/ls x", "deny"],
    ["./ls", "./ls x", "allow"],
    ["./tools/*", "./tools/ls x", "allow"],
  ])("permits %s to run %s: %s", (program, command, effect) => {
    expect(decide("allow", program, command)).toBe(effect);
  });

  it("restricts it whatever its directory", () => {
    expect(decide("deny", "ls", "./ls x")).toBe("deny");
  });
});
