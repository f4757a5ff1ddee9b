import { describe, expect, test } from "vitest";
import type { FailureKind } from "../../../../src/contract/policy.ts";
import { ActionRejected } from "../../../../src/action/action-rejected.ts";
import { CountersignError } from "../../../../src/core/countersign-error.ts";
import { classifyFailure } from "../../../../src/core/guards/failures/classify-failure.ts";

/** An error with further members, as clients make them. */
function fail(members: object, cause?: unknown): Error {
  return Object.assign(new Error("Something failed", cause === undefined ? {} : { cause }), members);
}

describe("classifyFailure() by HTTP status", () => {
  const named: Readonly<Record<number, FailureKind>> = {
    ...{ 401: "auth", 403: "auth", 404: "not_found", 410: "not_found", 408: "timeout", 504: "timeout" },
    ...{ 409: "conflict", 412: "conflict", 429: "throttled" },
  };

  test("classifyFailure() knows every status from 400 to 599", () => {
    for (let status = 400; status < 600; status += 1) {
      const kind = named[status] ?? (status < 500 ? "invalid" : "overloaded");
      expect([status, classifyFailure(fail({ status }))]).toEqual([status, kind]);
    }
  });

  test.each([
    ["its own status", { status: 404 }],
    ["its own statusCode", { statusCode: 404 }],
    ["a status as text", { status: "404" }],
    ["the response's status", { response: { status: 404 } }],
    ["the response's statusCode", { response: { statusCode: 404 } }],
    ["AWS's metadata", { $metadata: { httpStatusCode: 404 } }],
    ["Boom's output", { output: { statusCode: 404 } }],
    ["Google's numeric code", { code: 404 }],
    ["tRPC's data", { data: { httpStatus: 404 } }],
    ["the body that it carries", { error: { status: 404 } }],
    ["a response's first in doubt", { statusCode: 404, body: { status: 500 } }],
  ])("classifyFailure() finds %s", (_, members) => {
    expect(classifyFailure(fail(members))).toBe("not_found");
    expect(classifyFailure(members)).toBe("not_found");
  });

  test("classifyFailure() takes a thrown response as it is", () => {
    expect(classifyFailure(new Response("busy", { status: 503 }))).toBe("overloaded");
  });

  test.each([0, 99, 200, 304, 399, 600, 404.5, Number.NaN, "2024", null])(
    "classifyFailure() takes %j for no failed status",
    (status) => expect(classifyFailure(fail({ status }))).toBe("unknown"),
  );
});

describe("classifyFailure() by throttling code", () => {
  test.each([
    { status: 403, code: "rate_limit_exceeded" },
    { status: 403, error: { code: "rate_limit_exceeded" } },
    { status: 400, error: { type: "error", error: { type: "rate_limit_error" } } },
    { status: 503, body: { error: { type: "too_many_requests" } } },
    { status: 503, body: '{"error":{"code":"TooManyRequests"}}' },
    { status: 400, body: ' {"__type":"com.amazonaws.dynamodb.v20120810#ThrottlingException"}' },
    { response: { status: 403, data: { error: { errors: [{ reason: "userRateLimitExceeded" }] } } } },
    { response: { status: 400, data: { error: "slow_down" } } },
    { response: { status: 402, body: '{"code":"insufficient_quota"}' } },
    { response: { status: 500, data: { errors: [{ extensions: { code: "RATE_LIMITED" } }] } } },
    { response: { status: 403, data: { type: "https://example.com/problems/rate-limited" } } },
    { name: "ThrottlingException", $metadata: { httpStatusCode: 400 } },
    { name: "ProvisionedThroughputExceededException", $metadata: { httpStatusCode: 400 } },
    { name: "SlowDown", $metadata: { httpStatusCode: 503 } },
    { name: "CodedError", $metadata: { httpStatusCode: 400 }, $retryable: { throttling: true } },
    { code: "ThrottlingException:http://internal.example/", statusCode: 400 },
  ])("classifyFailure() believes %j before its status", (members) => {
    expect(classifyFailure(fail(members))).toBe("throttled");
  });

  test("classifyFailure() takes what a body speaks of for no name of the failure", () => {
    expect(classifyFailure(fail({ response: { status: 404, data: { name: "Rate limits" } } }))).toBe("not_found");
    expect(classifyFailure(fail({ response: { data: { name: "Conflict" } } }))).toBe("unknown");
  });

  test("classifyFailure() doesn't read prose, nor what is too long or broken, as a code", () => {
    const long = `{"code":"SlowDown","padding":"${"x".repeat(20_000)}"}`;
    for (const body of ["slow down ".repeat(30), long, '{"code":"SlowDown"']) {
      expect(classifyFailure(fail({ status: 503, body }))).toBe("overloaded");
    }
  });
});

describe("classifyFailure() by code", () => {
  test.each<readonly [FailureKind, readonly string[]]>([
    ["transport", ["ECONNREFUSED", "ECONNRESET", "EPIPE", "ENOTFOUND", "EAI_AGAIN", "EHOSTUNREACH", "ENETUNREACH"]],
    [
      "transport",
      ["UND_ERR_SOCKET", "CERT_HAS_EXPIRED", "DEPTH_ZERO_SELF_SIGNED_CERT", "ERR_SSL_WRONG_VERSION_NUMBER"],
    ],
    ["timeout", ["ETIMEDOUT", "UND_ERR_CONNECT_TIMEOUT", "UND_ERR_HEADERS_TIMEOUT", "UND_ERR_BODY_TIMEOUT"]],
    ["conflict", ["40001", "40P01", "40002", "23505", "23P01", "55P03", "55006"]],
    ["invalid", ["42601", "42P01", "42703", "22P02", "23503", "23502"]],
    ["auth", ["42501", "28P01", "28000"]],
    ["overloaded", ["53300", "53100", "58030"]],
    ["timeout", ["57014", "25P03"]],
    ["transport", ["57P01", "57P02", "57P03", "08006", "08001"]],
    ["unknown", ["XX000", "P0001", "57P04", "00000", "4000", "400011", "ECANCELED", "UND_ERR_ABORTED", "E"]],
    ["auth", ["AccessDenied", "AccessDeniedException", "ExpiredTokenException", "invalid_api_key", "UNAUTHENTICATED"]],
    ["not_found", ["ResourceNotFoundException", "NoSuchKey", "NOT_FOUND", "ENOENT", "P2025"]],
    ["conflict", ["ConditionalCheckFailedException", "ALREADY_EXISTS", "ABORTED", "P2002", "EEXIST"]],
    ["invalid", ["ValidationException", "invalid_argument", "FAILED_PRECONDITION", "InvalidParameterValue"]],
    ["overloaded", ["ServiceUnavailable", "ServiceUnavailableException", "InternalServerError", "overloaded_error"]],
    ["timeout", ["RequestTimeout", "request_timeout", "RequestTimeoutException", "DEADLINE_EXCEEDED"]],
    ["throttled", ["RESOURCE_EXHAUSTED", "too_many_requests", "tokens_rate_limit_reached", "QuotaExceeded"]],
    ["transport", ["UNAVAILABLE", "PROTOCOL_CONNECTION_LOST", "HPE_INVALID_CONSTANT"]],
  ])("classifyFailure() gives %s for %j", (kind, codes) => {
    for (const code of codes) expect([code, classifyFailure(fail({ code }))]).toEqual([code, kind]);
  });

  test.each<readonly [number, FailureKind]>([
    ...([1, 2, 13, 15, 0, 17].map((code) => [code, "unknown"]) as [number, FailureKind][]),
    ...([3, 9, 11, 12].map((code) => [code, "invalid"]) as [number, FailureKind][]),
    [4, "timeout"],
    [5, "not_found"],
    [6, "conflict"],
    [10, "conflict"],
    [7, "auth"],
    [16, "auth"],
    [8, "throttled"],
    [14, "transport"],
  ])("classifyFailure() reads gRPC's code %i as %s", (code, kind) => {
    expect(classifyFailure(fail({ code, details: "as the server says" }))).toBe(kind);
    expect(classifyFailure(fail({ code, metadata: {} }))).toBe(kind);
    expect(classifyFailure(fail({ code }))).toBe("unknown");
  });

  test.each<readonly [FailureKind, object]>([
    ["not_found", { name: "ResourceNotFoundException", $metadata: { httpStatusCode: 400 } }],
    ["conflict", { name: "ConditionalCheckFailedException", $metadata: { httpStatusCode: 400 } }],
    ["timeout", { name: "RequestTimeout", $metadata: { httpStatusCode: 400 } }],
    ["conflict", { code: "40001", status: 500 }],
    ["invalid", { code: "UnknownToUs", status: 400 }],
    ["overloaded", { code: "UnknownToUs", status: 500 }],
    ["auth", { code: "invalid_request_error", status: 401 }],
    ["overloaded", { code: "NotFound", status: 503 }],
    ["overloaded", { code: "ERR_BAD_RESPONSE", response: { status: 502, data: {} } }],
    ["conflict", { code: "ER_DUP_ENTRY", sqlState: "23000", errno: 1062 }],
    ["invalid", { code: "ER_NO_SUCH_FIELD", sqlState: "42S22" }],
    ["timeout", { isAxiosError: true, code: "ECONNABORTED" }],
    ["transport", { code: "ECONNABORTED" }],
    ["transport", { code: "ENOENT", syscall: "connect" }],
    ["transport", { code: "EACCES", syscall: "connect" }],
    ["timeout", { code: "ETIMEDOUT", syscall: "connect" }],
    ["auth", { code: "EACCES", syscall: "open" }],
    ["transport", { message: "Connection terminated unexpectedly" }],
    ["timeout", { message: "timeout exceeded when trying to connect" }],
    ["timeout", { message: "Connection terminated due to connection timeout" }],
    ["unknown", { message: "The timeout exceeded when trying to connect" }],
    ["unknown", { message: 7 }],
    ["throttled", new CountersignError("rate_limited", "Too many calls")],
    ["overloaded", new CountersignError("circuit_open", "Open")],
    ["transport", new CountersignError("unavailable", "Away")],
  ])("classifyFailure() gives %s for %j", (kind, members) => {
    expect(classifyFailure(members instanceof Error ? members : fail(members))).toBe(kind);
  });

  test("classifyFailure() goes by the class where all errors of a client have one name", () => {
    class APIConnectionTimeoutError extends Error {}
    expect(classifyFailure(new APIConnectionTimeoutError("Request timed out."))).toBe("timeout");
  });
});

describe("classifyFailure() through wrappers", () => {
  const REFUSED = fail({ code: "ECONNREFUSED" });

  test.each<readonly [FailureKind, unknown]>([
    ["transport", fail({}, REFUSED)],
    ["transport", fail({ code: "OUR_OWN" }, fail({ name: "Wrapper" }, fail({}, REFUSED)))],
    ["conflict", fail({ status: 409 }, REFUSED)],
    ["transport", fail({ code: 13, details: "" }, REFUSED)],
    ["transport", new AggregateError([new Error("nothing"), REFUSED])],
    ["transport", fail({}, new AggregateError([fail({}, REFUSED)]))],
    ["invalid", fail({ errors: { length: 1, 0: { status: 422 } } })],
    ["conflict", fail({ original: { code: "40001" } })],
    ["timeout", fail({ name: "AbortError", code: "ABORT_ERR" }, new DOMException("late", "TimeoutError"))],
    ["unknown", fail({ name: "AbortError", code: "ABORT_ERR" }, new DOMException("enough", "AbortError"))],
  ])("classifyFailure() gives %s, case %#", (kind, error) => {
    expect(classifyFailure(error)).toBe(kind);
  });

  test("classifyFailure() takes a rejection by the action as invalid unless its cause says more", () => {
    const rejected = new ActionRejected("The invoice is paid", { status: 503 });
    expect(classifyFailure(rejected)).toBe("invalid");
    expect(classifyFailure(fail({}, rejected))).toBe("invalid");
    expect(classifyFailure(fail({ name: "ActionRejected" }))).toBe("invalid");
    expect(classifyFailure(Object.assign(new ActionRejected("no"), { cause: REFUSED }))).toBe("transport");
    expect(classifyFailure(Object.assign(new ActionRejected("no"), { cause: new Error("why") }))).toBe("invalid");
  });
});
