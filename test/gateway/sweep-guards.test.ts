import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import type { GatewayPorts } from "../../src/gateway/ports.ts";
import { startGuardSweep, sweepGuards } from "../../src/gateway/sweep-guards.ts";
import { recordInvocation } from "../support/decided-invocations.ts";
import { openTestStore, type TestStore } from "../support/pglite.ts";
import { recordGuards } from "../support/recorded-guards.ts";

const log = vi.fn<GatewayPorts["log"]>();
let store: TestStore;

beforeAll(async () => {
  store = await openTestStore();
});
afterAll(() => store.close());
beforeEach(async () => {
  await store.truncateAll();
  log.mockClear();
});

const ACCOUNT = { key: "k", name: "monthly", unit: "usd", scope: "tenant", period: "", label: "monthly" } as const;
const CLAIM = { account: { ...ACCOUNT, limitMicros: 9, ceilingMicros: 9, onExceed: undefined }, amount: 3 };

async function reserve(tenant: string, reservation: string): Promise<void> {
  await store.transaction(async (tx) => {
    await tx.budgets.lock(tenant, [ACCOUNT]);
    await tx.budgets.reserve(tenant, { reservation, claims: [CLAIM], expiresAtMs: Date.now() + 60_000 });
  });
}

/** What lies so far back that it should have been settled; of one reservation, or of all. */
async function growOld(reservation?: string): Promise<void> {
  const text =
    "update budget_entry set expires_at = ms_now() - interval '1 second' where $1::text is null or reservation = $1";
  await store.db.query(text, [reservation ?? null]);
}

async function reservedOf(tenant: string): Promise<number | undefined> {
  return (await store.budgets.balances(tenant, ["k"])).get("k")?.reserved;
}

async function settledOf(tenant: string) {
  return (await store.audit.list(tenant, { type: "guard.settled" }, { limit: 50 })).items;
}

async function count(table: string): Promise<number> {
  return (await store.db.query<{ n: number }>(`select count(*) as n from ${table}`))[0]?.n ?? 0;
}

describe("sweepGuards()", () => {
  it("reclaims what is overdue, of every tenant, and records each reservation once", async () => {
    for (const [tenant, id] of [
      ["default", "rsv_1"],
      ["acme", "rsv_2"],
      ["acme", "rsv_3"],
    ] as const)
      await reserve(tenant, id);
    for (const id of ["rsv_1", "rsv_2"]) await growOld(id);
    await sweepGuards(store, log);
    expect([await reservedOf("default"), await reservedOf("acme")]).toEqual([0, 3]);
    const data = (reservation: string) => ({ guard: "budget", reservation, outcome: "reclaimed" });
    expect(await settledOf("default")).toMatchObject([{ data: data("rsv_1") }]);
    expect(await settledOf("acme")).toMatchObject([{ data: data("rsv_2") }]);
    expect(log).not.toHaveBeenCalled();
  });

  it("tells of a call's reservation as an event of the call", async () => {
    const id = await recordInvocation(store.db, {});
    await reserve("default", `${id}:2`);
    await growOld();
    await sweepGuards(store, log);
    expect(await store.audit.listOfInvocation("default", id)).toMatchObject([
      { type: "guard.settled", actor: "ada", action: "test.echo", data: { reservation: `${id}:2` } },
    ]);
  });

  it("reclaims once when two sweep at once", async () => {
    for (let n = 0; n < 20; n += 1) await reserve("default", `rsv_${n}`);
    await growOld();
    await Promise.all([sweepGuards(store, log), sweepGuards(store, log)]);
    expect(await reservedOf("default")).toBe(0);
    const told = (await settledOf("default")).map((event) => event.data["reservation"]);
    expect(told).toHaveLength(20);
    expect(new Set(told).size).toBe(20);
    expect(await store.audit.verify("default")).toMatchObject({ ok: true });
  });

  it("deletes hits, counters and facts whose time is over, and leaves the rest", async () => {
    await recordGuards(store.db, { tenant: "default" });
    await store.db.query(
      `insert into attempt_counter select 'default', 'ann', 'old', 'notes.write', 1, ms_now() - interval '1 year'`,
    );
    await store.db.query(`update rate_counter set last_at = last_at - interval '10 minutes'`);
    expect([await count("rate_hit"), await count("attempt_counter"), await count("fact")]).toEqual([3, 2, 3]);
    await sweepGuards(store, log);
    expect([await count("rate_hit"), await count("attempt_counter"), await count("fact")]).toEqual([0, 1, 2]);
  });

  it("goes on with the next kind when one fails, and says so", async () => {
    await reserve("default", "rsv_1");
    await growOld();
    const error = new Error("No such table");
    const rates = { ...store.rates, expire: () => Promise.reject(error) };
    await sweepGuards({ ...store, rates }, log);
    expect(await reservedOf("default")).toBe(0);
    expect(log.mock.calls).toEqual([["warn", "A sweep of the guards failed and is tried again", { error }]]);
  });

  it("ends after a bounded number of statements, and at once when it is told", async () => {
    const expire = vi.fn<(rows: number) => Promise<number>>(async (rows) => rows);
    const none = { ...store.facts, expire: async () => 0 };
    await sweepGuards({ ...store, rates: { ...store.rates, expire }, facts: none }, log);
    expect(expire).toHaveBeenCalledTimes(100);
    await sweepGuards({ ...store, rates: { ...store.rates, expire } }, log, { signal: AbortSignal.abort() });
    expect(expire).toHaveBeenCalledTimes(100);
  });
});

describe("startGuardSweep()", () => {
  it("sweeps every minute until it is stopped, and waits for a sweep that is under way", async () => {
    vi.useFakeTimers();
    try {
      const expire = vi.fn<() => Promise<number>>(async () => 0);
      const idle = { ...store.facts, expire };
      const sweep = startGuardSweep(
        {
          rates: { ...store.rates, expire },
          attempts: { expire, count: store.attempts.count },
          facts: idle,
          transaction: async () => 0 as never,
        },
        log,
      );
      await vi.advanceTimersByTimeAsync(59_000);
      expect(expire).not.toHaveBeenCalled();
      await vi.advanceTimersByTimeAsync(61_000);
      expect(expire).toHaveBeenCalledTimes(6);
      await sweep.stop();
      await vi.advanceTimersByTimeAsync(600_000);
      expect(expire).toHaveBeenCalledTimes(6);
    } finally {
      vi.useRealTimers();
    }
  });
});
