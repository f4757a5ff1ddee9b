import { expect, test } from "vitest";
import { computeCompensationMac, isAuthenticCompensation } from "../../src/core/compensation-mac.ts";

const KEY = "a-key-of-doors-and-workers";
const request = { tenant: "default", actor: "ada", run: "r", by: "boss", reason: "Wrong", askedSeq: 7 };

function sign(changes: object = {}, key = KEY) {
  return { ...request, mac: computeCompensationMac(key, request), ...changes };
}

test("isAuthenticCompensation() takes what a door signed, under any key of the ring", () => {
  expect(isAuthenticCompensation(KEY, sign())).toBe(true);
  expect(isAuthenticCompensation(["a-newer-key", KEY], sign())).toBe(true);
  const { reason: _, ...bare } = request;
  const traced = { ...bare, traceParent: "00-1-2-01" };
  expect(isAuthenticCompensation(KEY, { ...traced, mac: computeCompensationMac(KEY, traced) })).toBe(true);
});

test.each([
  ...[{ tenant: "other" }, { actor: "eve" }, { run: "s" }, { by: "eve" }, { reason: "" }, { reason: undefined }],
  ...[{ askedSeq: 8 }, { traceParent: "00-1-2-01" }, { mac: "" }, { mac: "00" }],
])("isAuthenticCompensation() refuses what is changed to %j", (changes) => {
  expect(isAuthenticCompensation(KEY, sign(changes))).toBe(false);
});

test("isAuthenticCompensation() refuses what another key signed", () => {
  expect(isAuthenticCompensation("a-newer-key", sign())).toBe(false);
});
