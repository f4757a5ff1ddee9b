import { afterAll, beforeAll, beforeEach, describe, expect, it, test } from "vitest";
import { createMetrics } from "../../src/adapters/metrics.ts";
import type { ReportedCost } from "../../src/contract/guards.ts";
import type { GatewayPorts } from "../../src/gateway/ports.ts";
import { openTestStore, type TestStore } from "../support/pglite.ts";
import { type BudgetGateway, openBudgetGateway, placeOf, requestOf, summarize } from "./budget-gateway.ts";
import { codeOf, createCaller } from "./identity-gateway.ts";

/** A dollar for each input token of the model `m`, and no price for any other. */
const TARIFF: NonNullable<GatewayPorts["tariff"]> = {
  version: "1",
  priceUsage: ({ model, input }) => (model === "m" ? input * 1_000_000 : undefined),
  priceTool: () => undefined,
};

let store: TestStore;
let gateway: BudgetGateway;

beforeAll(async () => {
  store = await openTestStore();
});
afterAll(() => store.close());
beforeEach(async () => {
  await store.truncateAll();
  gateway = await openBudgetGateway(store, { tariff: TARIFF });
});

const reserve = (request: Parameters<typeof requestOf>[0] = {}) =>
  gateway.reserveBudget(gateway.agent, requestOf({ limit: 10, ...request }));

async function readActor(unit: "usd" | "tokens" | "units" = "usd"): Promise<string | undefined> {
  return summarize(await gateway.readBudget(gateway.agent, placeOf({ unit })))[0];
}

/** Lets the time of every reservation be over. */
async function expireAll(): Promise<void> {
  await store.db.query("update budget_entry set expires_at = ms_now() - interval '1 second'");
}

const usage = (model: string) => [{ provider: "p", model, input: 3, output: 4 }];

describe("settleReservation()", () => {
  it.each<[unit: "usd" | "tokens" | "units", cost: ReportedCost, spent: number]>([
    ["usd", { usd: 0.25 }, 0.25],
    ["usd", { usd: 0.1, usage: usage("m") }, 3.1],
    ["usd", { usd: 0.000_000_4 }, 0],
    ["usd", { usd: 50 }, 50],
    ["usd", {}, 1],
    ["usd", { tokens: 9, units: 9 }, 1],
    ["tokens", { tokens: 2, usage: usage("unknown") }, 9],
    ["tokens", { usd: 5 }, 1],
    ["units", { units: 7, usage: usage("unknown") }, 7],
    ["units", { units: 0 }, 0],
  ])("counts in %s of %j: %d", async (unit, cost, spent) => {
    const { id } = await reserve({ unit });
    const settled = await gateway.settleReservation(gateway.agent, { id }, cost);
    expect(settled).toMatchObject({ id, status: "settled", unit, amount: 1, spent });
    expect(await readActor(unit)).toBe(`actor: ${spent} + 0 / -`);
  });

  it("refuses a model that the tariff has no price for, and leaves the reservation", async () => {
    const { id } = await reserve();
    const settled = gateway.settleReservation(gateway.agent, { id }, { usd: 1, usage: usage("unknown") });
    expect(await codeOf(settled)).toBe("invalid_request");
    expect(await readActor()).toBe("actor: 0 + 1 / -");
  });

  it("counts what was spent though the policy in force can't be read", async () => {
    const { id } = await reserve();
    const policies = { inForce: () => Promise.reject(new Error("A stored document doesn't parse")) };
    gateway = { ...gateway, ...(await openBudgetGateway({ ...store }, { policies })) };
    const settled = await gateway.settleReservation(gateway.agent, { id }, { usd: 2 });
    expect(settled).toMatchObject({ status: "settled", spent: 2 });
    await expect(reserve()).rejects.toThrow("doesn't parse");
  });

  it("counts usage in dollars at the estimate where there is no tariff", async () => {
    gateway = { ...gateway, ...(await openBudgetGateway({ ...store })) };
    const { id } = await reserve();
    const settled = await gateway.settleReservation(gateway.agent, { id }, { usage: usage("m") });
    expect(settled.spent).toBe(1);
  });

  it("counts the first cost only, however often and however many at once ask", async () => {
    const { id } = await reserve();
    const costs = Array.from({ length: 8 }, () => gateway.settleReservation(gateway.agent, { id }, { usd: 2 }));
    for (const settled of await Promise.all(costs)) expect(settled).toMatchObject({ status: "settled", spent: 2 });
    expect(await gateway.settleReservation(gateway.agent, { id }, { usd: 3 })).toMatchObject({ spent: 2 });
    expect(await gateway.releaseReservation(gateway.agent, { id })).toMatchObject({ status: "settled", spent: 2 });
    expect(await readActor()).toBe("actor: 2 + 0 / -");
    const { items } = await gateway.listAudit(gateway.operator, { type: "guard.settled" }, { limit: 50 });
    expect(items).toHaveLength(1);
  });

  it("counts what comes after the time, when others have spent the room, and says that it is late", async () => {
    const { id } = await reserve({ amount: 6 });
    await expireAll();
    const other = await reserve({ amount: 6 });
    expect(await gateway.settleReservation(gateway.agent, { id }, { usd: 5 })).toMatchObject({
      ...{ status: "settled", spent: 5, late: true },
    });
    await gateway.settleReservation(gateway.agent, other, {});
    expect(await readActor()).toBe("actor: 11 + 0 / -");
    expect(await codeOf(reserve({ amount: 0.01 }))).toBe("budget_exceeded");
    const { items } = await gateway.listAudit(gateway.operator, { type: "guard.settled" }, { limit: 50 });
    expect(items.map(({ data }) => data["late"])).toEqual([undefined, true]);
  });
});

describe("releaseReservation()", () => {
  it("frees what was reserved, once, and a cost that comes later counts no more", async () => {
    const { id } = await reserve();
    expect(await gateway.releaseReservation(gateway.agent, { id })).toMatchObject({ status: "released" });
    expect(await gateway.releaseReservation(gateway.agent, { id })).toMatchObject({ status: "released" });
    expect(await gateway.settleReservation(gateway.agent, { id }, { usd: 1 })).toMatchObject({ status: "released" });
    expect(await readActor()).toBe("actor: 0 + 0 / -");
    const { items } = await gateway.listAudit(gateway.operator, { type: "guard.settled" }, { limit: 50 });
    expect(items.map(({ data }) => data["outcome"])).toEqual(["released"]);
  });

  it("finds a reservation whose time is over reclaimed", async () => {
    const { id } = await reserve();
    await expireAll();
    expect(await gateway.releaseReservation(gateway.agent, { id })).toMatchObject({ status: "reclaimed" });
    expect(await readActor()).toBe("actor: 0 + 0 / -");
  });
});

test("A reservation of another actor or tenant, of an invocation, and one that nobody made answer alike", async () => {
  const { id } = await reserve();
  const other = await createCaller(gateway.identity, { subject: "other", permissions: ["invoke"] });
  const abroad = await createCaller(gateway.identity, { subject: "agent", tenant: "acme", permissions: ["invoke"] });
  await store.db.query(
    "insert into budget_entry select tenant, $1, key, position, amount, spent, state, null, expires_at from budget_entry",
    ["rsv_00000000000000000000000000000000"],
  );
  const asked = [
    [other, id],
    [abroad, id],
    [gateway.operator, id],
    [gateway.agent, "rsv_00000000000000000000000000000000"],
    [gateway.agent, "ivn_00000000000000000000000000:1"],
    [gateway.agent, `${id}\u0000`],
  ] as const;
  for (const [caller, asking] of asked) {
    expect(await codeOf(gateway.settleReservation(caller, { id: asking }, {}))).toBe("not_found");
    expect(await codeOf(gateway.releaseReservation(caller, { id: asking }))).toBe("not_found");
  }
});

test("What is reserved, refused and settled is recorded, and refusals are counted", async () => {
  const refusals: unknown[] = [];
  const refused = (refusal: unknown) => void refusals.push(refusal);
  const metrics = { ...createMetrics(), refused };
  gateway = { ...gateway, ...(await openBudgetGateway({ ...store }, { metrics })) };
  const { id } = await reserve({ run: "r1", idempotencyKey: "k" });
  await codeOf(reserve({ amount: 10, run: "r1" }));
  await gateway.settleReservation(gateway.agent, { id }, { usd: 0.5 });
  const { items } = await gateway.listAudit(gateway.operator, { actor: "agent" }, { limit: 50 });
  expect(items.map(({ type, principal, data }) => ({ type, principal, data }))).toMatchObject([
    {
      type: "guard.settled",
      data: { reservation: id, outcome: "settled", budgets: [{ scope: "run", reserved: 1, spent: 0.5 }, {}, {}] },
    },
    {
      type: "guard.refused",
      data: {
        guard: "budget",
        code: "budget_exceeded",
        name: "llm",
        scope: "run",
        limit: 10,
        reserved: 1,
        requested: 10,
      },
    },
    {
      ...{ type: "guard.reserved", principal: "agent" },
      data: {
        guard: "budget",
        reservation: id,
        run: "r1",
        amounts: [{ name: "llm", unit: "usd", scope: "run", amount: 1 }, {}, {}],
      },
    },
  ]);
  const found = await gateway.listAudit(gateway.operator, { idempotencyKey: "k" }, { limit: 50 });
  expect(found.items).toHaveLength(1);
  expect(refusals).toEqual([{ guard: "budget", code: "budget_exceeded" }]);
});
