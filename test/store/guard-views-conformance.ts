import { beforeEach, describe, expect, test } from "vitest";
import type { GuardKind } from "../../src/contract/guards.ts";
import type { Db } from "../../src/store/db.ts";
import { createGuardViews, type GuardReset, type GuardRow } from "../../src/store/guard-views.ts";
import { sweepGuards } from "../../src/gateway/sweep-guards.ts";
import { createStore } from "../../src/store/store.ts";
import { GUARD_IDS, recordGuards } from "../support/recorded-guards.ts";

/** What looking at guards and resetting them must do, whatever database is underneath. */
export function describeGuardViews(db: () => Db): void {
  describe("createGuardViews()", () => {
    beforeEach(() =>
      db().transaction((tx) =>
        tx.runScript("truncate rate_counter, rate_hit, attempt_counter, breaker, budget, fact_session, fact"),
      ),
    );

    const get = async (id: string, tenant = "default") => createGuardViews(db()).get(tenant, id);
    const reset = (id: string, tenant = "default"): Promise<GuardReset | undefined> =>
      db().transaction((tx) => createGuardViews(tx).reset(tenant, id));
    const walk = async (limit: number, kind?: GuardKind): Promise<GuardRow[]> => {
      const rows: GuardRow[] = [];
      let cursor: string | undefined;
      do {
        const page = await createGuardViews(db()).list("default", kind === undefined ? {} : { kind }, {
          limit,
          cursor,
        });
        rows.push(...page.items);
        cursor = page.nextCursor;
      } while (cursor !== undefined);
      return rows;
    };

    test("list() gives guards of every kind once, last changed first, whatever the size of a page", async () => {
      await recordGuards(db(), { tenant: "default" });
      await recordGuards(db(), { tenant: "acme" });
      const all = await walk(50);
      expect(all.map(({ id }) => id).toSorted()).toEqual(Object.values(GUARD_IDS).toSorted());
      const times = all.map(({ changedAtMs }) => changedAtMs);
      expect(times).toEqual(times.toSorted((left, right) => right - left));
      for (const limit of [1, 2, 3]) expect(await walk(limit)).toEqual(all);
    });

    test("list() pages through rows that changed at one instant", async () => {
      await db().query(
        `insert into breaker (tenant, dependency, state, document, changed_at)
         select 'default', 'system ' || n, 'closed', '{}', timestamptz '2026-01-01' from generate_series(1, 25) n`,
      );
      const ids = (await walk(10)).map(({ id }) => id);
      expect(new Set(ids).size).toBe(25);
      expect(ids).toHaveLength(25);
    });

    test("list() keeps to one kind", async () => {
      await recordGuards(db(), { tenant: "default" });
      for (const [kind, id] of Object.entries(GUARD_IDS) as [GuardKind, string][]) {
        expect((await walk(50, kind)).map((row) => row.id)).toEqual([id]);
      }
    });

    test("list() refuses a cursor that no list gave", async () => {
      const list = createGuardViews(db()).list("default", {}, { limit: 1, cursor: "breaker:ledger" });
      await expect(list).rejects.toMatchObject({ code: "invalid_query" });
    });

    test("get() tells what each kind keeps, of what still counts", async () => {
      await recordGuards(db(), { tenant: "default" });
      const stateOf = async (kind: GuardKind) => (await get(GUARD_IDS[kind]))?.state;
      expect(await stateOf("rate")).toEqual({ kind: "rate", label: "the label", used: 5, keptMs: 60_000 });
      expect(await stateOf("attempts")).toEqual({
        ...{ kind: "attempts", actor: "ann", run: 'run "1"', action: "notes.write", used: 4 },
      });
      expect(await stateOf("breaker")).toMatchObject({ kind: "breaker", dependency: "sys/tem: 1%", status: "open" });
      expect(await stateOf("budget")).toEqual({
        ...{ kind: "budget", label: "the label", name: "monthly", unit: "usd", scope: "tenant" },
        ...{ period: "2026-01", used: 1_500_000, reserved: 250_000 },
      });
      const session = await stateOf("facts");
      expect(session).toMatchObject({ kind: "facts", actor: "ann", session: "s1", scope: "orders", closedAtMs: null });
      expect(session).toMatchObject({ kinds: { order_read: 2 }, expiresAtMs: expect.any(Number) as number });
    });

    test("get() finds nothing of another tenant, nor by an id that is not exactly one of ours", async () => {
      await recordGuards(db(), { tenant: "acme" });
      const path = (parts: readonly unknown[]) => Buffer.from(JSON.stringify(parts)).toString("base64url");
      const others = [
        ...Object.values(GUARD_IDS),
        ...["", "rate", "rate:", "rate:other", "nothing:x", ":x", "breaker:\0", "attempts:x", "attempts:bnVsbA"],
        ...[`attempts:${path(["ann"])}`, `facts:${path(["ann", "s1", 1])}`, `facts:${path(["ann", "s1", "\0"])}`],
      ];
      for (const id of others) expect(await get(id)).toBeUndefined();
      expect(await get(`${GUARD_IDS.attempts}=`, "acme")).toBeUndefined();
      expect(await get(GUARD_IDS.attempts, "acme")).toBeDefined();
    });

    test("reset() makes each kind forget, and nothing else", async () => {
      await recordGuards(db(), { tenant: "default" });
      await recordGuards(db(), { tenant: "acme" });
      const forgotten: Readonly<Record<GuardKind, object>> = {
        rate: { used: 0 },
        attempts: { used: 0 },
        breaker: {
          status: "closed",
          document: expect.stringMatching(/^\{"closedAtMs":\d+,"failedAtMs":\[\],"status":"closed"\}$/) as string,
        },
        budget: { used: 0, reserved: 250_000 },
        facts: { kinds: {} },
      };
      for (const [kind, id] of Object.entries(GUARD_IDS) as [GuardKind, string][]) {
        const before = await get(id);
        const done = await reset(id);
        expect(done?.before).toEqual(before);
        expect(done?.after.state).toEqual({ ...before?.state, ...forgotten[kind] });
        expect(await get(id)).toEqual(done?.after);
        expect(await get(id, "acme")).toMatchObject({ state: { ...before?.state, ...expiryOf(before) } });
      }
    });

    test("reset() finds nothing of another tenant", async () => {
      await recordGuards(db(), { tenant: "acme" });
      for (const id of [...Object.values(GUARD_IDS), "nothing"]) expect(await reset(id)).toBeUndefined();
    });

    test("reset() waits for whoever changes the guard, and tells what that one left", async () => {
      await recordGuards(db(), { tenant: "default" });
      let waiting: Promise<GuardReset | undefined> | undefined;
      await db().transaction(async (tx) => {
        await tx.query("update attempt_counter set used = 9");
        waiting = reset(GUARD_IDS.attempts);
        await tx.query("select 1");
      });
      expect(await waiting).toMatchObject({ before: { state: { used: 9 } }, after: { state: { used: 0 } } });
    });
  });
}

/** What sweeping must do, however many processes do it at once. */
export function describeGuardSweep(db: () => Db): void {
  describe("sweepGuards()", () => {
    test("sweepGuards() by four at once reclaims each overdue reservation once, recorded once", async () => {
      await db().transaction((tx) => tx.runScript("truncate budget, budget_entry, audit_event, audit_head"));
      const store = createStore(db());
      const claimOf = (key: string) => ({
        account: { key, name: key, unit: "usd" as const, scope: "tenant" as const, period: "", label: key },
        amount: 2,
      });
      const reserve = (tenant: string, n: number) =>
        store.transaction(async (tx) => {
          const [one, other] = [claimOf(`a${n % 3}`), claimOf("shared")];
          await tx.budgets.lock(tenant, [one.account, other.account]);
          const claims = [one, other].map(({ account, amount }) => ({
            account: { ...account, limitMicros: undefined, ceilingMicros: undefined, onExceed: undefined },
            amount,
          }));
          await tx.budgets.reserve(tenant, { reservation: `rsv_${n}`, claims, expiresAtMs: Date.now() + 60_000 });
        });
      for (let n = 0; n < 60; n += 1) for (const tenant of ["default", "acme"]) await reserve(tenant, n);
      await db().query("update budget_entry set expires_at = ms_now() - interval '1 second'");
      const faults: unknown[] = [];
      const sweep = () => sweepGuards(store, (_level, _message, fields) => faults.push(fields));
      await Promise.all([sweep(), sweep(), sweep(), sweep()]);
      // Accounts that another sweep had locked were left to a later one.
      await sweep();
      for (const tenant of ["default", "acme"]) {
        const balances = await store.budgets.balances(tenant, ["a0", "a1", "a2", "shared"]);
        expect([...balances.values()]).toEqual(Array.from({ length: 4 }, () => ({ used: 0, reserved: 0 })));
        const { items } = await store.audit.list(tenant, { type: "guard.settled" }, { limit: 200 });
        const told = items.map((event) => String(event.data["reservation"]));
        expect(told.toSorted()).toEqual(Array.from({ length: 60 }, (_, n) => `rsv_${n}`).toSorted());
      }
      expect(faults).toEqual([]);
    });
  });
}

/** Sessions of two tenants were made at different instants. */
function expiryOf(row: GuardRow | undefined): object {
  return row?.state.kind === "facts" ? { expiresAtMs: expect.any(Number) as number } : {};
}
