import { describe, expect, test } from "vitest";
import { budgetClaimsOf, type BudgetTerm, type ClaimOptions } from "../../../src/core/guards/budget.ts";
import type { BudgetClaim } from "../../../src/core/guards/budget-accounts.ts";
import type { GuardRefusal } from "../../../src/core/guards/refusal.ts";

const NOW_MS = Date.parse("2026-11-21T23:59:59.999Z");
const OPTIONS: ClaimOptions = { nowMs: NOW_MS, priceUsage: undefined };
const CALL = { tenant: "acme", actor: "ann", run: "r1", session: undefined, action: "mail.send", input: { usd: 2.5 } };
const LIMIT: BudgetTerm = { name: "mail", unit: "usd", limit: 100, estimate: 1 };
/** Where a call differs from {@link CALL}. */
interface Place {
  readonly tenant?: string;
  readonly actor?: string;
  readonly run?: string | undefined;
  readonly part?: string;
}

const PLAN = { provider: "p", model: "m", input: 1_000, output: 500 };

function claim(limits: readonly BudgetTerm[], call: Place = {}, options = OPTIONS): readonly BudgetClaim[] {
  const claims = budgetClaimsOf(limits, { ...CALL, ...call }, options);
  if ("kind" in claims) throw new Error(claims.message);
  return claims;
}

function refusalOf(limit: BudgetTerm, call: object = {}, options = OPTIONS): GuardRefusal {
  const claims = budgetClaimsOf([limit], { ...CALL, ...call }, options);
  if (!("kind" in claims)) throw new Error("The claims were not refused");
  return claims;
}

function scopesOf(claims: readonly BudgetClaim[]): readonly string[] {
  return claims.map(({ account }) => account.scope);
}

describe("budgetClaimsOf(): accounts", () => {
  test("budgetClaimsOf() claims at every level around the call, innermost first, and limits only one", () => {
    const claims = claim([{ ...LIMIT, scope: "actor" }], { part: "research" });
    expect(scopesOf(claims)).toEqual(["part", "run", "actor", "tenant"]);
    expect(claims.map(({ account }) => account.limitMicros)).toEqual([undefined, undefined, 100e6, undefined]);
    expect(claims.map(({ amount }) => amount)).toEqual([1e6, 1e6, 1e6, 1e6]);
  });

  test("budgetClaimsOf() limits the tenant unless told, and leaves out levels that the call doesn't name", () => {
    const claims = claim([LIMIT], { run: undefined });
    expect(scopesOf(claims)).toEqual(["actor", "tenant"]);
    expect(claims[1]?.account.limitMicros).toBe(100e6);
  });

  test("budgetClaimsOf() charges without any limit too, and limits a part where one is named", () => {
    expect(claim([{ name: "llm", unit: "usd", estimate: 1 }])[0]?.account.limitMicros).toBeUndefined();
    expect(claim([{ ...LIMIT, scope: "part" }], { part: "a" })[0]?.account).toMatchObject({ limitMicros: 100e6 });
  });

  test("budgetClaimsOf() gives the same account the same key, and every other one another", () => {
    const places: readonly Place[] = [
      {},
      { part: "r1" },
      { run: "ann" },
      { run: undefined, part: "r1" },
      { actor: "r1" },
      { tenant: "b" },
    ];
    const terms = [
      LIMIT,
      { ...LIMIT, name: "post" },
      { ...LIMIT, unit: "units" as const },
      { ...LIMIT, per: "day" as const },
    ];
    const accounts = places
      .flatMap((place) => terms.flatMap((term) => claim([term], place)))
      .map(({ account }) => account);
    const told = accounts.map(({ key, label }) => [key, label]);
    expect(claim([LIMIT])[0]?.account.key).toBe(claim([{ ...LIMIT, limit: 3, estimate: 2 }])[0]?.account.key);
    // Per term: parts of run r1 and of the actor; runs r1 and ann, and r1 of the actor r1; actors ann, r1, and ann of b; tenants.
    expect(new Set(told.map(([key]) => key)).size).toBe(terms.length * (2 + 4 + 3 + 2));
    expect(accounts.every(({ key }) => /^[0-9a-f]{32}$/.test(key))).toBe(true);
  });

  test("budgetClaimsOf() labels an account with what finds it, readable as JSON", () => {
    const [account] = claim([{ ...LIMIT, per: "day" }]).map((found) => found.account);
    expect(JSON.parse(account?.label ?? "")).toEqual({
      ...{ name: "mail", unit: "usd", scope: "run", actor: "ann", run: "r1", period: "2026-11-21" },
    });
  });

  test.each([
    [undefined, ""],
    ["day", "2026-11-21"],
    ["month", "2026-11"],
  ] as const)("budgetClaimsOf() with per %s claims in the period %j of UTC", (per, period) => {
    expect(claim([{ ...LIMIT, ...(per === undefined ? {} : { per }) }])[0]?.account.period).toBe(period);
  });
});

describe("budgetClaimsOf(): several limits", () => {
  test("budgetClaimsOf() takes of two limits on one account the lower limit and the higher estimate", () => {
    const claims = claim([
      LIMIT,
      { ...LIMIT, limit: 50, estimate: 0.5 },
      { ...LIMIT, limit: 20, estimate: 3, scope: "run" },
    ]);
    expect(claims.map(({ account, amount }) => [account.scope, account.limitMicros, amount])).toEqual([
      ["run", 20e6, 3e6],
      ["actor", undefined, 3e6],
      ["tenant", 50e6, 3e6],
    ]);
  });

  test("budgetClaimsOf() keeps names, units and periods apart, innermost accounts of all of them first", () => {
    const claims = claim([LIMIT, { ...LIMIT, per: "month" }, { ...LIMIT, name: "post", estimate: 7 }], {
      run: undefined,
    });
    expect(claims.map(({ account, amount }) => [account.name, account.scope, account.period, amount])).toEqual([
      ["mail", "actor", "", 1e6],
      ["mail", "actor", "2026-11", 1e6],
      ["post", "actor", "", 7e6],
      ["mail", "tenant", "", 1e6],
      ["mail", "tenant", "2026-11", 1e6],
      ["post", "tenant", "", 7e6],
    ]);
  });

  test.each([
    [["ask"], { limitMicros: 10e6, ceilingMicros: undefined, onExceed: "require_approval" }],
    [["ask", "firm"], { limitMicros: 10e6, ceilingMicros: 20e6, onExceed: "require_approval" }],
    [["firm", "ask"], { limitMicros: 10e6, ceilingMicros: 10e6, onExceed: undefined }],
    [["firm"], { limitMicros: 10e6, ceilingMicros: 10e6, onExceed: undefined }],
  ])("budgetClaimsOf() with limits %j of 10 and 20 lets ask up to the lowest firm one", (kinds, account) => {
    const limits = kinds.map((kind, index): BudgetTerm => {
      const term = { ...LIMIT, limit: 10 * (index + 1) };
      return kind === "ask" ? { ...term, onExceed: "require_approval" } : term;
    });
    expect(claim(limits).at(-1)?.account).toMatchObject(account);
  });
});

describe("budgetClaimsOf(): estimates", () => {
  test.each([
    [{ estimate: 0.000_000_1 }, 1],
    [{ estimate: 0 }, 0],
    [{ estimate: "/usd" }, 2_500_000],
    [{ plan: PLAN }, 77],
    [{ plan: PLAN, estimate: 3 }, 3e6],
    [{ plan: PLAN, unit: "tokens" }, 1_500e6],
  ] as const)("budgetClaimsOf() reckons %j as %d millionths", (terms, amount) => {
    const options = { ...OPTIONS, priceUsage: () => 77 };
    expect(claim([{ name: "llm", unit: "usd", limit: 1, ...terms }], {}, options)[0]?.amount).toBe(amount);
  });

  test.each([-1, NaN, Infinity, 1_000_000_001, "2.5", null, [1], true])(
    "budgetClaimsOf() refuses %s at the estimate's place as invalid_input, naming only the place",
    (usd) => {
      const refusal = refusalOf({ ...LIMIT, estimate: "/usd" }, { input: { usd } });
      expect(refusal).toMatchObject({
        guard: "budget",
        code: "invalid_input",
        retryable: false,
        details: { pointer: "/usd" },
      });
      expect(refusal.message).toBe(
        "The input has no number from 0 to 1000000000 at /usd, from which the budget mail takes the call's cost",
      );
    },
  );

  test("budgetClaimsOf() refuses an input that has nothing at the estimate's place", () => {
    expect(refusalOf({ ...LIMIT, estimate: "/usd" }, { input: {} }).code).toBe("invalid_input");
  });

  test("budgetClaimsOf() refuses a limit for runs and a limit for parts where the call names none", () => {
    expect(refusalOf({ ...LIMIT, scope: "run" }, { run: undefined }).code).toBe("run_required");
    expect(refusalOf({ ...LIMIT, scope: "part" }).code).toBe("invalid_request");
  });

  test("budgetClaimsOf() refuses what nothing tells the cost of as invalid_input", () => {
    expect(refusalOf({ name: "llm", unit: "usd", limit: 1 })).toMatchObject({
      ...{ guard: "budget", code: "invalid_input", retryable: false, details: { name: "llm" } },
      message: "What the call would spend of the budget llm can't be told from its input",
    });
  });

  test.each([
    ["no tariff is there to price its plan", { plan: PLAN }, undefined],
    ["the tariff has no price for its plan", { plan: PLAN }, (): undefined => undefined],
    ["a plan tells nothing of units", { plan: PLAN, unit: "units" }, (): number => 1],
    ["the estimate of its cost is not an amount", { estimate: NaN }, undefined],
  ] as const)("budgetClaimsOf() refuses for good because %s", (why, terms, priceUsage) => {
    const refusal = refusalOf({ name: "llm", unit: "usd", limit: 1, ...terms }, {}, { ...OPTIONS, priceUsage });
    expect(refusal).toMatchObject({ guard: "budget", code: "budget_exceeded", retryable: false });
    expect(refusal.message).toBe(`The call can't be reserved in the budget llm: ${why}`);
  });
});
