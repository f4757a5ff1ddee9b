import { describe, expect, test } from "vitest";
import { type BudgetAccount, type BudgetClaim, showBalance } from "../../../src/core/guards/budget-accounts.ts";
import { judgeBudgets } from "../../../src/core/guards/judge-budgets.ts";

const ACCOUNT: BudgetAccount = {
  key: "tenant",
  name: "mail",
  unit: "usd",
  scope: "tenant",
  period: "2026-11",
  label: "",
  limitMicros: 10e6,
  ceilingMicros: 10e6,
  onExceed: undefined,
};
const ASKING: BudgetAccount = { ...ACCOUNT, ceilingMicros: undefined, onExceed: "require_approval" };

function claimOf(account: Partial<BudgetAccount>, amount = 1e6, basis = ACCOUNT): BudgetClaim {
  return { account: { ...basis, ...account }, amount };
}

function balances(balance: { used: number; reserved: number }, key = "tenant") {
  return new Map([[key, balance]]);
}

describe("judgeBudgets()", () => {
  test.each([
    { used: 0, reserved: 0, amount: 10e6, fits: true },
    { used: 9e6, reserved: 0, amount: 1e6, fits: true },
    { used: 4e6, reserved: 5e6, amount: 1e6, fits: true },
    { used: 4e6, reserved: 5e6, amount: 1e6 + 1, fits: false },
    { used: 10e6, reserved: 0, amount: 0, fits: true },
    { used: 10e6 + 1, reserved: 0, amount: 0, fits: false },
  ])("judgeBudgets() with a limit of 10,000,000 answers %j", ({ used, reserved, amount, fits }) => {
    expect(judgeBudgets([claimOf({}, amount)], balances({ used, reserved })) === undefined).toBe(fits);
  });

  test("judgeBudgets() tells everything in the unit, without the call's amount in the message", () => {
    expect(judgeBudgets([claimOf({}, 2_500_000)], balances({ used: 7e6, reserved: 1e6 }))).toEqual({
      mayAsk: false,
      refusal: {
        ...{ kind: "refused", guard: "budget", code: "budget_exceeded", retryable: true },
        message: "The tenant's budget mail has too little left for this call",
        details: {
          ...{ name: "mail", unit: "usd", scope: "tenant", period: "2026-11" },
          ...{ limit: 10, used: 7, reserved: 1, requested: 2.5 },
        },
      },
    });
  });

  test("judgeBudgets() takes an account without a balance as empty and one without a limit as endless", () => {
    expect(judgeBudgets([claimOf({})], new Map())).toBeUndefined();
    const endless = claimOf({ limitMicros: undefined, ceilingMicros: undefined });
    expect(judgeBudgets([endless], balances({ used: 9e15, reserved: 9e15 }))).toBeUndefined();
  });

  test("judgeBudgets() speaks of the innermost account, and names no period where there is none", () => {
    const claims = [
      claimOf({ key: "run", scope: "run", period: "", limitMicros: 0, ceilingMicros: 0 }),
      claimOf({}, 11e6),
    ];
    const details = judgeBudgets(claims, new Map())?.refusal.details;
    expect(details).toMatchObject({ scope: "run", limit: 0 });
    expect(details).not.toHaveProperty("period");
  });

  test("judgeBudgets() is retryable only while the call alone would fit", () => {
    expect(judgeBudgets([claimOf({}, 10e6)], balances({ used: 1, reserved: 0 }))?.refusal.retryable).toBe(true);
    expect(judgeBudgets([claimOf({}, 10e6 + 1)], new Map())?.refusal.retryable).toBe(false);
  });

  test("judgeBudgets() lets ask when every exceeded account allows it", () => {
    const soft = claimOf({ key: "run", scope: "run" }, 11e6, ASKING);
    expect(judgeBudgets([soft, claimOf({ limitMicros: 20e6, ceilingMicros: 20e6 })], new Map())?.mayAsk).toBe(true);
    const refused = judgeBudgets([soft, claimOf({}, 11e6)], new Map());
    expect(refused).toMatchObject({ mayAsk: false, refusal: { details: { scope: "tenant" } } });
  });

  test("judgeBudgets() lets ask up to the firm limit of the same account, and then tells that one", () => {
    const claim = (amount: number) => claimOf({ ceilingMicros: 20e6 }, amount, ASKING);
    expect(judgeBudgets([claim(20e6)], new Map())).toMatchObject({ mayAsk: true, refusal: { details: { limit: 10 } } });
    const beyond = judgeBudgets([claim(20e6 + 1)], new Map());
    expect(beyond).toMatchObject({ mayAsk: false, refusal: { details: { limit: 20 } } });
  });
});

describe("showBalance()", () => {
  test("showBalance() shows amounts in the unit, and what remains as at least 0", () => {
    const known = { name: "mail", unit: "usd", scope: "tenant", period: "2026-11", limit: 10 };
    expect(showBalance(ACCOUNT, { used: 1_500_000, reserved: 2e6 })).toEqual({
      ...{ ...known, used: 1.5, reserved: 2, remaining: 6.5 },
    });
    expect(showBalance(ACCOUNT, { used: 12e6, reserved: 0 })).toEqual({
      ...known,
      used: 12,
      reserved: 0,
      remaining: 0,
    });
  });

  test("showBalance() leaves out period and limit where there are none", () => {
    const account = { name: "mail", unit: "usd", scope: "run", period: "" } as const;
    expect(showBalance(account, { used: 0, reserved: 1 })).toEqual({
      ...{ name: "mail", unit: "usd", scope: "run", used: 0, reserved: 0.000_001 },
    });
  });
});
