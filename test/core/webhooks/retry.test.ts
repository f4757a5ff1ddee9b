import { describe, expect, it } from "vitest";
import { type AfterAttempt, judgeAttempt } from "../../../src/core/webhooks/retry.ts";

const HOUR_MS = 3_600_000;
const after = (attempt: number, status?: number, random = 0): AfterAttempt => judgeAttempt({ attempt, status, random });

describe("judgeAttempt()", () => {
  it.each([200, 201, 204, 299])("takes %i for received", (status) => {
    expect(after(1, status)).toEqual({ state: "delivered" });
    expect(after(10, status)).toEqual({ state: "delivered" });
  });

  it.each([undefined, 100, 199, 301, 302, 307, 400, 401, 404, 408, 429, 500, 503])("tries again after %j", (status) => {
    expect(after(1, status)).toEqual({ state: "due", delayMs: 5_000 });
  });

  it("gives up after ten attempts over three days, each delay longer than the one before", () => {
    const delays = Array.from({ length: 9 }, (_, index) => after(index + 1, 500)).map((one) =>
      one.state === "due" ? one.delayMs : expect.fail("Given up too early"),
    );
    expect(delays).toEqual(delays.toSorted((left, right) => left - right));
    expect(delays.reduce((sum, delayMs) => sum + delayMs) / HOUR_MS).toBeCloseTo(72.2, 1);
    expect(after(10, 500)).toEqual({ state: "dead", isGone: false });
    expect(after(11)).toEqual({ state: "dead", isGone: false });
  });

  it("gives up at once where the receiver says that it is gone", () => {
    expect(after(1, 410)).toEqual({ state: "dead", isGone: true });
  });

  it("spreads what failed together by a tenth", () => {
    expect(after(2, 500, 1)).toEqual({ state: "due", delayMs: 33_000 });
    expect(after(2, 500, 0.5)).toEqual({ state: "due", delayMs: 31_500 });
  });
});
