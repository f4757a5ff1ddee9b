import { expect, test } from "vitest";
import { toInvocation, toInvocationError, type UnexecutedInvocation } from "../../src/client/invocation.ts";
import { buildView } from "./wire-answers.ts";

function refused(error: UnexecutedInvocation["error"]): UnexecutedInvocation {
  return toInvocation(buildView({ status: "denied", error })) as UnexecutedInvocation;
}

test("toInvocationError() hands on when a refused call may pass and the numbers behind it", () => {
  const details = { limit: 3, scope: ["actor"] };
  const invocation = refused({ code: "rate_limited", message: "Slow", retryable: true, retryAfterMs: 1_500, details });
  const error = toInvocationError(invocation);
  expect(error).toMatchObject({ code: "rate_limited", retryable: true, retryAfterMs: 1_500, details, invocation });
  expect(error.toPrompt()).toContain("Wait 2 s");
});

test("toInvocationError() takes the retryability of the refusal, and the status for a code that it doesn't know", () => {
  const error = toInvocationError(refused({ code: "new_guard", message: "No", retryable: true }));
  expect(error).toMatchObject({ code: "action_denied", retryable: true, details: {} });
  expect(error.retryAfterMs).toBeUndefined();
});
