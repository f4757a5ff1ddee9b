import { beforeEach, describe, expect, test } from "vitest";
import { createRateTable } from "../../src/store/rates.ts";
import type { Db } from "../../src/store/db.ts";
import { createStore } from "../../src/store/store.ts";
import { callOnce, lockOnly, passMs, rateCounter, STALE_STEP_MS, TENANT } from "../support/rate-calls.ts";
import { describeRateModel } from "./rates-model.ts";

const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;
const ROOMY = [{ limit: 1_000, perMs: MINUTE_MS, scope: ["tenant"] }];
const TWO_WINDOWS = [
  { limit: 2, perMs: MINUTE_MS, scope: ["tenant"] },
  { limit: 3, perMs: HOUR_MS, scope: ["tenant"] },
];

/** What counting rates must do, whatever database is underneath. */
export function describeRates(db: () => Db): void {
  describe("createRateTable()", () => {
    beforeEach(() => db().transaction((tx) => tx.runScript("truncate rate_counter, rate_hit")));
    describeWindows(db);
    describeConcurrency(db);
    describePruning(db);
    describeExpiry(db);
    describeRateModel(db);
  });
}

function describeWindows(db: () => Db): void {
  test("lock() of a counter that nobody charged finds its windows empty", async () => {
    const { windows } = await lockOnly(db(), rateCounter({ limits: TWO_WINDOWS }));
    expect(windows).toEqual([
      { key: "k1", perMs: MINUTE_MS, limit: 2, used: 0 },
      { key: "k1", perMs: HOUR_MS, limit: 3, used: 0 },
    ]);
  });

  test("lock() of nothing tells the time and makes no row", async () => {
    const { nowMs, windows } = await lockOnly(db());
    expect(windows).toEqual([]);
    expect(Math.abs(nowMs - Date.now())).toBeLessThan(MINUTE_MS);
    expect(await db().query("select * from rate_counter")).toEqual([]);
  });

  test("charge() counts a call once in each window of its counter", async () => {
    const counter = rateCounter({ limits: TWO_WINDOWS });
    for (let call = 0; call < 2; call += 1) expect((await callOnce(db(), counter)).refusal).toBeUndefined();
    expect((await callOnce(db(), counter)).refusal?.details).toMatchObject({ limit: 2, used: 2 });
    await passMs(db(), MINUTE_MS);
    expect((await callOnce(db(), counter)).refusal).toBeUndefined();
    await passMs(db(), MINUTE_MS);
    expect((await callOnce(db(), counter)).refusal?.details).toMatchObject({ limit: 3, used: 3, perMs: HOUR_MS });
  });

  test("lock() counts a hit for one millisecond less than the window is long", async () => {
    // Ahead of any real clock the counter's own time stands still.
    const atMs = Date.UTC(2100, 0, 1);
    const setClock = (nowMs: number) => db().query("update rate_counter set last_at = $1", [new Date(nowMs)]);
    await lockOnly(db(), rateCounter());
    await setClock(atMs);
    await callOnce(db(), rateCounter());
    await setClock(atMs + MINUTE_MS - 1);
    expect((await lockOnly(db(), rateCounter())).windows).toMatchObject([{ used: 1 }]);
    await setClock(atMs + MINUTE_MS);
    expect((await lockOnly(db(), rateCounter())).windows).toMatchObject([{ used: 0 }]);
  });

  test("charge() of nothing leaves no hit, and of a counter without a row rejects", async () => {
    await callOnce(db(), rateCounter({ cost: 0 }));
    expect(await db().query("select * from rate_hit")).toEqual([]);
    const unlocked = rateCounter({ key: "never locked" });
    await expect(createRateTable(db()).charge(TENANT, [unlocked], 0)).rejects.toThrow("not locked");
    await createRateTable(db()).charge(TENANT, [], 0);
  });

  test("lock() lets no time run back when the clock stands before the last charge", async () => {
    await callOnce(db(), rateCounter());
    await passMs(db(), -HOUR_MS);
    const [ahead, both] = [rateCounter(), rateCounter({ key: "k2" })];
    const { nowMs, windows } = await callOnce(db(), ahead, both);
    expect(nowMs - Date.now()).toBeGreaterThan(HOUR_MS / 2);
    expect(windows.map(({ used }) => used)).toEqual([1, 0]);
    expect(await db().query("select distinct at from rate_hit")).toEqual([{ at: nowMs }]);
  });

  test("lock() keeps tenants apart and tells the windows of each counter, whatever the order given", async () => {
    await callOnce(db(), rateCounter({ key: "k2", cost: 4 }));
    const counters = [rateCounter({ key: "k2" }), rateCounter({ key: "k1" })];
    const { windows } = await lockOnly(db(), ...counters);
    expect(windows.map(({ key, used }) => [key, used])).toEqual([
      ["k1", 0],
      ["k2", 4],
    ]);
    const other = await createStore(db()).transaction((tx) => tx.rates.lock("globex", counters));
    expect(other.windows.map(({ used }) => used)).toEqual([0, 0]);
  });

  test("lock() remembers the first words for a counter, and the longest time that its hits matter", async () => {
    await callOnce(db(), rateCounter({ label: "first" }));
    await callOnce(db(), rateCounter({ label: "second", limits: TWO_WINDOWS }));
    await callOnce(db(), rateCounter());
    expect(await db().query("select label, kept_ms, total from rate_counter")).toEqual([
      { label: "first", kept_ms: HOUR_MS, total: 3 },
    ]);
  });

  test("read() tells each window in the order asked, and when one that is full has room for one call", async () => {
    const { nowMs } = await callOnce(db(), rateCounter({ cost: 2 }));
    const full = { key: "k1", perMs: HOUR_MS, limit: 2 };
    const roomy = { key: "k1", perMs: MINUTE_MS, limit: 3 };
    const unknown = { key: "k9", perMs: MINUTE_MS, limit: 1 };
    expect(await createRateTable(db()).read(TENANT, [unknown, full, roomy])).toEqual([
      { ...unknown, used: 0 },
      { ...full, used: 2, freeAtMs: nowMs + HOUR_MS },
      { ...roomy, used: 2 },
    ]);
    expect(await createRateTable(db()).read(TENANT, [])).toEqual([]);
  });
}

function describeConcurrency(db: () => Db): void {
  test("lock() by 64 transactions at once lets exactly 10 of 10 pass, also while hits expire", async () => {
    await Promise.all(Array.from({ length: 10 }, () => callOnce(db(), rateCounter())));
    await passMs(db(), HOUR_MS + STALE_STEP_MS);
    const calls = Array.from({ length: 64 }, async (_, index) => {
      if (index % 8 === 0) await createRateTable(db()).expire(3);
      return callOnce(db(), rateCounter());
    });
    const refusals = (await Promise.all(calls)).flatMap(({ refusal }) => (refusal === undefined ? [] : [refusal]));
    expect(refusals).toHaveLength(54);
    for (const refusal of refusals) expect(refusal).toMatchObject({ code: "rate_limited", details: { used: 10 } });
    expect((await lockOnly(db(), rateCounter())).windows).toMatchObject([{ used: 10 }]);
  });

  test("lock() by many transactions over the same counters in any order charges all of each", async () => {
    const limits = [{ limit: 1_000, perMs: MINUTE_MS, scope: ["tenant"] }];
    const [a, b, c] = ["a", "b", "c"].map((key) => rateCounter({ key, limits }));
    if (a === undefined || b === undefined || c === undefined) throw new Error("Three counters were made");
    const orders = [[a, b, c], [c, b, a], [b, a], [c, a], [b]];
    await Promise.all(Array.from({ length: 40 }, (_, index) => callOnce(db(), ...(orders[index % 5] ?? []))));
    const { windows } = await lockOnly(db(), a, b, c);
    expect(windows.map(({ used }) => used)).toEqual([32, 32, 24]);
  });
}

function describePruning(db: () => Db): void {
  const hitCount = async () => (await db().query("select * from rate_hit")).length;
  const usedNow = async () => (await lockOnly(db(), rateCounter({ limits: ROOMY }))).windows[0]?.used;
  const callTimes = async (times: number) => {
    for (let call = 0; call < times; call += 1) await callOnce(db(), rateCounter({ limits: ROOMY }));
  };
  /** As so many charges would, before any of them was old. */
  const insertHits = async (hits: number) => {
    await lockOnly(db(), rateCounter({ limits: ROOMY }));
    await db().query("update rate_counter set total = $1", [hits]);
    await db().query(
      `insert into rate_hit select tenant, key, n, 1, last_at from rate_counter cross join generate_series(1, $1::int) n`,
      [hits],
    );
  };

  test("charge() prunes 48 of the oldest hits that no window reaches, at every sixteenth, and none that one does", async () => {
    await insertHits(60);
    await passMs(db(), MINUTE_MS);
    await callTimes(3);
    expect(await hitCount()).toBe(63);
    await callTimes(1);
    expect(await hitCount()).toBe(16);
    await callTimes(15);
    expect(await hitCount()).toBe(31);
    await callTimes(1);
    expect(await hitCount()).toBe(20);
    expect(await usedNow()).toBe(20);
  });

  test("charge() prunes by a sum that passes sixteen in one step, too", async () => {
    await insertHits(5);
    await passMs(db(), MINUTE_MS);
    await callOnce(db(), rateCounter({ cost: 40, limits: ROOMY }));
    expect(await db().query("select cost from rate_hit")).toEqual([{ cost: 40 }]);
  });

  test("charge() prunes on after a reset began totals anew", async () => {
    await insertHits(31);
    await passMs(db(), MINUTE_MS);
    await callTimes(1);
    await db().query("delete from rate_hit");
    await db().query("update rate_counter set total = 0");
    await callTimes(15);
    expect(await usedNow()).toBe(15);
    await passMs(db(), MINUTE_MS);
    await callTimes(1);
    expect(await hitCount()).toBe(1);
  });

  test("charge() prunes each counter by its own windows, of its own tenant", async () => {
    const limits = TWO_WINDOWS.map((limit) => ({ ...limit, limit: 100 }));
    const calls = [rateCounter({ cost: 16, limits: ROOMY }), rateCounter({ key: "k2", cost: 16, limits })];
    const charge = (tenant: string) =>
      createStore(db()).transaction(async (tx) => {
        const { nowMs } = await tx.rates.lock(tenant, calls);
        await tx.rates.charge(tenant, calls, nowMs);
      });
    for (const tenant of [TENANT, "globex"]) await charge(tenant);
    await passMs(db(), MINUTE_MS);
    await charge(TENANT);
    const rows = await db().query("select tenant, key, count(*) as n from rate_hit group by 1, 2 order by 1, 2");
    expect(rows.map((row) => [row["tenant"], row["key"], row["n"]])).toEqual([
      [TENANT, "k1", 1],
      [TENANT, "k2", 2],
      ["globex", "k1", 1],
      ["globex", "k2", 1],
    ]);
  });
}

function describeExpiry(db: () => Db): void {
  const expire = (maxRows: number) => createRateTable(db()).expire(maxRows);
  const hitCount = async () => (await db().query("select * from rate_hit")).length;

  test("expire() deletes hits that no window reaches, so many at a time, then the counter that nobody touched", async () => {
    for (let call = 0; call < 5; call += 1) await callOnce(db(), rateCounter());
    expect(await expire(10)).toBe(0);
    await passMs(db(), MINUTE_MS - 1_000);
    expect(await expire(10)).toBe(0);
    await passMs(db(), STALE_STEP_MS + 1_000);
    expect(await expire(3)).toBe(3);
    expect(await hitCount()).toBe(2);
    expect(await expire(2)).toBe(2);
    expect(await hitCount()).toBe(0);
    expect(await expire(10)).toBe(1);
    expect(await db().query("select * from rate_counter")).toEqual([]);
    expect((await callOnce(db(), rateCounter())).windows).toMatchObject([{ used: 0 }]);
  });

  test("expire() keeps hits of a counter as long as its longest window is, of whatever tenant", async () => {
    await callOnce(db(), rateCounter({ limits: TWO_WINDOWS }));
    await createStore(db()).transaction(async (tx) => {
      const { nowMs } = await tx.rates.lock("globex", [rateCounter()]);
      await tx.rates.charge("globex", [rateCounter()], nowMs);
    });
    await passMs(db(), HOUR_MS / 2);
    expect(await expire(10)).toBe(2);
    expect(await db().query("select tenant from rate_hit")).toEqual([{ tenant: TENANT }]);
    expect(await db().query("select tenant from rate_counter")).toEqual([{ tenant: TENANT }]);
  });

  test("expire() finds what is due behind counters whose hits still matter", async () => {
    await callOnce(db(), rateCounter({ key: "k2" }));
    await passMs(db(), MINUTE_MS + STALE_STEP_MS);
    for (const key of ["k1", "k3"]) await callOnce(db(), rateCounter({ key }));
    expect(await expire(1)).toBe(1);
    expect(await db().query("select key from rate_hit order by key")).toEqual([{ key: "k1" }, { key: "k3" }]);
    expect(await expire(1)).toBe(1);
    expect(await db().query("select key from rate_counter order by key")).toEqual([{ key: "k1" }, { key: "k3" }]);
  });

  test("expire() takes several counters at once, each with all of its hits, and leaves nothing of them", async () => {
    for (const key of ["k1", "k2", "k3"]) {
      for (let call = 0; call < 4; call += 1) await callOnce(db(), rateCounter({ key }));
    }
    await passMs(db(), MINUTE_MS + STALE_STEP_MS);
    const gone: number[] = [];
    while (gone.at(-1) !== 0) gone.push(await expire(5));
    expect(gone).toEqual([5, 5, 5, 0]);
    expect([await hitCount(), await db().query("select * from rate_counter")]).toEqual([0, []]);
  });

  test("expire() leaves hits of a counter that is charged, however old", async () => {
    for (let call = 0; call < 5; call += 1) await callOnce(db(), rateCounter());
    await passMs(db(), HOUR_MS);
    await callOnce(db(), rateCounter());
    expect(await expire(10)).toBe(0);
    expect(await hitCount()).toBe(6);
  });

  test("expire() keeps a counter that was made but not charged as long as its window is", async () => {
    await lockOnly(db(), rateCounter());
    expect(await expire(10)).toBe(0);
    await passMs(db(), MINUTE_MS + STALE_STEP_MS);
    expect(await expire(0)).toBe(0);
    expect(await expire(10)).toBe(1);
  });
}
