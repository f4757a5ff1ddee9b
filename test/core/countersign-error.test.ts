import { expect, test } from "vitest";
import type { InvocationView } from "../../src/contract/invocation.ts";
import { CountersignError, type CountersignErrorOptions } from "../../src/core/countersign-error.ts";
import { ERROR_CODES, type ErrorCode } from "../../src/core/errors.ts";

const invocation = {
  id: "ivn_1",
  status: "denied",
  verdict: { effect: "deny", reason: "Not on Fridays", policyVersion: "1" },
} as InvocationView;

/** The prompt's lines behind the first, which says what was blocked. */
function stepsOf(code: ErrorCode, options: CountersignErrorOptions = {}): string[] {
  return new CountersignError(code, "No", options).toPrompt().split("\n").slice(1);
}

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

test("toPrompt() doesn't give a reason twice, nor policy's for what a guard refused", () => {
  const prompt = new CountersignError("action_denied", "Denied: Not on Fridays", { invocation }).toPrompt();
  expect(prompt).not.toContain("Reason:");
  expect(stepsOf("rate_limited", { invocation }).join()).not.toContain("Fridays");
});

test.each(Object.keys(ERROR_CODES) as ErrorCode[])(
  "toPrompt() of %s begins with BLOCKED and says what to do",
  (code) => {
    const [first, ...steps] = new CountersignError(code, "No").toPrompt().split("\n");
    expect(first).toBe(`BLOCKED (${code}): No`);
    expect(steps.join(" ")).toMatch(/^[A-Z].{10,}\.$/);
  },
);

test.each([
  [undefined, "The same call may succeed later."],
  [1_500, "The same call may succeed later, after 2 s."],
])("toPrompt() of what may succeed later, known to be after %s ms, says so", (retryAfterMs, line) => {
  expect(stepsOf("unavailable", retryAfterMs === undefined ? {} : { retryAfterMs })).toEqual([line]);
});

test("toPrompt() of missing facts gives each kind once with its hint, and then the call again", () => {
  const missing = [
    { kind: "order_seen", from: "/orderIds", index: 0, hint: "read the order\n with orders.get." },
    { kind: "order_seen", from: "/orderIds", index: 1, hint: "read the order\n with orders.get." },
    { kind: "preview", from: "/token" },
  ];
  expect(stepsOf("fact_missing", { details: { missing, more: 4, hints: [], hint: "" } })).toEqual([
    "First: read the order with orders.get (proves order_seen).",
    "First: call the action that proves preview.",
    "4 more of these are not proven.",
    "Then make the same call again in the same session.",
  ]);
});

test.each([undefined, null, "text", [null, 7, { kind: 7 }], {}])(
  "toPrompt() of missing facts takes %j for their list without a fault",
  (missing) => {
    expect(stepsOf("fact_missing", { details: { missing } })).toEqual([
      "Then make the same call again in the same session.",
    ]);
  },
);

test("toPrompt() tells what to add to a call without session or run, and to leave a closed session", () => {
  expect(stepsOf("session_required")[0]).toMatch(/^Pass a session id \(session\)/);
  expect(stepsOf("session_required", { details: { closed: true } })[0]).toMatch(/^Begin a new session/);
  expect(stepsOf("run_required")[0]).toMatch(/^Pass the id of your run \(run\)/);
});

test.each([
  ["rate_limited", 59_001, "Wait 60 s. Until then do not repeat the call."],
  ["rate_limited", undefined, "Wait and try again later. Until then do not repeat the call."],
  ["circuit_open", 1_000, "Wait 1 s: what the action depends on is failing. Until then do not repeat the call."],
] as const)("toPrompt() of %s that ends after %s ms tells when to come back", (code, retryAfterMs, line) => {
  expect(stepsOf(code, retryAfterMs === undefined ? {} : { retryAfterMs })).toEqual([line]);
});

test("toPrompt() of an exceeded budget tells what is left and what was asked, where that is known", () => {
  const details = { scope: "run", limit: 10, used: 6.3, reserved: 0.1, requested: 5, unit: "usd" };
  const ask = "Ask for less, or ask a person for a larger budget.";
  expect(stepsOf("budget_exceeded", { details })).toEqual(["Left: 3.6 of 10 usd. Asked: 5.", ask]);
  expect(stepsOf("budget_exceeded", { details: { ...details, used: 11, unit: "x" } })).toEqual([
    "Left: 0 of 10. Asked: 5.",
    ask,
  ]);
  expect(stepsOf("budget_exceeded", { details: { limit: "10" } })).toEqual([ask]);
});

test("toPrompt() of used up attempts tells to stop", () => {
  expect(stepsOf("attempts_exceeded")[0]).toMatch(/^Stop: do not call this action again in this run/);
});
