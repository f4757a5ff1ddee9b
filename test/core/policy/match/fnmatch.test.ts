import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { translateFnmatch } from "../../../../src/core/policy/match/fnmatch.ts";
import { parsePattern } from "../../../../src/core/policy/match/patterns.ts";

function fits(glob: string, text: string): boolean {
  const result = parsePattern(glob, { tilde: true, isOlderForm: true });
  if ("fault" in result) throw new Error(result.fault);
  return result.pattern.matches(text);
}

describe("patterns of the older rule form", () => {
  it.each<[glob: string, text: string, expected: boolean]>([
    ["/etc/*", "/etc/ssh/keys", true],
    ["/etc/*", "/etcetera", false],
    ["*.env", ".env", true],
    ["**", "a/b", true],
    ["a?c", "a/c", true],
    ["a?c", "ac", false],
    ["a?c", "a😀c", true],
    ["*", "a\nb", true],
    ["[a-c]x", "bx", true],
    ["[a-c]x", "dx", false],
    ["[!a-c]x", "dx", true],
    ["[!a-c]x", "ax", false],
    ["[]a]x", "]x", true],
    ["[!]a]x", "]x", false],
    ["[^a]x", "^x", true],
    ["[^a]x", "bx", false],
    ["[a-]x", "-x", true],
    ["[z-a]x", "mx", false],
    ["[!z-a]x", "mx", true],
    ["[a\\]x", "\\x", true],
    ["[a", "[a", true],
    ["[a*", "[abc", true],
    ["{a,b}*", "{a,b}c", true],
    ["{a,b}*", "a", false],
    ["a\\*", "a\\b", true],
    ["a.b*", "aXb", false],
    ["A*", "abc", false],
    ["{a,b}", "{a,b}", true],
    ["~b$", "ab", true],
    ["re:b$", "ab", true],
  ])("%j asked about %j answers %j", (glob, text, expected) => {
    expect(fits(glob, text)).toBe(expected);
  });

  it("translateFnmatch() makes a regex of any text, in which plain characters stand for themselves", () => {
    const plain = fc.string({ unit: "binary", maxLength: 20 }).filter((text) => !/[*?[]/.test(text));
    fc.assert(
      fc.property(plain, fc.string({ maxLength: 5 }), (text, rest) => {
        expect(fits(`${text}*`, text + rest)).toBe(true);
        expect(fits(`${text}?`, text)).toBe(false);
      }),
    );
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 50 }), (glob) => {
        const result = parsePattern(`re:${translateFnmatch(glob)}`, { tilde: false });
        expect("fault" in result && !/at most/.test(result.fault)).toBe(false);
      }),
    );
  });
});
