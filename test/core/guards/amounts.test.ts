import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { addSpent, fromMicros, isAmount, MAX_AMOUNT, toMicros } from "../../../src/core/guards/amounts.ts";
import "../../support/fast-check.ts";

/** Whole millionths of every amount that is taken at once. */
const micros = fc.integer({ min: 0, max: MAX_AMOUNT * 1_000_000 });

describe("toMicros()", () => {
  test("toMicros() takes back what fromMicros() gave, whichever way it rounds", () => {
    fc.assert(
      fc.property(micros, (amount) => {
        expect(toMicros(fromMicros(amount))).toBe(amount);
        expect(toMicros(fromMicros(amount), "up")).toBe(amount);
        expect(toMicros(fromMicros(amount), "down")).toBe(amount);
      }),
    );
  });

  test("toMicros() is exact for an amount that is written with six decimals", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 999_999_999 }), fc.integer({ min: 0, max: 999_999 }), (whole, part) => {
        const written = `${whole}.${String(part).padStart(6, "0")}`;
        expect(toMicros(Number(written), "up")).toBe(Number(written.replace(".", "")));
      }),
    );
  });

  test.each([
    [0.1 + 0.2, { halfUp: 300_000, up: 300_001, down: 300_000 }],
    [1.1, { halfUp: 1_100_000, up: 1_100_000, down: 1_100_000 }],
    [0.000_000_5, { halfUp: 1, up: 1, down: 0 }],
    [0.000_000_4, { halfUp: 0, up: 1, down: 0 }],
    [0.000_001_2, { halfUp: 1, up: 2, down: 1 }],
    [0.000_001_7, { halfUp: 2, up: 2, down: 1 }],
    [0, { halfUp: 0, up: 0, down: 0 }],
    [MAX_AMOUNT, { halfUp: 1e15, up: 1e15, down: 1e15 }],
  ])("toMicros(%d) is rounded as in %j", (amount, { halfUp, up, down }) => {
    expect(toMicros(amount)).toBe(halfUp);
    expect(toMicros(amount, "up")).toBe(up);
    expect(toMicros(amount, "down")).toBe(down);
  });

  test('toMicros(…, "up") is never below the amount, and less than a millionth above it', () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 1_000, noNaN: true }), (amount) => {
        const up = toMicros(amount, "up");
        expect(fromMicros(up)).toBeGreaterThanOrEqual(amount);
        expect(fromMicros(up - 1)).toBeLessThan(amount);
      }),
    );
  });
});

describe("isAmount()", () => {
  test.each([0, 1, 0.5, MAX_AMOUNT])("isAmount(%d) is true", (value) => {
    expect(isAmount(value)).toBe(true);
  });

  test.each([-1, NaN, Infinity, MAX_AMOUNT + 1, "1", null, undefined, [1], 1n])("isAmount(%s) is false", (value) => {
    expect(isAmount(value)).toBe(false);
  });
});

describe("addSpent()", () => {
  test("addSpent() adds by unit and says nothing of a unit of which neither does", () => {
    expect(addSpent({ usd: 1, tokens: 2 }, { tokens: 3, units: 0 })).toEqual({ usd: 1, tokens: 5, units: 0 });
    expect(addSpent({}, {})).toEqual({});
  });

  test("addSpent() stays at the highest number that is exact", () => {
    expect(addSpent({ usd: Number.MAX_SAFE_INTEGER }, { usd: 5 })).toEqual({ usd: Number.MAX_SAFE_INTEGER });
  });
});
