import type { ContentfulStatusCode } from "hono/utils/http-status";
import type { Problem } from "../contract/problem.ts";
import { CountersignError } from "../core/countersign-error.ts";
import { ERROR_CODES, type ErrorCode } from "../core/errors.ts";

/** The one table from code to HTTP status. */
const STATUS: Readonly<Record<ErrorCode, ContentfulStatusCode>> = {
  malformed_request: 400,
  unauthenticated: 401,
  budget_exceeded: 402,
  forbidden: 403,
  action_denied: 403,
  not_an_approver: 403,
  self_approval: 403,
  approval_rejected: 403,
  approval_expired: 403,
  invocation_canceled: 403,
  fact_missing: 403,
  unsatisfiable_approval: 403,
  action_not_found: 404,
  not_found: 404,
  idempotency_conflict: 409,
  already_resolved: 409,
  already_final: 409,
  digest_mismatch: 409,
  principal_conflict: 409,
  not_retryable: 409,
  too_large: 413,
  unsupported_media_type: 415,
  invalid_input: 422,
  invalid_request: 422,
  invalid_query: 422,
  invalid_policy: 422,
  invalid_idempotency_key: 422,
  run_required: 422,
  session_required: 422,
  rate_limited: 429,
  attempts_exceeded: 429,
  internal: 500,
  action_failed: 502,
  outcome_uncertain: 502,
  circuit_open: 503,
  unavailable: 503,
};

/** Milliseconds that a caller is told to wait when a part is away. Our choice: a restart takes a few seconds. */
const UNAVAILABLE_RETRY_AFTER_MS = 2_000;

/** An error answer before it is sent: its document and the headers that go with it. */
export interface ProblemAnswer {
  /** The same number as in the document. */
  readonly status: ContentfulStatusCode;
  readonly document: Problem;
  /** Header names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
}

/** The HTTP status of a code. */
export function statusOf(code: ErrorCode): ContentfulStatusCode {
  return STATUS[code];
}

/**
 * Writes an error as a problem document (RFC 9457). The error's details become extension members, never one of ours.
 * @param requestId names the request in our log
 */
export function createProblem(error: CountersignError, requestId: string): ProblemAnswer {
  const status = STATUS[error.code];
  const retryAfterMs = error.retryAfterMs ?? (error.code === "unavailable" ? UNAVAILABLE_RETRY_AFTER_MS : undefined);
  const document: Problem = {
    ...error.details,
    type: `urn:countersign:error:${error.code}`,
    title: ERROR_CODES[error.code].meaning,
    status,
    detail: error.message,
    instance: `urn:uuid:${requestId}`,
    code: error.code,
    retryable: error.retryable,
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
    ...(error.invocation === undefined ? {} : { invocation: error.invocation }),
  };
  return { status, document, headers: problemHeaders(error.code, retryAfterMs) };
}

/** Turns whatever was thrown into one of our errors. What we did not foresee says nothing of itself to the caller. */
export function toCountersignError(error: unknown): CountersignError {
  if (error instanceof CountersignError) return error;
  if (isConnectionFault(error)) {
    return new CountersignError("unavailable", "A part that is needed can't be reached right now", { cause: error });
  }
  return new CountersignError("internal", "An unexpected fault on our side", { cause: error });
}

function problemHeaders(code: ErrorCode, retryAfterMs: number | undefined): Record<string, string> {
  const headers: Record<string, string> = { "content-type": "application/problem+json" };
  if (retryAfterMs !== undefined) headers["retry-after"] = String(Math.max(1, Math.ceil(retryAfterMs / 1_000)));
  // RFC 9110, section 11.6.1: a 401 names the scheme that it wants.
  if (code === "unauthenticated") headers["www-authenticate"] = 'Bearer realm="countersign"';
  // The rest of such a body is not read, so nothing more can come over its connection (RFC 9110, section 15.5.14).
  if (code === "too_large") headers["connection"] = "close";
  return headers;
}

/** By shape alone, so that this door knows no driver: a socket's error, or SQLSTATE classes 08 (connection) and 57P (shutdown). */
function isConnectionFault(error: unknown): boolean {
  if (typeof error !== "object" || error === null || !("code" in error) || typeof error.code !== "string") return false;
  return /^(ECONN[A-Z]+|EPIPE|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|ENOTFOUND|EAI_AGAIN|08\w{3}|57P\w{2})$/.test(
    error.code,
  );
}
