import { describe, expect, test } from "vitest";
import { findKeyRingFault, parseKeyRing } from "../../src/core/key-ring.ts";

const SECRET = Buffer.alloc(32, 0xfb);
const KEY = SECRET.toString("base64");

describe("parseKeyRing", () => {
  test("parseKeyRing() reads keys in their order, in either alphabet of Base64 and with spaces around", () => {
    const other = Buffer.alloc(32, 7);
    const { ring } = parseKeyRing(` 2026-11:${SECRET.toString("base64url")} , old_1:${other.toString("base64")}`);
    expect(ring).toEqual([
      { id: "2026-11", bytes: SECRET },
      { id: "old_1", bytes: other },
    ]);
  });

  test.each([
    ["", "must give each key an id of 1 to 32 letters, digits, _ and -"],
    [KEY, "must give each key an id of 1 to 32 letters, digits, _ and -"],
    [`a.b:${KEY}`, "must give each key an id of 1 to 32 letters, digits, _ and -"],
    [`a:${KEY},`, "must give each key an id of 1 to 32 letters, digits, _ and -"],
    [`${"a".repeat(33)}:${KEY}`, "must give each key an id of 1 to 32 letters, digits, _ and -"],
    ["a:c2hvcnQ=", "must give the key a 32 bytes"],
    [`a:${KEY}${KEY}`, "must give the key a 32 bytes"],
    [`a:${KEY.slice(1)}`, "must give the key a 32 bytes"],
    [`a:${KEY},a:${KEY}`, "must name the key a once"],
  ])("parseKeyRing() refuses %j and repeats no key", (text, problem) => {
    expect(parseKeyRing(text)).toEqual({ problem });
  });
});

test("findKeyRingFault() asks for a key", () => {
  expect(findKeyRingFault([])).toBe("must have a key");
  expect(findKeyRingFault([{ id: "a", bytes: SECRET }])).toBeUndefined();
});
