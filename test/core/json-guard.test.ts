import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { MAX_INPUT_DEPTH } from "../../src/contract/limits.ts";
import { findJsonFault, jsonBytes } from "../../src/core/json-guard.ts";

function nested(depth: number): unknown {
  return JSON.parse("[".repeat(depth) + "]".repeat(depth));
}

describe("findJsonFault", () => {
  test("findJsonFault() finds none in ordinary JSON", () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 5, stringUnit: "grapheme" }), (value) => {
        fc.pre(!JSON.stringify(value).includes("__proto__"));
        expect(findJsonFault(value)).toBeUndefined();
      }),
    );
  });

  test.each([
    ['{"a":"x\\u0000"}', "nul", "/a"],
    ['{"a":{"k\\u0000":1}}', "nul", "/a"],
    ['["ok",{"b":"\\ud800"}]', "lone_surrogate", "/1/b"],
    ['{"\\udc00":1}', "lone_surrogate", ""],
    ['"\\udc00\\ud800"', "lone_surrogate", ""],
    ['{"a/b":{"c~d":"\\u0000"}}', "nul", "/a~1b/c~0d"],
    ['{"a":{"__proto__":{"admin":true}}}', "forbidden_key", "/a"],
    ["[1,[1e400]]", "not_finite", "/1/0"],
  ])("findJsonFault(%s) is %s at %j", (text, kind, pointer) => {
    expect(findJsonFault(JSON.parse(text))).toMatchObject({ kind, pointer });
  });

  test("findJsonFault() names the first fault in the order of the document", () => {
    expect(findJsonFault(JSON.parse('{"a":1,"b":"\\u0000","c":"\\ud800"}'))).toMatchObject({
      kind: "nul",
      pointer: "/b",
    });
  });

  test("findJsonFault() says what is wrong in words that follow the place", () => {
    expect(findJsonFault("\0")?.message).toBe("holds a NUL character");
  });

  test("findJsonFault() takes paired surrogates, empty containers and a key named constructor", () => {
    expect(
      findJsonFault({ "😀": "😀", constructor: { prototype: null }, list: [], none: {}, yes: true }),
    ).toBeUndefined();
  });

  test("findJsonFault() takes the deepest value that is allowed and no deeper one", () => {
    expect(findJsonFault(nested(MAX_INPUT_DEPTH))).toBeUndefined();
    expect(findJsonFault(nested(MAX_INPUT_DEPTH + 1))).toMatchObject({ kind: "too_deep" });
    expect(findJsonFault(nested(100))).toMatchObject({ kind: "too_deep" });
    expect(findJsonFault(nested(MAX_INPUT_DEPTH + 1), { maxDepth: MAX_INPUT_DEPTH + 1 })).toBeUndefined();
  });

  test("findJsonFault() ends at once for a million levels and for a cycle", () => {
    let deep: unknown = 1;
    for (let level = 0; level < 1_000_000; level++) deep = level % 2 === 0 ? [deep] : { deep };
    expect(findJsonFault(deep)).toMatchObject({ kind: "too_deep" });
    const cycle: unknown[] = [];
    cycle.push(cycle);
    expect(findJsonFault(cycle)).toMatchObject({ kind: "too_deep" });
  });

  test("findJsonFault() with allowAnyText takes NUL characters and lone surrogates and still refuses the rest", () => {
    const options = { allowAnyText: true };
    expect(findJsonFault({ "\0": "\ud800\0" }, options)).toBeUndefined();
    expect(findJsonFault(JSON.parse('{"__proto__":1}'), options)).toMatchObject({ kind: "forbidden_key" });
    expect(findJsonFault(nested(100), options)).toMatchObject({ kind: "too_deep" });
  });

  test.each([[undefined], [1n], [Symbol("x")], [() => 1]])(
    "findJsonFault() refuses what JSON can't hold: %s",
    (value) => {
      expect(findJsonFault([value])).toMatchObject({ kind: "not_json", pointer: "/0" });
    },
  );

  test("findJsonFault() leaves the prototype of objects alone", () => {
    findJsonFault(JSON.parse('{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}}}'));
    expect("polluted" in {}).toBe(false);
  });
});

describe("jsonBytes", () => {
  test.each([
    ["", 0],
    ["abc", 3],
    ["ü€😀", 9],
    ["\ud800", 3],
  ])("jsonBytes(%j) counts %i bytes of UTF-8", (text, bytes) => {
    expect(jsonBytes(text)).toBe(bytes);
  });
});
