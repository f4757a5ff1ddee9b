import fc from "fast-check";
import { expect, test } from "vitest";
import type { RateCounter } from "../../src/core/guards/rate-counters.ts";
import type { Db } from "../../src/store/db.ts";
import { createRateTable } from "../../src/store/rates.ts";
import { callOnce, lockOnly, passMs, rateCounter, STALE_STEP_MS } from "../support/rate-calls.ts";

/** One charge, as a list of them would remember it. */
interface Hit {
  readonly atMs: number;
  readonly cost: number;
}

type Limit = RateCounter["limits"][number];

/** Later than any real clock: a counter's time can't lie before its last charge, so this one stands still. */
const START_MS = Date.UTC(2100, 0, 1);
const MINUTE_MS = 60_000;

/** What is in a window, by looking at every hit. */
function sumWithin(hits: readonly Hit[], perMs: number, nowMs: number): number {
  return hits.reduce((sum, { atMs, cost }) => (atMs > nowMs - perMs ? sum + cost : sum), 0);
}

/** Whether the last hit takes the sum of all across a multiple of 16, at which the store prunes. */
function isPruned(hits: readonly Hit[]): boolean {
  const sixteens = (summed: readonly Hit[]) => Math.floor(sumWithin(summed, Infinity, 0) / 16);
  return sixteens(hits) > sixteens(hits.slice(0, -1));
}

/** When a call fits into a window that it doesn't fit into now, by trying every instant at which a hit leaves. */
function firstFit(hits: readonly Hit[], limit: Limit, { cost, nowMs }: { cost: number; nowMs: number }) {
  const fits = (atMs: number) => sumWithin(hits, limit.perMs, atMs) + cost <= limit.limit;
  if (fits(nowMs)) return undefined;
  return hits.map(({ atMs }) => atMs + limit.perMs).find((leavesAtMs) => leavesAtMs > nowMs && fits(leavesAtMs));
}

const LIMITS = fc.uniqueArray(
  fc.record({ limit: fc.integer({ min: 1, max: 12 }), perMs: fc.integer({ min: 1, max: 40 }) }),
  { minLength: 1, maxLength: 3, selector: ({ perMs }) => perMs },
);

const CALLS = fc.array(fc.record({ afterMs: fc.integer({ min: 0, max: 12 }), cost: fc.integer({ min: 0, max: 5 }) }), {
  maxLength: 30,
});

const AGES = fc.array(fc.record({ minutes: fc.integer({ min: 0, max: 12 }), cost: fc.integer({ min: 1, max: 5 }) }), {
  maxLength: 12,
});

/** Compares the store with a list of all hits that is searched each time. */
export function describeRateModel(db: () => Db): void {
  const empty = () => db().transaction((tx) => tx.runScript("truncate rate_counter, rate_hit"));
  const setClock = (nowMs: number) => db().query("update rate_counter set last_at = $1", [new Date(nowMs)]);

  test("lock(), judgeRates() and charge() agree with a list of all hits, however it prunes", async () => {
    const run = async (
      limits: readonly Omit<Limit, "scope">[],
      calls: readonly { afterMs: number; cost: number }[],
    ) => {
      const scoped = limits.map((limit) => ({ ...limit, scope: ["tenant"] }));
      await lockOnly(db(), rateCounter({ limits: scoped }));
      const keptMs = Math.max(...limits.map(({ perMs }) => perMs));
      const hits: Hit[] = [];
      let kept: Hit[] = [];
      let nowMs = START_MS;
      for (const { afterMs, cost } of calls) {
        nowMs += afterMs;
        await setClock(nowMs);
        const seen = scoped.map((limit) => {
          const freeAtMs = firstFit(hits, limit, { cost, nowMs });
          const used = sumWithin(hits, limit.perMs, nowMs);
          const window = { key: "k1", perMs: limit.perMs, limit: limit.limit, used };
          return freeAtMs === undefined ? window : { ...window, freeAtMs };
        });
        const call = await callOnce(db(), rateCounter({ limits: scoped, cost }));
        expect([call.nowMs, call.windows]).toEqual([nowMs, seen]);
        const fits = seen.every(({ used, limit }) => used + cost <= limit);
        expect(call.refusal === undefined).toBe(fits);
        if (!fits || cost === 0) continue;
        hits.push({ atMs: nowMs, cost });
        kept.push({ atMs: nowMs, cost });
        if (isPruned(hits)) kept = kept.filter(({ atMs }) => atMs > nowMs - keptMs);
      }
      expect(await db().query(`select at as "atMs", cost from rate_hit order by total`)).toEqual(kept);
    };
    const property = fc.asyncProperty(LIMITS, CALLS, run).beforeEach(empty);
    await fc.assert(property, { numRuns: 30 });
  });

  test("expire() changes no answer, however old hits are and however few rows go at a time", async () => {
    const limits = [2, 5, 9].map((minutes) => ({ limit: 20, perMs: minutes * MINUTE_MS, scope: ["tenant"] }));
    const run = async (ages: readonly { minutes: number; cost: number }[], maxRows: number, idleMinutes: number) => {
      for (const { minutes, cost } of ages) {
        const counter = rateCounter({ cost, limits: limits.map((limit) => ({ ...limit, limit: 1_000 })) });
        await callOnce(db(), counter);
        // Half a minute aside, so that the time this test takes moves nothing across an edge.
        await passMs(db(), (minutes + 0.5) * MINUTE_MS);
      }
      await passMs(db(), idleMinutes * MINUTE_MS);
      const asked = rateCounter({ cost: 10, limits });
      const before = await lockOnly(db(), asked);
      await createRateTable(db()).expire(maxRows);
      expect((await lockOnly(db(), asked)).windows).toEqual(before.windows);
      while ((await createRateTable(db()).expire(maxRows)) > 0);
      expect((await lockOnly(db(), asked)).windows).toEqual(before.windows);
      const idleMs = (idleMinutes + (ages.at(-1)?.minutes ?? 0) + 0.5) * MINUTE_MS;
      if (idleMs >= 9 * MINUTE_MS + STALE_STEP_MS) expect(await db().query("select * from rate_hit")).toEqual([]);
    };
    const maxRows = fc.integer({ min: 1, max: 8 });
    const idleMinutes = fc.integer({ min: 0, max: 20 });
    const property = fc.asyncProperty(AGES, maxRows, idleMinutes, run).beforeEach(empty);
    await fc.assert(property, { numRuns: 12 });
  });
}
