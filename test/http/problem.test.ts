import { expect, test } from "vitest";
import { CountersignError } from "../../src/core/countersign-error.ts";
import { ERROR_CODES, type ErrorCode } from "../../src/core/errors.ts";
import { createProblem, statusOf, toCountersignError } from "../../src/http/problem.ts";

test("statusOf() gives every code an error status", () => {
  for (const code of Object.keys(ERROR_CODES) as ErrorCode[]) expect(statusOf(code)).toBeGreaterThanOrEqual(400);
});

test("createProblem() writes a problem document whose own members no detail can replace", () => {
  const error = new CountersignError("invalid_request", "It doesn't fit", {
    details: { errors: [], status: 200, code: "x", type: "y" },
  });
  expect(createProblem(error, "00000000-0000-4000-8000-000000000000").document).toEqual({
    type: "urn:countersign:error:invalid_request",
    title: "The body doesn't fit the request's schema",
    status: 422,
    detail: "It doesn't fit",
    instance: "urn:uuid:00000000-0000-4000-8000-000000000000",
    code: "invalid_request",
    retryable: false,
    errors: [],
  });
});

test("createProblem() says when to come back, in whole seconds of at least one", () => {
  const headersOf = (retryAfterMs: number) =>
    createProblem(new CountersignError("rate_limited", "Too many", { retryAfterMs }), "id").headers;
  expect([headersOf(10)["retry-after"], headersOf(1_001)["retry-after"]]).toEqual(["1", "2"]);
  expect(createProblem(new CountersignError("unavailable", "Away"), "id").headers["retry-after"]).toBe("2");
});

test("createProblem() names the scheme that a missing credential wants", () => {
  expect(createProblem(new CountersignError("unauthenticated", "No"), "id").headers["www-authenticate"]).toMatch(
    /^Bearer/,
  );
});

test("toCountersignError() keeps what is ours, knows a lost connection by its shape, and hides all the rest", () => {
  const ours = new CountersignError("not_found", "Nothing");
  expect(toCountersignError(ours)).toBe(ours);
  for (const code of ["ECONNREFUSED", "EPIPE", "08006", "57P01"]) {
    expect(toCountersignError(Object.assign(new Error("x"), { code })).code).toBe("unavailable");
  }
  for (const error of [
    new Error("secret"),
    "secret",
    undefined,
    Object.assign(new Error("secret"), { code: "22021" }),
  ]) {
    expect(toCountersignError(error)).toMatchObject({ code: "internal", message: "An unexpected fault on our side" });
  }
});
