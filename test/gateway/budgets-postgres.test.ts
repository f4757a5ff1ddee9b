import { afterAll, beforeAll, expect, test } from "vitest";
import { CountersignError } from "../../src/core/countersign-error.ts";
import { migrate } from "../../src/store/migrate.ts";
import { openPostgres } from "../../src/store/postgres.ts";
import { createStore, type Store } from "../../src/store/store.ts";
import { startPostgres } from "../../fleet/postgres-server.ts";
import { type BudgetGateway, openBudgetGateway, placeOf, requestOf } from "./budget-gateway.ts";

let server: Awaited<ReturnType<typeof startPostgres>>;
const stores: Store[] = [];
/** Two application services, as two processes would have them. */
let doors: readonly [BudgetGateway, BudgetGateway];

beforeAll(async () => {
  server = await startPostgres();
  const openStore = async () => {
    const db = await openPostgres({ url: server.url });
    await migrate(db);
    const store = createStore(db);
    stores.push(store);
    return openBudgetGateway(store);
  };
  doors = [await openStore(), await openStore()];
});
afterAll(async () => {
  for (const store of stores) await store.close();
  await server.stop();
});

/** What each of many requests at once, from both doors in turn, came to: the reservation's id or the error's code. */
async function reserveAtOnce(requests: readonly ReturnType<typeof requestOf>[]): Promise<string[]> {
  const asked = requests.map((request, index) => doors[index % 2 === 0 ? 0 : 1].reserveBudget(doors[0].agent, request));
  const results = await Promise.allSettled(asked);
  return results.map((result) => {
    if (result.status === "fulfilled") return result.value.id;
    if (result.reason instanceof CountersignError) return result.reason.code;
    throw result.reason;
  });
}

async function reservedOf(name: string): Promise<number | undefined> {
  const balances = await doors[0].readBudget(doors[0].agent, placeOf({ name, limit: 1_000 }));
  return balances.at(-1)?.reserved;
}

test("reserveBudget() lets exactly as many of 64 pass as there is room for, from two doors", async () => {
  const answers = await reserveAtOnce(Array.from({ length: 64 }, () => requestOf({ name: "tight", limit: 10 })));
  expect(answers.filter((answer) => answer.startsWith("rsv_"))).toHaveLength(10);
  expect(answers.filter((answer) => answer === "budget_exceeded")).toHaveLength(54);
  expect(await reservedOf("tight")).toBe(10);
});

test("reserveBudget() makes one reservation of one key, however many ask at once", async () => {
  const request = requestOf({ name: "once", limit: 10, idempotencyKey: "once" });
  const answers = await reserveAtOnce(Array.from({ length: 16 }, () => request));
  expect(new Set(answers).size).toBe(1);
  expect(await reservedOf("once")).toBe(1);
});

test("reserveBudget() lets one of different requests with one key pass, though they have no account in common", async () => {
  for (let round = 0; round < 10; round += 1) {
    const names = ["a", "b", "c", "d"].map((letter) => `${letter}-${round}`);
    const answers = await reserveAtOnce(
      names.map((name) => requestOf({ name, limit: 10, idempotencyKey: `round ${round}` })),
    );
    expect(answers.toSorted().slice(0, 3)).toEqual(Array.from({ length: 3 }, () => "idempotency_conflict"));
    const reserved = await Promise.all(names.map(reservedOf));
    expect(reserved.filter((amount) => amount === 1)).toHaveLength(1);
    expect(reserved.filter((amount) => amount === 0)).toHaveLength(3);
  }
});
