import { compilePolicy, parsePolicy } from "countersign/policy";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { CallFacets } from "../../../../../src/core/policy/facets/call-facets.ts";
import type { PathFact } from "../../../../../src/core/policy/facets/paths/path-fact.ts";

const SETTINGS = { capabilityNames: {}, workspace: "/work" };

function readPaths(action: string, input: unknown): readonly PathFact[] {
  return new CallFacets(action, () => input, SETTINGS).paths.paths;
}

describe("readPaths()", () => {
  const piece = fc.constantFrom(
    ...[
      "cat",
      "cp",
      "tar",
      "find",
      "docker run",
      "git show",
      "sed",
      "rsync",
      "curl",
      "dd",
      "jq",
      "chmod",
      "frob",
      "python3 -c",
    ],
    ...[
      " ",
      "/",
      "..",
      ".",
      "~",
      "$X",
      "*",
      "[",
      "]",
      "\\",
      "'",
      '"',
      "-",
      "--",
      "=",
      ":",
      "@",
      ">",
      "<",
      ";",
      "|",
      "\0",
      "\n",
      "{",
      "}",
    ],
    ...[
      "-o",
      "-f",
      "-C",
      "-v",
      "-exec",
      "if=",
      "HEAD:",
      ".env",
      "/etc",
      "/proc/self/root",
      "file:",
      "C:",
      "%2e",
      "cwd",
      "root",
    ],
  );
  const anyLine = fc.array(piece, { maxLength: 20 }).map((pieces) => pieces.join(""));
  const anyInput = fc.oneof(
    fc.record({ command: anyLine }),
    fc.record({ path: anyLine, cwd: anyLine }),
    fc.dictionary(fc.oneof(fc.constantFrom("path", "source", "to", "patch", "files", "__proto__"), anyLine), anyLine),
    anyLine,
    fc.anything(),
  );

  it("never throws, gives normal forms only, and leaves the input as it is", () => {
    const action = fc.constantFrom("bash", "read_file", "write_file", "copy_file", "apply_patch", "grep", "deploy");
    fc.assert(
      fc.property(action, anyInput, (name, input) => {
        const before = fc.stringify(input);
        for (const { text, names, place, isOpaque } of readPaths(name, input)) {
          expect(names[0]).toBe(text);
          expect(text === "/" || !text.endsWith("/")).toBe(true);
          expect(isOpaque && place !== "unknown").toBe(false);
        }
        expect(fc.stringify(input)).toBe(before);
      }),
      { numRuns: 1_000 },
    );
  });

  it("says so where more globs, trees and unknown paths are named than are compared", () => {
    const globs = readPaths("read_file", { paths: Array.from({ length: 120 }, (_, index) => `a${index}*`) });
    const mixed = readPaths("read_file", { paths: [...Array.from({ length: 101 }, () => "a*"), "b"] });
    expect([globs.length, globs.at(-1)?.text]).toEqual([101, "\0"]);
    expect(mixed.slice(99).map(({ text }) => text)).toEqual(["/work/a*", "/work/b", "\0"]);
    expect(readPaths("read_file", { paths: Array.from({ length: 100 }, () => "a*") })).toHaveLength(100);
  });

  it.each([
    ["a".repeat(4_097), true],
    ["a".repeat(4_096), false],
    [`${"a".repeat(500)}*`, true],
    [`${"a".repeat(499)}*`, false],
  ])("says whether a path is too long to be known", (path, isOpaque) => {
    expect(readPaths("read_file", { path })[0]?.isOpaque).toBe(isOpaque);
  });

  it("takes time in step with the input, and so do conditions on paths", () => {
    const document = {
      version: 1,
      rules: [
        {
          name: "a",
          effect: "deny",
          match: { path: { any: ["**/.env", "**/*a*b*c*", "~/.ssh/**", "/etc/**", "**/a/**/b/**/c"] } },
        },
        { name: "b", effect: "deny", match: { path_patterns: ["a/**/*.pem", "re:(a+)+$", "*/*/*"] } },
      ],
    };
    const policy = compilePolicy(parsePolicy(document), { defaultEffect: "allow" });
    const parts = [
      "a/",
      "../",
      "*",
      "a*/",
      "**/",
      "[",
      "[a",
      "?",
      "*a",
      "/proc/self/cwd/..",
      "\0/",
      "\\",
      "%41",
      "$X ",
      "a* ",
      "{a,b} ",
    ];
    const calls = parts.flatMap((part) => {
      const text = part.repeat(65_536 / part.length);
      return [
        { action: "read_file", input: { path: text } },
        { action: "read_file", input: { paths: text.match(/.{1,200}/gs) ?? [] } },
        { action: "bash", input: { command: `cat ${text}` } },
        { action: "bash", input: { command: `awk '${text}'; sed 's/${text}/'; python3 -c '"${text}'` } },
      ];
    });
    const start = performance.now();
    for (const call of calls) policy.evaluate(call);
    expect((performance.now() - start) / calls.length).toBeLessThan(200);
  });
});
