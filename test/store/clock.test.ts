import { afterAll, afterEach, beforeAll, expect, test, vi } from "vitest";
import type { RateCounter } from "../../src/core/guards/rate-counters.ts";
import { openTestStore, type TestStore } from "../support/pglite.ts";

const HOUR_MS = 3_600_000;
const realNow = Date.now.bind(Date);

let store: TestStore;
beforeAll(async () => {
  store = await openTestStore();
});
afterEach(() => vi.restoreAllMocks());
afterAll(() => store.close());

/** Sets the host's clock, which is the embedded database's, off by so much. */
function stepClock(offMs: number): void {
  vi.spyOn(Date, "now").mockImplementation(() => realNow() + offMs);
}

async function databaseNow(): Promise<number> {
  return (await store.db.query<{ now: number }>("select ms_now() as now"))[0]?.now ?? Number.NaN;
}

test("ms_now() never runs backwards while the database is open, however the host's clock is set", async () => {
  const before = await databaseNow();
  stepClock(HOUR_MS);
  const ahead = await databaseNow();
  stepClock(-HOUR_MS);
  const behind = await databaseNow();
  expect(ahead - before).toBeGreaterThanOrEqual(HOUR_MS);
  expect(behind).toBeGreaterThanOrEqual(ahead);
});

test("rates.lock() frees no window when the host's clock is set back", async () => {
  const limits = [{ limit: 1, perMs: 60_000, scope: ["tenant"] }];
  const counters: RateCounter[] = [{ key: "k", action: "test.echo", label: "{}", cost: 1, limits }];
  const used = () =>
    store.transaction(async (tx) => {
      const { windows, nowMs } = await tx.rates.lock("default", counters);
      if (windows[0]?.used === 0) await tx.rates.charge("default", counters, nowMs);
      return windows[0]?.used;
    });
  expect(await used()).toBe(0);
  stepClock(-HOUR_MS);
  expect(await used()).toBe(1);
});
