import { beforeEach, describe, expect, test } from "vitest";
import type { BudgetTerm } from "../../src/core/guards/budget.ts";
import type { BudgetClaim } from "../../src/core/guards/budget-accounts.ts";
import { createBudgetTable } from "../../src/store/budgets.ts";
import type { Db } from "../../src/store/db.ts";
import { isUniqueViolation } from "../../src/store/errors.ts";
import { claimsOf, expire, IN_AN_HOUR_MS, tryReserve } from "./budget-calls.ts";
import { describeBudgetModel } from "./budgets-model.ts";

const USD: BudgetTerm = { name: "mail", unit: "usd", limit: 10, estimate: 1 };

/** What budgets must do, whatever database is underneath. */
export function describeBudgets(db: () => Db): void {
  describe("createBudgetTable()", () => {
    beforeEach(() => db().transaction((tx) => tx.runScript("truncate budget, budget_entry")));
    describeReservations(db);
    describeReclaim(db);
    describeRaces(db);
    describeBudgetModel(db);
  });
}

const balancesOf = async (db: Db, claims: readonly BudgetClaim[], tenant = "acme") => {
  const balances = await createBudgetTable(db).balances(
    tenant,
    claims.map(({ account }) => account.key),
  );
  return claims.map(({ account }) => balances.get(account.key));
};

const statesOf = async (db: Db, reservation: string) =>
  (await createBudgetTable(db).entries("acme", reservation)).map(({ state }) => state);

const settle = (db: Db, reservation: string, spent: Parameters<ReturnType<typeof createBudgetTable>["settle"]>[2]) =>
  db.transaction((tx) => createBudgetTable(tx).settle("acme", reservation, spent));

const release = (db: Db, reservation: string) =>
  db.transaction((tx) => createBudgetTable(tx).release("acme", reservation));

const reclaim = (db: Db, maxRows = 100) => db.transaction((tx) => createBudgetTable(tx).reclaimOverdue(maxRows));

function describeReservations(db: () => Db): void {
  test("reserve() speaks for the amount in every account at once, and entries() shows them innermost first", async () => {
    const claims = claimsOf([USD]);
    await tryReserve(db(), claims, { reservation: "a" });
    expect(await balancesOf(db(), claims)).toEqual(claims.map(() => ({ used: 0, reserved: 1e6 })));
    const entries = await createBudgetTable(db()).entries("acme", "a");
    expect(entries.map(({ scope, position }) => [scope, position])).toEqual([
      ["run", 0],
      ["actor", 1],
      ["tenant", 2],
    ]);
    const { key, label } = claims[0]?.account ?? { key: "", label: "" };
    expect(entries[0]).toEqual({
      ...{ key, label, name: "mail", unit: "usd", scope: "run", period: "", used: 0, reserved: 1e6, position: 0 },
      ...{ amount: 1e6, spent: null, state: "reserved", actor: null, expires_at: IN_AN_HOUR_MS },
    });
  });

  test("reserve() keeps tenants apart and takes a reservation's id once in each", async () => {
    await tryReserve(db(), claimsOf([USD]), { reservation: "a" });
    await tryReserve(db(), claimsOf([USD], { tenant: "zeta" }), { reservation: "a", tenant: "zeta" });
    const again = tryReserve(db(), claimsOf([USD]), { reservation: "a" });
    await expect(again).rejects.toSatisfy(isUniqueViolation);
    expect(await createBudgetTable(db()).entries("zeta", "a")).toHaveLength(3);
    expect(await createBudgetTable(db()).entries("other", "a")).toEqual([]);
  });

  test("lock() of no accounts locks nothing, and of new ones gives empty balances", async () => {
    const [account] = claimsOf([USD]).map((claim) => claim.account);
    await db().transaction(async (tx) => {
      expect(await createBudgetTable(tx).lock("acme", [])).toEqual(new Map());
      const accounts = account === undefined ? [] : [account, account];
      expect(await createBudgetTable(tx).lock("acme", accounts)).toEqual(
        new Map([[account?.key, { used: 0, reserved: 0 }]]),
      );
    });
  });

  test("settle() charges what was spent by unit, or the amount where nothing is said, and frees the rest", async () => {
    const claims = claimsOf([USD, { ...USD, unit: "tokens", estimate: 7 }], {});
    await tryReserve(db(), claims, { reservation: "a" });
    const settled = await settle(db(), "a", { usd: 250_000, units: 5 });
    expect(
      settled.map(({ unit, scope, amount, spent, used, reserved }) => [unit, scope, amount, spent, used, reserved]),
    ).toEqual(
      ["run", "actor", "tenant"].flatMap((scope) => [
        ["usd", scope, 1e6, 250_000, 250_000, 0],
        ["tokens", scope, 7e6, 7e6, 7e6, 0],
      ]),
    );
    expect(settled[0]).toMatchObject({ key: claims[0]?.account.key, label: claims[0]?.account.label, name: "mail" });
  });

  test("settle() and release() of what is settled or released do nothing", async () => {
    const claims = claimsOf([USD]);
    for (const reservation of ["a", "b"]) await tryReserve(db(), claims, { reservation });
    await settle(db(), "a", { usd: 0 });
    await release(db(), "b");
    for (const reservation of ["a", "b", "unknown"]) {
      await release(db(), reservation);
      expect(await settle(db(), reservation, "estimate")).toEqual([]);
    }
    expect(await balancesOf(db(), claims)).toEqual(claims.map(() => ({ used: 0, reserved: 0 })));
    expect((await createBudgetTable(db()).entries("acme", "b"))[0]).toMatchObject({ state: "released", spent: null });
  });

  test("settle() charges more than was reserved, up to where the column ends", async () => {
    const claims = claimsOf([USD]);
    await tryReserve(db(), claims, { reservation: "a" });
    await tryReserve(db(), claims, { reservation: "b" });
    await settle(db(), "a", { usd: 30e6 });
    expect((await balancesOf(db(), claims))[2]).toEqual({ used: 30e6, reserved: 1e6 });
    await db().query("update budget set used = 9000000000000000000");
    await settle(db(), "b", { usd: Number.MAX_SAFE_INTEGER });
    expect((await balancesOf(db(), claims))[2]).toEqual({ used: 9e18, reserved: 0 });
  });
}

function describeReclaim(db: () => Db): void {
  test("reclaimOverdue() gives back what is overdue, once, even when two do it at once", async () => {
    const claims = claimsOf([USD]);
    for (const reservation of ["dead", "alive"]) await tryReserve(db(), claims, { reservation });
    await expire(db(), "dead");
    const told = (await Promise.all([reclaim(db()), reclaim(db())])).flat();
    // One of the two may have left accounts to the other that let go of them before it looked.
    told.push(...(await reclaim(db())));
    expect(told).toEqual([{ tenant: "acme", reservation: "dead" }]);
    expect(await balancesOf(db(), claims)).toEqual(claims.map(() => ({ used: 0, reserved: 1e6 })));
  });

  test("reclaimOverdue() takes no more entries than told, and several of one account together", async () => {
    const claims = claimsOf([USD]);
    for (const reservation of ["a", "b", "c"]) await tryReserve(db(), claims, { reservation });
    for (const reservation of ["a", "b", "c"]) await expire(db(), reservation);
    expect((await reclaim(db(), 1)).length).toBeLessThanOrEqual(1);
    const states = await db().query<{ state: string }>("select state from budget_entry where state = 'reclaimed'");
    expect(states).toHaveLength(1);
    await reclaim(db(), 8);
    expect(await balancesOf(db(), claims)).toEqual(claims.map(() => ({ used: 0, reserved: 0 })));
  });

  test("reclaimOverdue() with nothing overdue gives none", async () => {
    await tryReserve(db(), claimsOf([USD]), { reservation: "a" });
    expect(await reclaim(db())).toEqual([]);
  });

  test("lock() gives balances without what is overdue, and reclaims it but for the innermost entry", async () => {
    const limits = [{ ...USD, limit: 1 }];
    await tryReserve(db(), claimsOf(limits), { reservation: "dead" });
    const other = claimsOf(limits, { run: "r2" });
    expect(await tryReserve(db(), other, { reservation: "new" })).toBe(false);
    await expire(db(), "dead");
    expect(await tryReserve(db(), other, { reservation: "new" })).toBe(true);
    expect(await statesOf(db(), "dead")).toEqual(["reserved", "reclaimed", "reclaimed"]);
    expect(await balancesOf(db(), claimsOf(limits))).toMatchObject([1e6, 1e6, 1e6].map((reserved) => ({ reserved })));
  });

  test("lock() of the very accounts of a dead call leaves it to be told by reclaimOverdue(), once", async () => {
    const claims = claimsOf([{ ...USD, limit: 1, scope: "run" }]);
    await tryReserve(db(), claims, { reservation: "dead" });
    expect(await tryReserve(db(), claims, { reservation: "new" })).toBe(false);
    await expire(db(), "dead");
    expect(await tryReserve(db(), claims, { reservation: "new" })).toBe(true);
    expect(await reclaim(db())).toEqual([{ tenant: "acme", reservation: "dead" }]);
    expect(await reclaim(db())).toEqual([]);
    expect(await statesOf(db(), "dead")).toEqual(["reclaimed", "reclaimed", "reclaimed"]);
    expect(await balancesOf(db(), claims)).toEqual(claims.map(() => ({ used: 0, reserved: 1e6 })));
  });

  test("release() of what is overdue reclaims it", async () => {
    await tryReserve(db(), claimsOf([USD]), { reservation: "late" });
    await expire(db(), "late");
    await release(db(), "late");
    expect(await statesOf(db(), "late")).toEqual(["reclaimed", "reclaimed", "reclaimed"]);
    expect(await balancesOf(db(), claimsOf([USD]))).toMatchObject([0, 0, 0].map((reserved) => ({ reserved })));
  });

  test("settle() of what was reclaimed still charges what was spent, and release() of it gives nothing back", async () => {
    const claims = claimsOf([USD]);
    await tryReserve(db(), claims, { reservation: "slow" });
    await expire(db(), "slow");
    await reclaim(db());
    await release(db(), "slow");
    const settled = await settle(db(), "slow", "estimate");
    expect(settled.map(({ spent, used, reserved }) => [spent, used, reserved])).toEqual(
      claims.map(() => [1e6, 1e6, 0]),
    );
    expect(await reclaim(db())).toEqual([]);
    expect(await settle(db(), "slow", { usd: 9e6 })).toEqual([]);
  });
}

function describeRaces(db: () => Db): void {
  test("64 parallel calls of lock(), judgeBudgets() and reserve() of 1 within a limit of 10: exactly 10 pass", async () => {
    const calls = Array.from({ length: 64 }, (_, at) => {
      const claims = claimsOf([USD], { run: `r${at % 7}`, actor: `a${at % 3}` });
      return tryReserve(db(), claims, { reservation: `call ${at}` });
    });
    expect((await Promise.all(calls)).filter((passed) => passed)).toHaveLength(10);
    const [tenant] = await db().query("select used, reserved from budget where scope = 'tenant'");
    expect(tenant).toEqual({ used: 0, reserved: 10e6 });
  });

  test("lock(), settle(), release() and reclaimOverdue() side by side never wait in a circle and lose nothing", async () => {
    const limits = [
      USD,
      { ...USD, name: "post", per: "day" as const },
      { ...USD, name: "news", unit: "units" as const },
    ];
    const endless = limits.map((limit) => ({ ...limit, limit: undefined }));
    const run = async (at: number) => {
      const reservation = `call ${at}`;
      await tryReserve(db(), claimsOf(endless, { run: `r${at % 3}`, actor: `a${at % 2}` }), { reservation });
      if (at % 4 === 0) await expire(db(), reservation);
      if (at % 4 === 0) await reclaim(db(), 3);
      if (at % 4 === 1) await release(db(), reservation);
      if (at % 4 === 2) await settle(db(), reservation, { usd: 2e6 });
    };
    await Promise.all(Array.from({ length: 40 }, (_, at) => run(at)));
    await reclaim(db());
    const rows = await db().query(
      "select name, sum(used) as used, sum(reserved) as reserved from budget where scope = 'tenant' group by name order by name",
    );
    // Ten of each kind: overdue, released, settled, and still reserved.
    expect(rows.map(({ name, used, reserved }) => [name, Number(used), Number(reserved)])).toEqual([
      ["mail", 20e6, 10e6],
      ["news", 10e6, 10e6],
      ["post", 20e6, 10e6],
    ]);
  });
}
