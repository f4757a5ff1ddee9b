import { expect, test } from "vitest";
import { viewReasonPattern } from "../../src/gateway/reason-patterns.ts";

test.each([
  [undefined, undefined],
  [["^A"], "^A"],
  [
    ["^A", "b$"],
    ["^A", "b$"],
  ],
])("viewReasonPattern() shows %j as %j", (reasonPattern, shown) => {
  expect(viewReasonPattern({ reasonPattern })).toEqual(shown);
});
