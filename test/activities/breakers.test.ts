import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { findOpenBreaker, reportToBreakers, takeBreakers } from "../../activities/breakers.ts";
import type { BreakerLimit } from "../../src/contract/policy.ts";
import type { BreakerOutcome, BreakerState } from "../../src/core/guards/breaker.ts";
import { breakerKinds } from "../../src/core/guards/breaker-presets.ts";
import type { Db, Sql } from "../../src/store/db.ts";
import { createStore, type TransactionTables } from "../../src/store/store.ts";
import { openTestStore, type TestStore } from "../support/pglite.ts";

const TENANT = "acme";
const FAR_MS = 4_000_000_000_000;
const OPEN: BreakerState = { status: "open", failedAtMs: [1, 2, 3], openedAtMs: 3, resetAtMs: FAR_MS };
const RESTED: BreakerState = { ...OPEN, resetAtMs: 4 };

function limit(dependency: string): BreakerLimit {
  return { dependency, failures: 3, resetAfterMs: 60_000, windowMs: 300_000, ...breakerKinds("default") };
}
const LIMITS = [limit("mail"), limit("ledger")];

let store: TestStore;
beforeAll(async () => {
  store = await openTestStore();
});
beforeEach(() => store.truncateAll());
afterAll(() => store.close());

function take(token: string, limits: readonly BreakerLimit[] = LIMITS) {
  return store.transaction((tx) => takeBreakers(tx, { tenant: TENANT, limits, token, leaseMs: 30_000 }));
}

function tell(outcome: BreakerOutcome, { token = "some", beganAtMs = 0, limits = LIMITS } = {}) {
  return store.transaction((tx) => reportToBreakers(tx, { tenant: TENANT, limits, token, beganAtMs, outcome }));
}

async function find(dependency: string): Promise<BreakerState | undefined> {
  return (await store.breakers.find(TENANT, [dependency])).get(dependency);
}

/** The statements of one piece of work, by their first words. */
async function statementsOf(work: (tx: TransactionTables) => Promise<unknown>): Promise<readonly string[]> {
  const statements: string[] = [];
  await store.db.transaction(async (tx) => {
    const counting: Sql = {
      query: (text, params) => {
        statements.push(text.trim().split(/\s/, 1).join(" "));
        return tx.query(text, params);
      },
    };
    const db: Db = { ...store.db, ...counting, transaction: () => Promise.reject(new Error("Nested")) };
    await work({ ...createStore(db), notify: () => undefined });
  });
  return statements;
}

describe("findOpenBreaker()", () => {
  const look = async (nowMs: number, tenant = TENANT) =>
    findOpenBreaker(LIMITS, await store.breakers.find(tenant, ["mail", "ledger"]), nowMs);

  test("findOpenBreaker() refuses by the first dependency in the limits' order", async () => {
    await store.breakers.save(TENANT, "ledger", OPEN);
    expect(await look(1_000)).toMatchObject({ code: "circuit_open", details: { dependency: "ledger" } });
    await store.breakers.save(TENANT, "mail", { ...OPEN, resetAtMs: 2_000 });
    expect(await look(1_500)).toEqual({
      kind: "refused",
      guard: "breaker",
      code: "circuit_open",
      message: "The breaker of the dependency mail is open",
      retryable: true,
      retryAfterMs: 500,
      details: { dependency: "mail", resetAt: "1970-01-01T00:00:02.000Z", retryAfterMs: 500 },
    });
    expect(await look(FAR_MS)).toBeUndefined();
    expect(await find("mail")).toMatchObject({ status: "open" });
  });

  test("findOpenBreaker() knows nothing of another tenant's dependency of the same name", async () => {
    await store.breakers.save("globex", "mail", OPEN);
    expect(await look(1_000)).toBeUndefined();
    expect(await look(1_000, "globex")).toMatchObject({ code: "circuit_open" });
  });
});

describe("takeBreakers()", () => {
  test("takeBreakers() lets everybody through closed ones at the price of one read", async () => {
    await store.breakers.save(TENANT, "mail", { status: "closed", failedAtMs: [1] });
    const claim = { tenant: TENANT, limits: LIMITS, token: "a", leaseMs: 1 };
    expect(await statementsOf((tx) => takeBreakers(tx, claim))).toEqual(["select"]);
    expect(await take("a")).toBeUndefined();
    expect(await find("ledger")).toBeUndefined();
  });

  test("takeBreakers() takes no probe where another dependency refuses", async () => {
    await store.breakers.save(TENANT, "mail", RESTED);
    await store.breakers.save(TENANT, "ledger", OPEN);
    expect(await take("a")).toMatchObject({ code: "circuit_open", details: { dependency: "ledger" } });
    expect(await find("mail")).toEqual(RESTED);
  });

  test("takeBreakers() makes an attempt the probe of all its dependencies that rested, for as long as its lease", async () => {
    await store.breakers.save(TENANT, "mail", RESTED);
    await store.breakers.save(TENANT, "ledger", RESTED);
    expect(await take("a")).toBeUndefined();
    const probes = [(await find("mail"))?.probe, (await find("ledger"))?.probe];
    expect(probes).toMatchObject([{ token: "a" }, { token: "a" }]);
    expect(await take("b")).toMatchObject({ details: { dependency: "mail" }, retryAfterMs: expect.any(Number) });
    expect((await take("b"))?.retryAfterMs).toBeLessThanOrEqual(30_000);
    expect(await take("a")).toBeUndefined();
  });
});

describe("reportToBreakers()", () => {
  test("reportToBreakers() opens every dependency after failures in a row", async () => {
    await tell("timeout");
    await tell("overloaded");
    expect(await take("a")).toBeUndefined();
    await tell("transport");
    expect(await find("mail")).toMatchObject({ status: "open" });
    expect(await find("ledger")).toMatchObject({ status: "open" });
    expect(await take("a")).toMatchObject({ code: "circuit_open", details: { dependency: "mail" } });
  });

  test.each<BreakerOutcome>(["success", "invalid", "unknown", "none"])(
    "reportToBreakers() of %s while nothing fails costs one read and writes nothing",
    async (outcome) => {
      const news = { tenant: TENANT, limits: LIMITS, token: "a", beganAtMs: 0, outcome };
      expect(await statementsOf((tx) => reportToBreakers(tx, news))).toEqual(["select"]);
      expect(await find("mail")).toBeUndefined();
    },
  );

  test("reportToBreakers() of others while it is open costs one read and writes nothing", async () => {
    await store.breakers.save(TENANT, "mail", OPEN);
    const news = { tenant: TENANT, limits: [limit("mail")], token: "a", beganAtMs: 0, outcome: "success" } as const;
    expect(await statementsOf((tx) => reportToBreakers(tx, news))).toEqual(["select"]);
    expect(await find("mail")).toEqual(OPEN);
  });

  test("reportToBreakers() closes by the probe's success, opens by its failure, and takes it back when it says nothing", async () => {
    const probe = async (outcome: BreakerOutcome) => {
      await store.breakers.save(TENANT, "mail", RESTED);
      await take("probe", [limit("mail")]);
      await tell(outcome, { token: "probe", limits: [limit("mail")] });
      return find("mail");
    };
    expect(await probe("success")).toEqual({ status: "closed", failedAtMs: [], closedAtMs: expect.any(Number) });
    expect(await probe("timeout")).toMatchObject({ status: "open", failedAtMs: [2, 3, expect.any(Number)] });
    expect(await probe("none")).toEqual({ ...RESTED, status: "half_open" });
  });

  test("reportToBreakers() by a probe whose time is over changes nothing", async () => {
    const probed: BreakerState = { ...RESTED, status: "half_open", probe: { token: "late", untilMs: 5 } };
    await store.breakers.save(TENANT, "mail", probed);
    await tell("success", { token: "late" });
    expect(await find("mail")).toEqual(probed);
  });

  test("reportToBreakers() goes by the last of the settings that name one dependency, and tells it once", async () => {
    await tell("timeout", { limits: [limit("mail"), { ...limit("mail"), failures: 2 }] });
    expect(await find("mail")).toMatchObject({ status: "closed", failedAtMs: [expect.any(Number)] });
    await tell("timeout", { limits: [limit("mail"), { ...limit("mail"), failures: 2 }] });
    expect(await find("mail")).toMatchObject({ status: "open" });
  });
});
