import type { ErrorView } from "../src/contract/invocation.ts";
import type { ErrorCode } from "../src/core/errors.ts";
import type { GuardRefusal } from "../src/core/guards/refusal.ts";
import type { InvocationRow } from "../src/store/invocations.ts";

/** Why an invocation isn't executed. Never retryable: the invocation has ended, and only a new call could go otherwise. */
export function createErrorView(code: ErrorCode, message: string): ErrorView {
  return { code, message, retryable: false };
}

/** What the last attempt of an action reported, as the ledger keeps it. */
export function reportedError(kept: string | null): ErrorView {
  return kept === null ? createErrorView("action_failed", "The action failed") : (JSON.parse(kept) as ErrorView);
}

/** Why a guard let nobody in, with what may be told; a call that is made again may pass. */
export function createRefusalView({ guard, code, message, retryable, retryAfterMs, details }: GuardRefusal): ErrorView {
  const wait = retryAfterMs === undefined ? {} : { retryAfterMs };
  return { code, message, retryable, ...wait, details: { guard, ...details } };
}

/** The error of an invocation that somebody canceled, in that person's words if there are any. */
export function canceledError(row: Pick<InvocationRow, "cancel_reason">): ErrorView {
  return createErrorView("invocation_canceled", row.cancel_reason ?? "The call was canceled");
}
