import { expect, test } from "vitest";
import { ERROR_CODES, type ErrorCode, isErrorCode, isRetryable } from "../../src/core/errors.ts";

const CODES = Object.keys(ERROR_CODES) as ErrorCode[];

test("isErrorCode() holds for every code of the union", () => {
  expect(CODES.filter((code) => !isErrorCode(code))).toEqual([]);
});

test.each(["", "Internal", "internal ", "toString", "__proto__", "constructor", "attempt_failed"])(
  "isErrorCode() doesn't hold for %j",
  (text) => {
    expect(isErrorCode(text)).toBe(false);
  },
);

test("isRetryable() holds for what may succeed later without a change, and for nothing else", () => {
  const retryable = ["budget_exceeded", "fact_missing", "rate_limited", "internal", "circuit_open", "unavailable"];
  expect(CODES.filter(isRetryable).toSorted()).toEqual(retryable.toSorted());
});
