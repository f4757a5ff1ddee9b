import { expect, test } from "vitest";
import { computeProbeMac, isAuthenticProbe } from "../../src/core/probe-mac.ts";

const KEY = "a-key-of-doors-and-workers";
const request = { tenant: "default", invocation: "ivn_1", by: "ada", note: "Asked at the bank" };

function sign(changes: object = {}, key = KEY) {
  return { ...request, mac: computeProbeMac(key, request), ...changes };
}

test("isAuthenticProbe() takes what a door signed, under any key of the ring", () => {
  expect(isAuthenticProbe(KEY, sign())).toBe(true);
  expect(isAuthenticProbe(["a-newer-key", KEY], sign())).toBe(true);
});

test.each([{ tenant: "other" }, { invocation: "ivn_2" }, { by: "eve" }, { note: "" }, { mac: "" }, { mac: "00" }])(
  "isAuthenticProbe() refuses what is changed to %j",
  (changes) => {
    expect(isAuthenticProbe(KEY, sign(changes))).toBe(false);
  },
);

test("isAuthenticProbe() refuses what another key signed", () => {
  expect(isAuthenticProbe("a-newer-key", sign())).toBe(false);
});
