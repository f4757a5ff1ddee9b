import fc from "fast-check";
import { RE2JS } from "re2js";
import { describe, expect, it } from "vitest";
import { findRequiredText } from "../../../../src/core/policy/match/required-text.ts";
import { TextIndex } from "../../../../src/core/policy/match/text-index.ts";

describe("findRequiredText()", () => {
  it.each<[regex: string, expected: string | undefined]>([
    ["abc", "abc"],
    ["ab", undefined],
    ["(?i)\\bdrop\\s+(table|view)\\s+Part_7\\b", "part_7"],
    ["abc|def", undefined],
    ["(abc|def)ghi", "ghi"],
    ["(?:abc)?", undefined],
    ["abcd?", "abc"],
    ["abcd*efg", "abc"],
    ["abcd+efgh", "abcd"],
    ["abcd{0,2}", "abc"],
    ["abc{12,345}de", undefined],
    ["abcd{1", "abcd"],
    ["a.b^cde$f", "cde"],
    ["[abc]def[^x]]", "def"],
    ["[]abc]def", "def"],
    ["[[:alpha:]abc]def", "def"],
    ["[\\]abc]def", "def"],
    ["a\\.b\\.c", "a.b.c"],
    ["\\x41bcd", undefined],
    ["\\Qabc\\E", undefined],
    ["\\pLabc\\p{Greek}", "abc"],
    ["((abc)[)]\\))defg", "defg"],
    ["abcé*def", "abc"],
    ["x".repeat(60), "x".repeat(24)],
    ["abc(?i)*def", undefined],
    ["(unclosed", undefined],
    ["[unclosed", undefined],
  ])("findRequiredText(%j) is %j", (regex, expected) => {
    expect(findRequiredText(regex)).toBe(expected);
  });

  it("findRequiredText() gives a text without which the regex finds nothing", () => {
    const piece = fc.constantFrom(
      ...["a", "b", "k", "S", "é", "ab", "abc", ".", "^", "$", "\\b", "\\.", "\\d", "\\pL", "[ab]", "[^]a]", "(ab)"],
      ...["(a|b)", "|", "*", "+", "?", "{2}", "{0,1}", "*?", "(?i)", "(?:abc)", "\\x61", "[[:alpha:]b]", " ", "{", "}"],
    );
    const anyRegex = fc.array(piece, { minLength: 1, maxLength: 8 }).map((pieces) => pieces.join(""));
    const anyText = fc
      .array(fc.constantFrom("a", "b", "ab", "abc", "A", "K", "k", "ſ", "s", "\u212a", "é", ".", " ", "7", "{2}"))
      .map((parts) => parts.join(""));
    let searched = 0;
    fc.assert(
      fc.property(anyRegex, fc.array(anyText, { minLength: 10, maxLength: 10 }), (regex, texts) => {
        const required = findRequiredText(regex);
        fc.pre(required !== undefined && isValid(regex));
        const index = new TextIndex();
        const number = index.add(required);
        for (const text of texts) {
          if (!RE2JS.compile(regex).test(text)) continue;
          searched += 1;
          expect([regex, text, index.findIn(text).has(number ?? -1)]).toEqual([regex, text, true]);
        }
      }),
      { numRuns: 2_000, maxSkipsPerRun: 1_000 },
    );
    expect(searched).toBeGreaterThan(100);
  });
});

describe("TextIndex.findIn()", () => {
  it("findIn() finds the same as a search for each text", () => {
    const anyText = fc.string({ unit: fc.constantFrom("a", "b", "c"), minLength: 1, maxLength: 5 });
    fc.assert(
      fc.property(fc.array(anyText, { minLength: 1, maxLength: 12 }), fc.array(anyText), (texts, parts) => {
        const index = new TextIndex();
        const numbers = texts.map((text) => index.add(text));
        const searched = parts.join("");
        const found = index.findIn(searched);
        expect(numbers.map((number) => found.has(number ?? -1))).toEqual(texts.map((text) => searched.includes(text)));
      }),
    );
  });

  it("findIn() finds texts that were added after a search", () => {
    const index = new TextIndex();
    index.add("abc");
    expect(index.findIn("xbc").size).toBe(0);
    const number = index.add("bc");
    expect(index.findIn("xbc")).toEqual(new Set([number]));
  });

  it("add() takes no more texts than can be looked for", () => {
    const index = new TextIndex();
    const numbers = Array.from({ length: 2_100 }, (_, count) => index.add(`text-${1_000 + count}x`));
    expect(numbers[0]).toBe(0);
    expect(numbers.at(-1)).toBeUndefined();
    expect(index.findIn("a text-1000x").has(0)).toBe(true);
  });
});

function isValid(regex: string): boolean {
  try {
    RE2JS.compile(regex);
    return true;
  } catch {
    return false;
  }
}
