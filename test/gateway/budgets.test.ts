import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { accountsAround } from "../../src/core/guards/budget-accounts.ts";
import { openTestStore, type TestStore } from "../support/pglite.ts";
import {
  type BudgetGateway,
  limitByAction,
  limitByPolicy,
  openBudgetGateway,
  placeOf,
  requestOf,
  summarize,
} from "./budget-gateway.ts";
import { codeOf, createCaller } from "./identity-gateway.ts";

const NESTED = { run: "r1", part: "search" };

let store: TestStore;
let gateway: BudgetGateway;

beforeAll(async () => {
  store = await openTestStore();
});
afterAll(() => store.close());
beforeEach(async () => {
  await store.truncateAll();
  gateway = await openBudgetGateway(store);
});

async function read(place: Parameters<typeof placeOf>[0] = {}): Promise<string[]> {
  return summarize(await gateway.readBudget(gateway.agent, placeOf(place)));
}

describe("reserveBudget()", () => {
  it("refuses a budget that has no limit anywhere, in this unit", async () => {
    await limitByPolicy(gateway, { name: "other", limit: 5, unit: "usd", estimate: 1 });
    await limitByAction(store, { name: "llm", limit: 5, unit: "tokens", estimate: 1 });
    expect(await codeOf(gateway.reserveBudget(gateway.agent, requestOf()))).toBe("invalid_request");
    expect(await codeOf(gateway.readBudget(gateway.agent, placeOf()))).toBe("not_found");
  });

  it("reserves in every account around the place, the innermost first", async () => {
    await limitByPolicy(gateway, { name: "llm", limit: 5, unit: "usd", estimate: 1 });
    const reserved = await gateway.reserveBudget(gateway.agent, requestOf({ ...NESTED, amount: 0.25, limit: 2 }));
    expect(reserved).toMatchObject({ id: expect.stringMatching(/^rsv_/), status: "reserved", amount: 0.25 });
    expect(summarize(reserved.balances)).toEqual([
      "part: 0 + 0.25 / 2",
      "run: 0 + 0.25 / -",
      "actor: 0 + 0.25 / -",
      "tenant: 0 + 0.25 / 5",
    ]);
    expect(await read({ run: "r1" })).toEqual(["run: 0 + 0.25 / -", "actor: 0 + 0.25 / -", "tenant: 0 + 0.25 / 5"]);
    expect(await read({ run: "r2" })).toEqual(["run: 0 + 0 / -", "actor: 0 + 0.25 / -", "tenant: 0 + 0.25 / 5"]);
  });

  it("keeps the lowest of policy's and actions' limits, and the caller's own can only be tighter", async () => {
    await limitByPolicy(gateway, { name: "llm", limit: 5, unit: "usd", scope: "actor", estimate: 1 });
    await limitByAction(store, { name: "llm", limit: 3, unit: "usd", scope: "actor", onExceed: "require_approval" });
    expect(await read({ limit: 100 })).toEqual(["actor: 0 + 0 / 3", "tenant: 0 + 0 / -"]);
    expect(await read({ limit: 2 })).toEqual(["actor: 0 + 0 / 2", "tenant: 0 + 0 / -"]);
    const refused = gateway.reserveBudget(gateway.agent, requestOf({ amount: 4, limit: 100 }));
    await expect(refused).rejects.toMatchObject({
      ...{ code: "budget_exceeded", retryable: false },
      details: { name: "llm", unit: "usd", scope: "actor", limit: 3, used: 0, reserved: 0, requested: 4 },
    });
  });

  it("charges the period of a declared limit besides the caller's own", async () => {
    await limitByPolicy(gateway, { name: "llm", limit: 5, unit: "usd", per: "day", estimate: 1 });
    const reserved = await gateway.reserveBudget(gateway.agent, requestOf());
    expect(summarize(reserved.balances).toSorted()).toEqual([
      ...["actor by day: 0 + 1 / -", "actor: 0 + 1 / -", "tenant by day: 0 + 1 / 5", "tenant: 0 + 1 / -"],
    ]);
    const again = requestOf({ amount: 5 });
    expect(await codeOf(gateway.reserveBudget(gateway.agent, again))).toBe("budget_exceeded");
  });

  it("asks for a run where runs are limited, and reads what there is without one", async () => {
    await limitByAction(store, { name: "llm", limit: 3, unit: "usd", scope: "run", estimate: 1 });
    expect(await codeOf(gateway.reserveBudget(gateway.agent, requestOf()))).toBe("run_required");
    await gateway.reserveBudget(gateway.agent, requestOf({ run: "r1" }));
    expect(await read({ run: "r1" })).toEqual(["run: 0 + 1 / 3", "actor: 0 + 1 / -", "tenant: 0 + 1 / -"]);
    expect(await read()).toEqual(["actor: 0 + 1 / -", "tenant: 0 + 1 / -"]);
  });

  it("reserves for whom the caller may act, and for nobody else", async () => {
    const delegate = await createCaller(gateway.identity, { subject: "bot", permissions: ["invoke", "act_as"] });
    const request = requestOf({ limit: 5, onBehalfOf: "agent" });
    const { id } = await gateway.reserveBudget(delegate, request);
    expect(await read({ limit: 5 })).toEqual(["actor: 0 + 1 / 5", "tenant: 0 + 1 / -"]);
    const other = await createCaller(gateway.identity, { subject: "other", permissions: ["invoke"] });
    expect(await codeOf(gateway.reserveBudget(other, request))).toBe("forbidden");
    const reader = await createCaller(gateway.identity, { subject: "reader", permissions: ["read"] });
    expect(await codeOf(gateway.reserveBudget(reader, requestOf({ limit: 5 })))).toBe("forbidden");
    expect(await codeOf(gateway.settleReservation(delegate, { id }, {}))).toBe("not_found");
    const settled = await gateway.settleReservation(delegate, { id, onBehalfOf: "agent" }, {});
    expect(settled.status).toBe("settled");
  });

  it("lets as many pass at once as the limit has room for", async () => {
    const ask = () => gateway.reserveBudget(gateway.agent, requestOf({ run: "r1", limit: 10 }));
    const results = await Promise.allSettled(Array.from({ length: 64 }, ask));
    expect(results.filter(({ status }) => status === "fulfilled")).toHaveLength(10);
    expect(await read({ run: "r1", limit: 10 })).toEqual([
      "run: 0 + 10 / 10",
      "actor: 0 + 10 / -",
      "tenant: 0 + 10 / -",
    ]);
  });
});

describe("reserveBudget() with an idempotency key", () => {
  const keyed = (request: Parameters<typeof requestOf>[0] = {}) =>
    requestOf({ limit: 5, idempotencyKey: "k", ...request });

  it("gives the same reservation, whatever became of it, and counts it once", async () => {
    const first = await gateway.reserveBudget(gateway.agent, keyed());
    expect(await gateway.reserveBudget(gateway.agent, keyed())).toEqual(first);
    await gateway.settleReservation(gateway.agent, first, { usd: 2 });
    const again = await gateway.reserveBudget(gateway.agent, keyed());
    expect(again).toMatchObject({ id: first.id, status: "settled", spent: 2 });
    expect(await read()).toEqual(["actor: 2 + 0 / -", "tenant: 2 + 0 / -"]);
  });

  it.each([
    { amount: 2 },
    { name: "other" },
    { unit: "tokens" },
    { run: "r1" },
    { part: "search" },
    { per: "day" },
  ] as const)("refuses another request with it: %j", async (change) => {
    await gateway.reserveBudget(gateway.agent, keyed());
    expect(await codeOf(gateway.reserveBudget(gateway.agent, keyed(change)))).toBe("idempotency_conflict");
    expect(await read()).toEqual(["actor: 0 + 1 / -", "tenant: 0 + 1 / -"]);
  });

  it("finds a reservation of a day that is over", async () => {
    const first = await gateway.reserveBudget(gateway.agent, keyed({ per: "day" }));
    // As it would have been yesterday: other accounts, in another period.
    const spender = { tenant: "default", actor: "agent", run: undefined };
    for (const { scope, key, period } of accountsAround({ ...placeOf(), period: "2020-01-01" }, spender)) {
      await store.db.query("update budget_entry e set key = $2 from budget b where b.key = e.key and b.scope = $1", [
        scope,
        key,
      ]);
      await store.db.query("update budget set period = $2, key = $3 where scope = $1", [scope, period, key]);
    }
    expect(await gateway.reserveBudget(gateway.agent, keyed({ per: "day" }))).toMatchObject({ id: first.id });
  });

  it("belongs to its actor alone", async () => {
    const other = await createCaller(gateway.identity, { subject: "other", permissions: ["invoke"] });
    const first = await gateway.reserveBudget(gateway.agent, keyed());
    expect((await gateway.reserveBudget(other, keyed({ amount: 2 }))).id).not.toBe(first.id);
  });

  it("is free again after a refusal", async () => {
    const blocking = await gateway.reserveBudget(gateway.agent, requestOf({ limit: 5, amount: 5 }));
    expect(await codeOf(gateway.reserveBudget(gateway.agent, keyed()))).toBe("budget_exceeded");
    await gateway.releaseReservation(gateway.agent, blocking);
    expect(await gateway.reserveBudget(gateway.agent, keyed())).toMatchObject({ status: "reserved" });
  });
});
