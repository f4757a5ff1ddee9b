import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { UNKNOWN } from "../../../../src/core/policy/facets/shell/command.ts";
import { compileWord, compileWordGlob } from "../../../../src/core/policy/match/command-glob.ts";
import { checkGlob } from "../../../../src/core/policy/match/globs.ts";

describe("compileWordGlob()", () => {
  it.each<[glob: string, text: string, expected: boolean]>([
    ["*", "", true],
    ["*", "a/b", true],
    ["**", "a/b", true],
    ["a*c", "abc", true],
    ["a*c", "ab", false],
    ["*a*b*", "xaxbx", true],
    ["?", "/", true],
    ["?", "", false],
    ["?", "🙂", true],
    ["a?", "a🙂", true],
    ["*b?", "a🙂", false],
    ["*bc", "c", false],
    ["[a-c]", "b", true],
    ["[a-c]", "d", false],
    ["[!a-c]", "d", true],
    ["[^a-c]", "b", false],
    ["[]a]", "]", true],
    ["[!]a]", "]", false],
    ["[a-]", "-", true],
    ["[-a]", "-", true],
    ["{a,b*}", "bc", true],
    ["{a,b}{c,d}", "bd", true],
    ["{a,b}{c,d}", "ab", false],
    ["{,x}a", "a", true],
    ["{a\\,b,c}", "a,b", true],
    ["\\{a,b\\}", "{a,b}", true],
    ["a\\*b", "a*b", true],
    ["a\\*b", "axb", false],
    ["\\[a]", "[a]", true],
    ["a.b", "a.b", true],
    ["a.b", "axb", false],
    ["+(a)*", "+(a)x", true],
  ])("compileWordGlob(%s) asked about %j answers %s", (glob, text, expected) => {
    expect(checkGlob(glob)).not.toHaveProperty("fault");
    expect(compileWordGlob(glob).fitsAlways(text)).toBe(expected);
    expect(compileWordGlob(glob).fitsSometimes(text)).toBe(expected);
  });

  it.each<[glob: string, text: string, always: boolean, sometimes: boolean]>([
    ["*", "?", true, true],
    ["+*", "?", false, true],
    ["+*", "+?", true, true],
    ["+*", "a?", false, false],
    ["*.log", "?.log", true, true],
    ["*.log", "?.txt", false, false],
    ["*.log", "?g", false, true],
    ["a*c", "?b?", false, true],
    ["abc", "?b?", false, true],
    ["abc", "?x?", false, false],
    ["a[bc]", "a?", false, true],
    ["[!a]", "?", false, true],
  ])("compileWordGlob(%s) asked about the opaque %j fits always: %s, sometimes: %s", (...row) => {
    const [glob, text, always, sometimes] = row;
    const opaque = text.replaceAll("?", UNKNOWN);
    expect(compileWordGlob(glob).fitsAlways(opaque)).toBe(always);
    expect(compileWordGlob(glob).fitsSometimes(opaque)).toBe(sometimes);
  });

  it("compileWordGlob() never contradicts what an unknown part turns out to be", () => {
    const globs = fc.constantFrom("a*", "*b", "a?b", "*ab*", "{a,b}*", "[!a]*", "ab");
    const part = fc.string({ unit: fc.constantFrom("a", "b", "c"), maxLength: 4 });
    fc.assert(
      fc.property(globs, fc.tuple(part, part, part), (glob, [before, hidden, behind]) => {
        const { fitsAlways, fitsSometimes } = compileWordGlob(glob);
        const opaque = before + UNKNOWN + behind;
        const real = before + hidden + behind;
        if (fitsAlways(opaque)) expect(fitsAlways(real)).toBe(true);
        if (!fitsSometimes(opaque)) expect(fitsAlways(real)).toBe(false);
      }),
    );
  });

  it("compileWordGlob() takes linear time", () => {
    const startedAt = performance.now();
    expect(compileWordGlob(`${"*a".repeat(20)}*b`).fitsAlways("a".repeat(60_000))).toBe(false);
    expect(performance.now() - startedAt).toBeLessThan(1_000);
  });
});

describe("compileWord()", () => {
  it("compileWord() takes special characters for what they are", () => {
    expect(compileWord("a*[b]").fitsAlways("a*[b]")).toBe(true);
    expect(compileWord("a*[b]").fitsAlways("axb")).toBe(false);
    expect(compileWord("main").fitsSometimes(`m${UNKNOWN}n`)).toBe(true);
  });
});
