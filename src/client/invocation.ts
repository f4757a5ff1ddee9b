import type { ApprovalSummary, ErrorView, InvocationStatus, InvocationView } from "../contract/invocation.ts";
import { CountersignError } from "../core/countersign-error.ts";
import { ERROR_CODES, type ErrorCode, isErrorCode } from "../core/errors.ts";

type Common = Readonly<Omit<InvocationView, "status" | "output" | "error" | "approval">>;
type Approval = { readonly approval?: ApprovalSummary | undefined };

/** A call that is still on its way: recorded, waiting for people, or running. */
export type OpenInvocation = Common &
  (
    | ({ readonly status: "accepted" | "executing" } & Approval)
    | { readonly status: "pending"; readonly approval: ApprovalSummary }
  );

/** A call that ended without an output, and why. An `uncertain` one may yet be reconciled by a person. */
export type UnexecutedInvocation = Common &
  Approval & {
    readonly status: "denied" | "rejected" | "expired" | "canceled" | "failed" | "uncertain";
    readonly error: Readonly<ErrorView>;
  };

/** A call whose action was executed; the output as the record shows it, which is redacted JSON. */
export type ExecutedInvocation<Output> = Common & Approval & { readonly status: "executed"; readonly output: Output };

/** A call of an action as its caller sees it. Branch on `status`: it tells what else is there. */
export type Invocation<Output = unknown> = OpenInvocation | ExecutedInvocation<Output> | UnexecutedInvocation;

/** The code of every status that ends a call without an output. */
const CODE_OF_STATUS = {
  denied: "action_denied",
  rejected: "approval_rejected",
  expired: "approval_expired",
  canceled: "invocation_canceled",
  failed: "action_failed",
  uncertain: "outcome_uncertain",
} as const satisfies Record<UnexecutedInvocation["status"], ErrorCode>;

/** Whether a call is still on its way. */
export function isOpen(invocation: Invocation): invocation is OpenInvocation {
  return isOpenStatus(invocation.status);
}

/** Reads a view off the wire as the union; the server has already said what its output is, so it is not checked again here. */
export function toInvocation<Output>(view: InvocationView): Invocation<Output> {
  const { status } = view;
  const isUnexecuted = status !== "executed" && !isOpenStatus(status);
  const error = isUnexecuted ? (view.error ?? defaultError(status)) : undefined;
  return { ...view, ...(error === undefined ? {} : { error }) } as Invocation<Output>;
}

/** The error that says why a call was not executed; it carries the invocation. */
export function toInvocationError(invocation: UnexecutedInvocation): CountersignError {
  const { code, message, retryable, retryAfterMs, details } = invocation.error;
  const known = isErrorCode(code) ? code : CODE_OF_STATUS[invocation.status];
  return new CountersignError(known, message, {
    ...{ retryable, invocation },
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
    ...(details === undefined ? {} : { details }),
  });
}

function isOpenStatus(status: InvocationStatus): status is OpenInvocation["status"] {
  return status === "accepted" || status === "pending" || status === "executing";
}

function defaultError(status: UnexecutedInvocation["status"]): ErrorView {
  const code = CODE_OF_STATUS[status];
  return { code, message: ERROR_CODES[code].meaning, retryable: ERROR_CODES[code].retryable };
}
