import { describe, expect, it } from "vitest";
import { describeRemaining } from "../../src/cli/remaining.ts";
import type { RemainingLimit } from "../../src/contract/guards.ts";

const rate = (perMs: number, scope: string[]): RemainingLimit => ({
  ...{ guard: "rate", limit: 10, perMs, scope, used: 4, remaining: 6 },
});
const budget = { guard: "budget", name: "refunds", unit: "usd", used: 1.5, reserved: 2 } as const;

describe("describeRemaining()", () => {
  it("says of a rate how many calls are left, in the unit that its window is whole in", () => {
    const limits = [
      rate(86_400_000, ["tenant"]),
      rate(7_200_000, ["actor", "run"]),
      rate(60_000, ["run"]),
      rate(1_500, ["run"]),
    ];
    expect(describeRemaining(limits)).toEqual({
      "Rate per 1d by tenant": "6 of 10 left",
      "Rate per 2h by actor, run": "6 of 10 left",
      "Rate per 1m by run": "6 of 10 left",
      "Rate per 1.5s by run": "6 of 10 left",
    });
  });

  it("says of a budget what is left, used and reserved", () => {
    const limits: RemainingLimit[] = [
      { ...budget, scope: "run", limit: 10, remaining: 6.5 },
      { ...budget, scope: "tenant", period: "2026-01" },
    ];
    expect(describeRemaining(limits)).toEqual({
      "Budget refunds of the run": "6.5 of 10 usd left (1.5 used, 2 reserved)",
      "Budget refunds of the tenant in 2026-01": "1.5 used, 2 reserved usd",
    });
  });

  it("keeps a line for each limit, also for those that read alike", () => {
    expect(
      Object.keys(describeRemaining([rate(60_000, ["run"]), rate(60_000, ["run"]), rate(60_000, ["run"])])),
    ).toEqual(["Rate per 1m by run", "Rate per 1m by run (2)", "Rate per 1m by run (3)"]);
  });
});
