import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { judgeRates, type RateWindow } from "../../../src/core/guards/rate.ts";
import type { RateCounter } from "../../../src/core/guards/rate-counters.ts";

const NOW_MS = Date.UTC(2026, 0, 1);
const PER_MINUTE = { limit: 10, perMs: 60_000, scope: ["actor"] };
const PER_DAY = { limit: 100, perMs: 86_400_000, scope: ["actor"] };
const COUNTER: RateCounter = { key: "k1", action: "mail.send", label: "{}", cost: 1, limits: [PER_MINUTE, PER_DAY] };

function windowsOf(used: number, day: Partial<RateWindow> = {}): RateWindow[] {
  return [
    { key: "k1", perMs: 60_000, limit: 10, used, freeAtMs: NOW_MS + 5_000 },
    { key: "k1", perMs: 86_400_000, limit: 100, used, ...day },
  ];
}

describe("judgeRates()", () => {
  test("judgeRates() passes a call that nothing limits, and one that fills a window to its limit", () => {
    expect(judgeRates([], [], NOW_MS)).toBeUndefined();
    expect(judgeRates([COUNTER], windowsOf(9), NOW_MS)).toBeUndefined();
  });

  test("judgeRates() refuses a call that a window has no room for, and tells when it has", () => {
    expect(judgeRates([COUNTER], windowsOf(10), NOW_MS)).toEqual({
      kind: "refused",
      guard: "rate",
      code: "rate_limited",
      message: "The limit of 10 per 1m and actor has no room for the call",
      retryable: true,
      retryAfterMs: 5_000,
      details: { limit: 10, perMs: 60_000, scope: "actor", used: 10, retryAfterMs: 5_000 },
    });
  });

  test("judgeRates() waits for the last of all full windows and speaks of the first", () => {
    const windows = windowsOf(100, { freeAtMs: NOW_MS + 7_200_000 });
    const refusal = judgeRates([COUNTER], windows, NOW_MS);
    expect(refusal).toMatchObject({ retryAfterMs: 7_200_000, details: { limit: 10, retryAfterMs: 7_200_000 } });
  });

  test("judgeRates() waits for a millisecond at least, and for the whole window where nobody knows better", () => {
    const [minute] = windowsOf(10);
    if (minute === undefined) throw new Error("Windows were made");
    const counter = { ...COUNTER, limits: [PER_MINUTE] };
    expect(judgeRates([counter], [{ ...minute, freeAtMs: NOW_MS }], NOW_MS)?.retryAfterMs).toBe(1);
    const { freeAtMs: _, ...unknown } = minute;
    expect(judgeRates([counter], [unknown], NOW_MS)?.retryAfterMs).toBe(60_000);
  });

  test("judgeRates() refuses for good what counts for more than a limit, even where another window is only full", () => {
    const counter = { ...COUNTER, cost: 101 };
    const refusal = judgeRates([counter], windowsOf(0), NOW_MS);
    expect(refusal).toMatchObject({ code: "rate_limited", retryable: false, details: { limit: 10, used: 0 } });
    expect(refusal?.message).toBe("The call counts for more than the limit of 10 per 1m and actor allows at any time");
    expect(refusal).not.toHaveProperty("retryAfterMs");
    expect(refusal?.details).not.toHaveProperty("retryAfterMs");
    const small = { key: "k2", perMs: 1_500, limit: 1, used: 0 };
    const twice: RateCounter = { ...COUNTER, key: "k2", cost: 2, limits: [{ limit: 1, perMs: 1_500, scope: ["run"] }] };
    expect(judgeRates([COUNTER, twice], [...windowsOf(10), small], NOW_MS)).toMatchObject({
      retryable: false,
      message: "The call counts for more than the limit of 1 per 1500 ms and run allows at any time",
    });
  });

  test("judgeRates() names several scopes as a list", () => {
    const scope = ["actor", "input:/customerId"];
    const counter = { ...COUNTER, limits: [{ ...PER_MINUTE, scope }] };
    const refusal = judgeRates([counter], windowsOf(10), NOW_MS);
    expect(refusal?.details).toMatchObject({ scope });
    expect(refusal?.message).toContain("10 per 1m and actor, input:/customerId");
  });

  test("judgeRates() never passes a limit whose window was not read", () => {
    const [minute] = windowsOf(0);
    expect(() => judgeRates([COUNTER], minute === undefined ? [] : [minute], NOW_MS)).toThrow("was not read");
    expect(() => judgeRates([COUNTER], [], NOW_MS)).toThrow("was not read");
  });

  test("judgeRates() passes a call if and only if it fits into every window", () => {
    const amount = fc.integer({ min: 0, max: 20 });
    const property = fc.property(amount, amount, amount, (cost, used, dayUsed) => {
      const refusal = judgeRates([{ ...COUNTER, cost }], windowsOf(used, { used: dayUsed * 10 }), NOW_MS);
      expect(refusal === undefined).toBe(used + cost <= 10 && dayUsed * 10 + cost <= 100);
    });
    fc.assert(property);
  });
});
