import fc from "fast-check";
import { expect, test } from "vitest";
import type { RateCounter } from "../../src/core/guards/rate-counters.ts";
import type { Db } from "../../src/store/db.ts";
import { createRateTable } from "../../src/store/rates.ts";
import { callOnce, lockOnly, passMs, rateCounter } from "../support/rate-calls.ts";

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

  test("lock(), judgeRates() and charge() agree with a list of all hits, in any order of calls and times", async () => {
    const run = async (
      limits: readonly Omit<Limit, "scope">[],
      calls: readonly { afterMs: number; cost: number }[],
    ) => {
      const scoped = limits.map((limit) => ({ ...limit, scope: ["tenant"] }));
      await lockOnly(db(), rateCounter({ limits: scoped }));
      const hits: Hit[] = [];
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
        if (fits && cost > 0) hits.push({ atMs: nowMs, cost });
      }
    };
    const property = fc.asyncProperty(LIMITS, CALLS, run).beforeEach(empty);
    await fc.assert(property, { numRuns: 30 });
  });

  test("expire() changes no answer, however old hits are and however few rows go at a time", async () => {
    const limits = [2, 5, 9].map((minutes) => ({ limit: 20, perMs: minutes * MINUTE_MS, scope: ["tenant"] }));
    const run = async (ages: readonly { minutes: number; cost: number }[], maxRows: number) => {
      for (const { minutes, cost } of ages) {
        const counter = rateCounter({ cost, limits: limits.map((limit) => ({ ...limit, limit: 1_000 })) });
        await callOnce(db(), counter);
        // Half a minute aside, so that the time this test takes moves nothing across an edge.
        await passMs(db(), (minutes + 0.5) * MINUTE_MS);
      }
      const asked = rateCounter({ cost: 10, limits });
      const before = await lockOnly(db(), asked);
      await createRateTable(db()).expire(maxRows);
      expect((await lockOnly(db(), asked)).windows).toEqual(before.windows);
      while ((await createRateTable(db()).expire(maxRows)) > 0);
      expect((await lockOnly(db(), asked)).windows).toEqual(before.windows);
      const [row] = await db().query<{ n: number }>("select coalesce(sum(cost), 0)::bigint as n from rate_hit");
      expect(row?.n).toBe(before.windows[2]?.used);
    };
    const maxRows = fc.integer({ min: 1, max: 8 });
    const property = fc.asyncProperty(AGES, maxRows, run).beforeEach(empty);
    await fc.assert(property, { numRuns: 12 });
  });
}
