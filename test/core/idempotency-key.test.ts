import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { isIdempotencyKey } from "../../src/core/idempotency-key.ts";

describe("isIdempotencyKey", () => {
  test.each([["a"], ["refund-inv_1-return-7"], ["a b"], ["~!{}"], ["k".repeat(255)]])(
    "isIdempotencyKey(%j) holds",
    (text) => {
      expect(isIdempotencyKey(text)).toBe(true);
    },
  );

  test.each([
    [""],
    [" "],
    [" a"],
    ["a "],
    ["k".repeat(256)],
    ["k".repeat(300)],
    ["a\tb"],
    ["a\nb"],
    ["a\n"],
    ["a\0"],
    ["ä"],
    ["\x7f"],
    ["😀"],
  ])("isIdempotencyKey(%j) doesn't hold", (text) => {
    expect(isIdempotencyKey(text)).toBe(false);
  });

  test("isIdempotencyKey() holds for visible ASCII of 1 to 255 characters and for nothing with another character", () => {
    const visible = fc.integer({ min: 0x21, max: 0x7e }).map((code) => String.fromCharCode(code));
    const other = fc.string({ unit: "binary", minLength: 1 }).filter((text) => /[^\x20-\x7e]/.test(text));
    fc.assert(
      fc.property(fc.string({ unit: visible, minLength: 1, maxLength: 255 }), (text) => isIdempotencyKey(text)),
    );
    fc.assert(fc.property(other, (text) => !isIdempotencyKey(text)));
  });
});
