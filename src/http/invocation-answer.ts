import type { InvocationView } from "../contract/invocation.ts";
import { CountersignError, type CountersignErrorOptions } from "../core/countersign-error.ts";
import { ERROR_CODES, type ErrorCode, isErrorCode } from "../core/errors.ts";
import type { AppContext } from "./app-env.ts";
import { answerProblem } from "./errors.ts";

/** Answers a call with what became of it: the view while it is open or when it was executed, else a problem that carries the view. */
export function answerInvocation(c: AppContext, invocation: InvocationView): Response {
  switch (invocation.status) {
    case "executed":
      return c.json(invocation, 200);
    case "accepted":
    case "pending":
    case "executing":
      return c.json(invocation, 202, { location: `/v1/invocations/${invocation.id}` });
    case "denied":
      return answerEnd(c, invocation, refusalCodeOf(invocation));
    case "rejected":
      return answerEnd(c, invocation, "approval_rejected");
    case "expired":
      return answerEnd(c, invocation, "approval_expired");
    case "canceled":
      return answerEnd(c, invocation, "invocation_canceled");
    case "failed":
      return answerEnd(c, invocation, "action_failed");
    case "uncertain":
      return answerEnd(c, invocation, "outcome_uncertain");
  }
}

/** A refusal by a guard or a schema has a code of its own; a policy's denial has none. */
function refusalCodeOf(invocation: InvocationView): ErrorCode {
  const code = invocation.error?.code;
  return code !== undefined && isErrorCode(code) ? code : "action_denied";
}

function answerEnd(c: AppContext, invocation: InvocationView, code: ErrorCode): Response {
  const { error, verdict } = invocation;
  const message =
    error?.message ?? (code === "action_denied" ? verdict?.reason : undefined) ?? ERROR_CODES[code].meaning;
  return answerProblem(c, new CountersignError(code, message, { invocation, ...refusalOf(error) }));
}

/** What a refusal says besides its code: when the call may pass, and the numbers behind it as extension members. */
function refusalOf(error: InvocationView["error"]): CountersignErrorOptions {
  if (error === undefined) return {};
  const { retryable, retryAfterMs, details } = error;
  return {
    retryable,
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
    ...(details === undefined ? {} : { details }),
  };
}
