import fc from "fast-check";
import { expect, test } from "vitest";
import { valueAt } from "../../../src/core/guards/value-at.ts";

const INPUT = { a: { "b/c": [1, { "~": "deep" }], "": "empty" }, none: null };

test.each([
  ["", INPUT],
  ["/a/b~1c/0", 1],
  ["/a/b~1c/1/~0", "deep"],
  ["/a/", "empty"],
  ["/none", null],
  ["/none/x", undefined],
  ["/a/b~1c/2", undefined],
  ["/a/b~1c/-", undefined],
  ["/a/b~1c/01", undefined],
  ["/a/b~1c/length", undefined],
  ["/a/b~1c/0/0", undefined],
  ["/toString", undefined],
  ["/__proto__/toString", undefined],
  ["/a/constructor", undefined],
  ["a", undefined],
  ["/a~2", undefined],
])("valueAt() finds at %j what stands there, and nothing elsewhere", (pointer, value) => {
  expect(valueAt(INPUT, pointer)).toEqual(value);
});

test("valueAt() finds every member of any JSON by its pointer", () => {
  fc.assert(
    fc.property(fc.array(fc.string(), { minLength: 1, maxLength: 4 }), fc.jsonValue(), (keys, leaf) => {
      const input = keys.reduceRight<unknown>((inner, key) => Object.fromEntries([[key, inner]]), leaf);
      const pointer = keys.map((key) => `/${key.replaceAll("~", "~0").replaceAll("/", "~1")}`).join("");
      expect(valueAt(input, pointer)).toEqual(leaf);
    }),
  );
});
