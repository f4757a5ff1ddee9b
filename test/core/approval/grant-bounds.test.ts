import { describe, expect, it, test } from "vitest";
import { MAX_BOUNDED_PLACES, readGrantBounds } from "../../../src/core/approval/grant-bounds.ts";

function holds(bounds: unknown, input: unknown): boolean {
  const read = readGrantBounds(bounds);
  if ("fault" in read) throw new Error(read.fault);
  return read.bounds.holds(input);
}

describe("readGrantBounds()", () => {
  test.each([
    [{ "/a": { lte: 100 } }, { a: 100 }, true],
    [{ "/a": { lte: 100 } }, { a: 101 }, false],
    [{ "/a": { lte: 100 } }, { a: "7" }, false],
    [{ "/a": { gt: 1, lt: 5 } }, { a: 5 }, false],
    [{ "/a": { gt: 1, lt: 5 } }, { a: 4 }, true],
    [{ "/a": { in: ["EUR", "USD"] } }, { a: "USD" }, true],
    [{ "/a": { not_in: ["EUR"] } }, { a: "USD" }, true],
    [{ "/a": { ne: 5 } }, { a: "5" }, false],
    [{ "/a": { glob: "inv_*" } }, { a: "inv_1" }, true],
    [{ "/a": { matches: "^inv_[0-9]+$" } }, { a: "inv_1x" }, false],
    [{ "/a/0/b": { eq: 1 } }, { a: [{ b: 1 }] }, true],
    [{ "/a~1b": { eq: 1 } }, { "a/b": 1 }, true],
    [{ "/a": { lte: 1 }, "/b": { lte: 1 } }, { a: 1, b: 2 }, false],
    [{}, { a: 1 }, true],
  ])("reads %j, within which %j is: %j", (bounds, input, isWithin) => {
    expect(holds(bounds, input)).toBe(isWithin);
  });

  test.each([{ lte: 1 }, { ne: 1 }, { not_in: [1] }, { glob: "*" }, { matches: "." }, { exists: true }, { eq: 1 }])(
    "holds by %j for nothing that is missing, and for no null",
    (tests) => {
      expect([holds({ "/a": tests }, {}), holds({ "/a": tests }, { a: null })]).toEqual([false, false]);
    },
  );

  it("holds by exists: false only where nothing stands, and by exists: true for whatever does", () => {
    const inputs = [{}, { a: null }, { a: 1 }, { a: [] }, { a: {} }];
    expect(inputs.map((input) => holds({ "/a": { exists: false } }, input))).toEqual([
      true,
      false,
      false,
      false,
      false,
    ]);
    expect(inputs.map((input) => holds({ "/a": { exists: true } }, input))).toEqual([false, false, true, true, true]);
  });

  test.each([[{ in: [1] }], [{ not_in: [2] }], [{ lte: 5 }], [{ glob: "*" }], [{ matches: "." }]])(
    "holds by %j for no list and no object",
    (tests) => {
      expect([[1], { b: 1 }].map((value) => holds({ "/a": tests }, { a: value }))).toEqual([false, false]);
    },
  );

  test.each([
    [[], "Bounds must be a mapping of JSON pointers to comparators"],
    ["x", "Bounds must be a mapping of JSON pointers to comparators"],
    [{ "": { lte: 1 } }, "This must be a JSON pointer (for example /amountCents)"],
    [{ a: { lte: 1 } }, "a: This must be a JSON pointer (for example /amountCents)"],
    [{ "/a": 5 }, "/a: This must be a mapping of comparators (for example { lte: 100 })"],
    [{ "/a": {} }, "/a: This asks nothing (for example gt: 100)"],
    [{ "/a": { less: 1 } }, '/a.less: Unknown key "less"'],
    [{ "/a": { lte: [1] } }, "/a.lte: This must be a single value"],
    [{ "/a": { matches: "(" } }, /^\/a\.matches: The regex is not valid/],
    [{ "/a": { exists: false, eq: 1 } }, /^\/a: What does not exist has no value/],
    [{ "/a": { eq: undefined } }, /^\/a: This asks nothing/],
    [{ "/a": { eq: () => 1 } }, /This is not a value that JSON knows/],
  ])("refuses %j and says what is wrong", (bounds, fault) => {
    expect(readGrantBounds(bounds)).toEqual({
      fault: typeof fault === "string" ? expect.stringContaining(fault) : expect.stringMatching(fault),
    });
  });

  it("refuses more places than a person reviews", () => {
    const boundsOf = (size: number) =>
      Object.fromEntries(Array.from({ length: size }, (_, index) => [`/${index}`, { lte: 1 }]));
    expect(readGrantBounds(boundsOf(MAX_BOUNDED_PLACES))).toHaveProperty("bounds");
    expect(readGrantBounds(boundsOf(MAX_BOUNDED_PLACES + 1))).toEqual({ fault: "A grant bounds at most 50 places" });
  });
});
