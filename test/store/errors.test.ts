import { describe, expect, test } from "vitest";
import { CountersignError } from "../../src/core/countersign-error.ts";
import { isSerializationFailure, isUnavailable, isUniqueViolation } from "../../src/store/errors.ts";

const withCode = (code: string) => Object.assign(new Error("driver"), { code });

describe("isUnavailable()", () => {
  test.each(["08006", "57P01", "57P03", "53300", "55P03", "57014", "ECONNREFUSED", "ECONNRESET", "ETIMEDOUT", "EPIPE"])(
    "isUnavailable() is true for %s, however deep",
    (code) => {
      const error = new Error("outer", { cause: new Error("middle", { cause: withCode(code) }) });
      expect(isUnavailable(error)).toBe(true);
      expect(isUnavailable(new AggregateError([withCode(code)]))).toBe(true);
    },
  );

  test.each(["23505", "40001", "42P01", "25P02", "22P02"])("isUnavailable() is false for %s", (code) => {
    expect(isUnavailable(withCode(code))).toBe(false);
  });

  test.each([
    "timeout exceeded when trying to connect",
    "Connection terminated unexpectedly",
    "Cannot use a pool after calling end on the pool",
    "Query read timeout",
    "PGlite is closed",
  ])("isUnavailable() is true for the driver's %j", (message) => {
    expect(isUnavailable(new Error(message))).toBe(true);
  });

  test("isUnavailable() is true for our own unavailable, and for nothing else of ours", () => {
    expect(isUnavailable(new CountersignError("unavailable", "Away"))).toBe(true);
    expect(isUnavailable(new CountersignError("not_found", "Nothing"))).toBe(false);
  });

  test("isUnavailable() ends on a cause that leads back to itself, and takes anything thrown", () => {
    const error = new Error("loop");
    error.cause = error;
    expect([error, undefined, null, "text", { code: 7 }].map(isUnavailable)).toEqual(Array(5).fill(false));
  });
});

describe("isUniqueViolation() and isSerializationFailure()", () => {
  test("isUniqueViolation() knows a duplicate key", () => {
    expect([withCode("23505"), withCode("23503"), new Error("x")].map(isUniqueViolation)).toEqual([true, false, false]);
  });

  test("isSerializationFailure() knows both losers, of a conflict and of a deadlock", () => {
    expect([withCode("40001"), withCode("40P01"), withCode("25P02")].map(isSerializationFailure)).toEqual([
      true,
      true,
      false,
    ]);
  });
});
