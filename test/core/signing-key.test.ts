import { createHmac } from "node:crypto";
import { expect, test } from "vitest";
import { isSignedText, joinSigningKeys, listSigningKeys, signText } from "../../src/core/signing-key.ts";

test("signText() signs with the only key, or with the first of a ring", () => {
  const mac = createHmac("sha256", "new").update("a text").digest("hex");
  expect(signText("new", "a text")).toBe(mac);
  expect(signText(["new", "old"], "a text")).toBe(mac);
});

test("isSignedText() takes what any key of the ring signed, and nothing else", () => {
  const ring = joinSigningKeys("new", ["old", "older"]);
  for (const key of ["new", "old", "older"]) expect(isSignedText(ring, "a text", signText(key, "a text"))).toBe(true);
  expect(isSignedText(ring, "a text", signText("other", "a text"))).toBe(false);
  expect(isSignedText(ring, "another text", signText("old", "a text"))).toBe(false);
});

test("isSignedText() takes nothing of a key that has left the ring", () => {
  expect(isSignedText(["new"], "a text", signText("old", "a text"))).toBe(false);
});

test.each(["", "0", "0".repeat(64), "ß".repeat(32)])("isSignedText() takes %j for no MAC", (mac) => {
  expect(isSignedText("key", "a text", mac)).toBe(false);
});

test("listSigningKeys() gives the keys of a ring, and the only one of a single", () => {
  expect(listSigningKeys("one")).toEqual(["one"]);
  expect(listSigningKeys(["one", "two"])).toEqual(["one", "two"]);
});
