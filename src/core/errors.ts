/** What a code means to a caller: whether the same call may succeed later, and in one line why it was given. */
interface ErrorMeaning {
  readonly retryable: boolean;
  readonly meaning: string;
}

/**
 * Every code that Countersign answers with, on every door. Wire names: codes are added, never renamed.
 * `retryable` says that the same call may succeed later without a change.
 */
export const ERROR_CODES = {
  malformed_request: { retryable: false, meaning: "The body is not JSON" },
  unauthenticated: { retryable: false, meaning: "No valid credential came with the request" },
  budget_exceeded: { retryable: true, meaning: "The budget has too little left for this call" },
  forbidden: { retryable: false, meaning: "The credential lacks the permission for this" },
  action_denied: { retryable: false, meaning: "Policy denied the call" },
  not_an_approver: { retryable: false, meaning: "The approval's terms don't name the voter" },
  self_approval: { retryable: false, meaning: "The requester can't vote on the own request" },
  approval_rejected: { retryable: false, meaning: "An approver rejected the call" },
  approval_expired: { retryable: false, meaning: "The approval's time ran out" },
  invocation_canceled: { retryable: false, meaning: "The call was canceled" },
  fact_missing: { retryable: true, meaning: "A fact that the action requires was never proven" },
  unsatisfiable_approval: { retryable: false, meaning: "Nobody could give the approval that policy asks for" },
  action_not_found: { retryable: false, meaning: "No action of that name is published" },
  not_found: { retryable: false, meaning: "There is nothing of that id that the caller may see" },
  idempotency_conflict: { retryable: false, meaning: "The idempotency key was used with another input" },
  already_resolved: { retryable: false, meaning: "The approval has its resolution already" },
  already_final: { retryable: false, meaning: "The invocation has its final state already" },
  digest_mismatch: { retryable: false, meaning: "The vote speaks of another digest than the one being decided" },
  principal_conflict: { retryable: false, meaning: "The principal exists with other roles, groups or scopes" },
  not_retryable: { retryable: false, meaning: "Only a failed invocation can be retried" },
  too_large: { retryable: false, meaning: "The request is larger than the limit" },
  unsupported_media_type: { retryable: false, meaning: "The body is not of a media type read here" },
  invalid_input: { retryable: false, meaning: "The input doesn't fit the action's schema" },
  invalid_request: { retryable: false, meaning: "The body doesn't fit the request's schema" },
  invalid_query: { retryable: false, meaning: "A query parameter doesn't fit its schema" },
  invalid_policy: { retryable: false, meaning: "The policy document has faults" },
  invalid_idempotency_key: { retryable: false, meaning: "The idempotency key is not 1 to 255 printable characters" },
  run_required: { retryable: false, meaning: "The call is limited by its run and names none" },
  session_required: { retryable: false, meaning: "The action requires facts of a session and the call names none" },
  rate_limited: { retryable: true, meaning: "Too many calls in the window" },
  attempts_exceeded: { retryable: false, meaning: "The run used up its attempts of this action" },
  internal: { retryable: true, meaning: "An unexpected fault on our side" },
  action_failed: { retryable: false, meaning: "The action reported a failure" },
  outcome_uncertain: { retryable: false, meaning: "It can't be known whether the action took effect" },
  circuit_open: { retryable: true, meaning: "The dependency's breaker is open" },
  unavailable: { retryable: true, meaning: "A part that is needed can't be reached right now" },
} as const satisfies Record<string, ErrorMeaning>;

/** A stable code of the closed union; what a caller may branch on. */
export type ErrorCode = keyof typeof ERROR_CODES;

/** Whether a text, from the wire for instance, is one of the codes. */
export function isErrorCode(text: string): text is ErrorCode {
  return Object.hasOwn(ERROR_CODES, text);
}

/** Whether the same call may succeed later without a change. */
export function isRetryable(code: ErrorCode): boolean {
  return ERROR_CODES[code].retryable;
}
