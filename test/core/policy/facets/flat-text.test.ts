import { describe, expect, it } from "vitest";
import { flattenInput } from "../../../../src/core/policy/facets/flat-text.ts";
import { readInput } from "../../../../src/core/policy/facets/input.ts";

function flatten(input: unknown): string | undefined {
  return flattenInput(readInput(() => input)).text;
}

describe("flattenInput()", () => {
  it.each<[input: unknown, text: string | undefined]>([
    ["a  b", "a  b"],
    ["", ""],
    [null, undefined],
    [undefined, undefined],
    [true, "true"],
    [1e21, "1e+21"],
    [-0, "0"],
    [{}, ""],
    [[], ""],
    [{ b: 1, a: "x y", B: false }, "B=false a=x y b=1"],
    [["a", ["b", { c: "d" }], 2], "a b c=d 2"],
    [{ a: { c: [1, { d: "e" }], b: "" } }, "a=b= c=1 d=e"],
    [[null, "a", null, "b"], "a b"],
    [["", "a"], " a"],
    [{ a: null, b: 1 }, "a= b=1"],
    [{ 10: "x", 9: "y" }, "10=x 9=y"],
    ["a\u00a0b\u2003c\u3000d\u2028e\u202ff", "a b c d e f"],
    ["a\tb\nc", "a\tb\nc"],
    [JSON.parse('{"__proto__": {"a": 1}}'), "__proto__=a=1"],
  ])("flattenInput() makes of %j the text %j", (input, text) => {
    expect(flatten(input)).toBe(text);
  });

  it("flattenInput() writes a whole number of any size as it is", () => {
    expect(flatten([2n ** 70n])).toBe("1180591620717411303424");
  });

  it("flattenInput() cuts what is longer than is searched, and says so", () => {
    const { text, isCut } = flattenInput(readInput(() => ["a", "x".repeat(65_536), "b"]));
    expect([text?.length, isCut]).toEqual([65_536, true]);
    expect(flattenInput(readInput(() => "x".repeat(65_536)))).toEqual({ text: "x".repeat(65_536), isCut: false });
  });

  it("flattenInput() takes time in proportion to a deep and wide input", () => {
    const row = Array.from({ length: 40 }, () => "v");
    let deep: unknown = row;
    for (let depth = 0; depth < 60; depth += 1) deep = [deep, ...row];
    const startedAt = performance.now();
    for (let turn = 0; turn < 20; turn += 1) flatten(deep);
    expect(performance.now() - startedAt).toBeLessThan(1_000);
  });
});
