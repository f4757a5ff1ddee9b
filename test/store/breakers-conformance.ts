import { beforeEach, describe, expect, test } from "vitest";
import { reportToBreakers, takeBreakers } from "../../activities/breakers.ts";
import type { BreakerLimit } from "../../src/contract/policy.ts";
import { type BreakerState, CLOSED_BREAKER } from "../../src/core/guards/breaker.ts";
import { breakerKinds } from "../../src/core/guards/breaker-presets.ts";
import type { Db } from "../../src/store/db.ts";
import { createStore } from "../../src/store/store.ts";

const TENANT = "acme";
const OPEN: BreakerState = { status: "open", failedAtMs: [1, 2, 3], openedAtMs: 3, resetAtMs: 4 };

function limit(dependency: string, settings: Partial<BreakerLimit> = {}): BreakerLimit {
  return { dependency, failures: 3, resetAfterMs: 60_000, windowMs: 300_000, ...breakerKinds("default"), ...settings };
}

/** What the breakers' table must do, whatever database is underneath. */
export function describeBreakers(db: () => Db): void {
  describe("createBreakerTable()", () => {
    beforeEach(() => db().transaction((tx) => tx.runScript("truncate breaker")));

    const store = () => createStore(db());
    const find = async (...dependencies: string[]) =>
      Object.fromEntries(await store().breakers.find(TENANT, dependencies));
    const statesOf = async () =>
      db().query("select tenant, dependency, state, document from breaker order by tenant, dependency");

    test("find() gives what was saved and leaves out what was not", async () => {
      await store().breakers.save(TENANT, "ledger", OPEN);
      await store().breakers.save("globex", "mail", OPEN);
      expect(await find("ledger", "mail")).toEqual({ ledger: OPEN });
      expect(await find()).toEqual({});
      expect(await statesOf()).toEqual([
        { tenant: TENANT, dependency: "ledger", state: "open", document: expect.stringContaining('"openedAtMs":3') },
        { tenant: "globex", dependency: "mail", state: "open", document: expect.any(String) },
      ]);
    });

    test("save() writes over what was there", async () => {
      await store().breakers.save(TENANT, "ledger", OPEN);
      await store().breakers.save(TENANT, "ledger", { ...CLOSED_BREAKER, closedAtMs: 9 });
      expect(await find("ledger")).toEqual({ ledger: { status: "closed", failedAtMs: [], closedAtMs: 9 } });
      expect(await statesOf()).toMatchObject([{ state: "closed" }]);
    });

    test("lock() gives every breaker asked for, those that were never seen as closed, and the time", async () => {
      await store().breakers.save(TENANT, "ledger", OPEN);
      const locked = await store().transaction((tx) => tx.breakers.lock(TENANT, ["mail", "ledger"]));
      expect(Object.fromEntries(locked.states)).toEqual({ ledger: OPEN, mail: CLOSED_BREAKER });
      const [row] = await db().query<{ now: number }>("select ms_now() as now");
      expect(Math.abs((row?.now ?? 0) - locked.nowMs)).toBeLessThan(5_000);
    });

    test("lock() by many transactions at once loses no failure, in whatever order they name the dependencies", async () => {
      const patient = [limit("mail", { failures: 1_000 }), limit("Ledger", { failures: 1_000 })];
      const fail = (index: number) =>
        store().transaction((tx) =>
          reportToBreakers(tx, {
            tenant: TENANT,
            limits: index % 2 === 0 ? patient : patient.toReversed(),
            token: `attempt-${index}`,
            beganAtMs: 0,
            outcome: "timeout",
          }),
        );
      await Promise.all(Array.from({ length: 40 }, (_, index) => fail(index)));
      const states = await find("mail", "Ledger");
      expect(states["mail"]?.failedAtMs).toHaveLength(40);
      expect(states["Ledger"]?.failedAtMs).toHaveLength(40);
    });

    test("takeBreakers() by 64 attempts at once lets exactly one probe, time after time", async () => {
      const limits = [limit("ledger", { resetAfterMs: 1 })];
      for (const round of [1, 2, 3]) {
        await store().breakers.save(TENANT, "ledger", OPEN);
        const takes = Array.from({ length: 64 }, (_, index) => {
          const token = `attempt-${round}-${index}`;
          const claim = { tenant: TENANT, limits, token, leaseMs: 60_000 };
          return store().transaction(async (tx) => ((await takeBreakers(tx, claim)) === undefined ? [token] : []));
        });
        const probes = (await Promise.all(takes)).flat();
        expect(probes).toHaveLength(1);
        expect(await find("ledger")).toMatchObject({ ledger: { status: "half_open", probe: { token: probes[0] } } });
      }
    });
  });
}
