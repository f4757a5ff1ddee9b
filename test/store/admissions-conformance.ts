import { beforeEach, describe, expect, test } from "vitest";
import { judgeBudgets } from "../../src/core/guards/judge-budgets.ts";
import { judgeRates } from "../../src/core/guards/rate.ts";
import type { RateCounter } from "../../src/core/guards/rate-counters.ts";
import { createAdmissions } from "../../src/store/admissions.ts";
import type { Db } from "../../src/store/db.ts";
import { createStore } from "../../src/store/store.ts";
import { rateCounter, TENANT } from "../support/rate-calls.ts";
import { claimsOf, IN_AN_HOUR_MS } from "./budget-calls.ts";

const CLAIMS = claimsOf([{ name: "mail", unit: "units", limit: 10, scope: "tenant", estimate: 1 }]);
const ACCOUNTS = CLAIMS.map(({ account }) => account);
const ATTEMPT = { actor: "ann", run: "r1", action: "mail.send" };
const SESSION = { tenant: TENANT, actor: "ann", id: "s1", scope: "default" };

/** One call in a transaction of its own: locks, judges, and charges unless it is refused. Tells whether it passed. */
async function admit(db: Db, reservation: string, counters: readonly RateCounter[]): Promise<boolean> {
  return createStore(db).transaction(async ({ admissions }) => {
    const { windows = [], nowMs = 0, balances } = await admissions.lock(TENANT, { counters, accounts: ACCOUNTS });
    if (judgeRates(counters, windows, nowMs) !== undefined) return false;
    if (judgeBudgets(CLAIMS, balances) !== undefined) return false;
    const claims = { reservation, claims: CLAIMS, expiresAtMs: IN_AN_HOUR_MS };
    await admissions.charge(TENANT, { counters, countedAtMs: nowMs, reservation: claims });
    return true;
  });
}

/** What asking several guards at once must do, whatever database is underneath. */
export function describeAdmissions(db: () => Db): void {
  describe("createAdmissions()", () => {
    beforeEach(() =>
      db().transaction((tx) =>
        tx.runScript(
          `truncate attempt_counter, breaker, rate_counter, rate_hit, budget, budget_entry, fact_session, fact`,
        ),
      ),
    );
    describeQuestions(db);
    describeCharges(db);
  });
}

function describeQuestions(db: () => Db): void {
  test("ask() answers what is asked and nothing else, and counts each call once", async () => {
    const { breakers, transaction } = createStore(db());
    const open = { status: "open", failedAtMs: [1], openedAtMs: 1, resetAtMs: 2 } as const;
    await breakers.save(TENANT, "__proto__", open);
    await transaction((tx) =>
      tx.facts.prove(SESSION, [{ kind: "seen", key: "k1", ttlMs: 60_000 }], { invocation: "ivn_1", max: 9 }),
    );
    const all = {
      attempt: ATTEMPT,
      dependencies: ["__proto__", "post"],
      facts: { place: SESSION, keys: ["k1", "k2"] },
    };
    const found = {
      breakers: new Map([["__proto__", open]]),
      facts: { isClosed: false, held: 1, proven: new Set(["k1"]) },
    };
    const { ask } = createAdmissions(db());
    expect(await ask(TENANT, all)).toEqual({ attemptsBefore: 0, ...found });
    expect(await ask(TENANT, all)).toEqual({ attemptsBefore: 1, ...found });
    const { attempt: _attempt, ...others } = all;
    expect(await ask(TENANT, others)).toEqual({ attemptsBefore: undefined, ...found });
    const none = { breakers: new Map(), facts: undefined };
    expect(await ask(TENANT, { attempt: ATTEMPT })).toEqual({ attemptsBefore: 2, ...none });
    expect(await ask("globex", { attempt: ATTEMPT, dependencies: ["post"] })).toEqual({ attemptsBefore: 0, ...none });
    expect(await ask(TENANT, {})).toEqual({ attemptsBefore: undefined, ...none });
  });
}

function describeCharges(db: () => Db): void {
  const usedOf = async (counters: readonly RateCounter[]) => {
    const { windows } = await createStore(db()).transaction((tx) => tx.rates.lock(TENANT, counters));
    return windows.map(({ used }) => used);
  };
  const reservedOf = async () => {
    const balances = await createStore(db()).budgets.balances(
      TENANT,
      ACCOUNTS.map(({ key }) => key),
    );
    return ACCOUNTS.map(({ key }) => (balances.get(key)?.reserved ?? 0) / 1e6);
  };

  test("lock() makes what is missing of rates and accounts, and charge() charges all of them", async () => {
    const [first, second] = [rateCounter({ key: "k2" }), rateCounter({ key: "k1", cost: 3 })];
    expect(await admit(db(), "ivn_1:1", [first])).toBe(true);
    expect(await admit(db(), "ivn_2:1", [first, second])).toBe(true);
    expect(await usedOf([first, second])).toEqual([3, 2]);
    expect(await reservedOf()).toEqual([2, 2, 2]);
  });

  test("charge() of calls that count for nothing reserves all the same", async () => {
    expect(await admit(db(), "ivn_1:1", [rateCounter({ cost: 0 })])).toBe(true);
    expect(await admit(db(), "ivn_2:1", [])).toBe(true);
    expect(await usedOf([rateCounter()])).toEqual([0]);
    expect(await reservedOf()).toEqual([2, 2, 2]);
  });

  test("lock() gives accounts without what is overdue in them", async () => {
    await admit(db(), "ivn_1:1", [rateCounter()]);
    await db().query("update budget_entry set expires_at = '2026-01-01Z'");
    const { balances } = await createStore(db()).transaction(({ admissions }) =>
      admissions.lock(TENANT, { counters: [rateCounter()], accounts: ACCOUNTS }),
    );
    expect([...balances.values()].map(({ reserved }) => reserved)).toEqual([0, 0, 0]);
  });

  test("lock() by 64 calls at once lets exactly as many pass as the rate and the budget have room for", async () => {
    const limits = [{ limit: 7, perMs: 60_000, scope: ["tenant"] }];
    const narrow = [rateCounter({ key: "a", limits }), rateCounter({ key: "b", limits })];
    const calls = Array.from({ length: 64 }, (_, index) => {
      return admit(db(), `ivn_${index}:1`, index % 2 === 0 ? narrow : narrow.toReversed());
    });
    expect((await Promise.all(calls)).filter(Boolean)).toHaveLength(7);
    expect(await usedOf(narrow)).toEqual([7, 7]);
    const wide = [rateCounter({ key: "c", limits: [{ limit: 99, perMs: 60_000, scope: ["tenant"] }] })];
    const others = Array.from({ length: 64 }, (_, index) => admit(db(), `ivn_${index}:2`, wide));
    expect((await Promise.all(others)).filter(Boolean)).toHaveLength(3);
    expect(await reservedOf()).toEqual([10, 10, 10]);
  });
}
