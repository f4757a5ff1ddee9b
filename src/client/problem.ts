import type { InvocationView } from "../contract/invocation.ts";
import { CountersignError } from "../core/countersign-error.ts";
import { type ErrorCode, isErrorCode } from "../core/errors.ts";

/** Members of a problem document that have a place of their own in the error. */
const OWN_MEMBERS = new Set([
  "type",
  "title",
  "status",
  "detail",
  "code",
  "retryable",
  "retryAfterMs",
  "instance",
  "invocation",
]);

/** Codes for answers that carry none that is known here: a proxy's, a newer server's, or another server's. */
const CODE_OF_STATUS: Readonly<Record<number, ErrorCode>> = {
  400: "malformed_request",
  401: "unauthenticated",
  403: "forbidden",
  404: "not_found",
  413: "too_large",
  415: "unsupported_media_type",
  422: "invalid_request",
  429: "rate_limited",
  500: "internal",
};

/** What an error answer says besides its body. */
export interface AnswerHead {
  readonly status: number;
  /** Value of `Retry-After`: seconds or an HTTP date (RFC 9110, 10.2.3). */
  readonly retryAfter: string | null;
}

/** Reads an answer that is not 2xx as an error. `body` is its JSON, or `undefined` where it has none. */
export function toProblemError(head: AnswerHead, body: unknown, nowMs: number): CountersignError {
  const { status } = head;
  const problem = isObject(body) ? body : {};
  const retryAfterMs = numberOf(problem["retryAfterMs"]) ?? parseRetryAfterMs(head.retryAfter, nowMs);
  const message = textOf(problem["detail"]) ?? textOf(problem["title"]) ?? `The server answered ${status}`;
  const isOurs = typeof problem["code"] === "string";
  return new CountersignError(codeOf(problem["code"], status), message, {
    status,
    retryable: typeof problem["retryable"] === "boolean" ? problem["retryable"] : status === 429 || status >= 500,
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
    ...(isInvocation(problem["invocation"]) ? { invocation: problem["invocation"] } : {}),
    details: isOurs ? Object.fromEntries(Object.entries(problem).filter(([member]) => !OWN_MEMBERS.has(member))) : {},
  });
}

/** A newer server may send a code that this client was not built with; its status still says what sort of fault it is. */
function codeOf(code: unknown, status: number): ErrorCode {
  if (typeof code === "string" && isErrorCode(code)) return code;
  return CODE_OF_STATUS[status] ?? (status >= 400 && status < 500 ? "invalid_request" : "unavailable");
}

function isInvocation(value: unknown): value is InvocationView {
  return isObject(value) && typeof value["id"] === "string" && typeof value["status"] === "string";
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null;
}

function textOf(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}

function numberOf(value: unknown): number | undefined {
  return typeof value === "number" ? value : undefined;
}

function parseRetryAfterMs(value: string | null, nowMs: number): number | undefined {
  if (value === null) return undefined;
  if (/^\d+$/.test(value)) return Number(value) * 1000;
  const atMs = Date.parse(value);
  return Number.isNaN(atMs) ? undefined : Math.max(0, atMs - nowMs);
}
