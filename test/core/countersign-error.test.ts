import { expect, test } from "vitest";
import type { InvocationView } from "../../src/contract/invocation.ts";
import { CountersignError } from "../../src/core/countersign-error.ts";

const invocation = {
  id: "ivn_1",
  status: "denied",
  verdict: { effect: "deny", reason: "Not on Fridays", policyVersion: "1" },
} as InvocationView;

test("CountersignError is an Error that takes its retryability from its code", () => {
  const error = new CountersignError("unavailable", "The store can't be reached");
  expect(error).toBeInstanceOf(Error);
  expect(error).toMatchObject({ name: "CountersignError", code: "unavailable", retryable: true, details: {} });
  expect([error.status, error.retryAfterMs, error.invocation]).toEqual([undefined, undefined, undefined]);
  expect("cause" in error).toBe(false);
});

test("CountersignError keeps what it is given", () => {
  const cause = new Error("ECONNREFUSED");
  const options = { status: 502, retryable: true, retryAfterMs: 7, invocation, details: { line: 3 }, cause };
  expect(new CountersignError("action_failed", "Failed", options)).toMatchObject(options);
});

test("toPrompt() tells a model that the call was blocked, why, and not to repeat it", () => {
  const prompt = new CountersignError("action_denied", "Policy denied the call", { invocation }).toPrompt();
  expect(prompt.split("\n")).toEqual([
    "BLOCKED (action_denied): Policy denied the call",
    "Reason: Not on Fridays",
    "Do not repeat the same call; change the plan or ask a person.",
  ]);
});

test("toPrompt() doesn't give a reason twice", () => {
  const prompt = new CountersignError("action_denied", "Denied: Not on Fridays", { invocation }).toPrompt();
  expect(prompt).not.toContain("Reason:");
});

test.each([
  [undefined, "The same call may succeed later."],
  [1_500, "The same call may succeed later, after 2 s."],
])("toPrompt() of what may succeed later, known to be after %s ms, says so", (retryAfterMs, line) => {
  const options = retryAfterMs === undefined ? {} : { retryAfterMs };
  expect(new CountersignError("rate_limited", "Too many", options).toPrompt().split("\n").at(-1)).toBe(line);
});
