import fc from "fast-check";
import { expect, test } from "vitest";
import { durationText } from "../../src/core/duration-text.ts";
import { parseDurationMs } from "../../src/core/policy/document/durations.ts";

test.each([
  [90_000, "90s"],
  [120_000, "2m"],
  [5_400_000, "90m"],
  [3_600_000, "1h"],
  [86_400_000, "1d"],
  [129_600_000, "36h"],
  [1_500, "1500 ms"],
])("durationText() writes %d ms in the largest unit that divides it, as %s", (durationMs, text) => {
  expect(durationText(durationMs)).toBe(text);
});

test("durationText() writes whole seconds so that a policy document reads them back", () => {
  const property = fc.property(fc.integer({ min: 1, max: 100_000_000 }), (seconds) => {
    expect(parseDurationMs(durationText(seconds * 1_000))).toBe(seconds * 1_000);
  });
  fc.assert(property);
});
