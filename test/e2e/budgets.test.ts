import { readFileSync, writeFileSync } from "node:fs";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import type { BudgetBalance } from "../../src/contract/guards.ts";
import { type Client, CountersignError } from "../../src/index.ts";
import { startServer, type TestServer } from "./server.ts";

const LIMITS = `
limits:
  - budget: { name: llm, limit: 100, unit: usd, estimate: 1 }
  - budget: { name: llm, limit: 40, unit: usd, scope: actor, estimate: 1 }
`;

let server: TestServer;
let agent: Client;

beforeAll(async () => {
  server = await startServer();
  agent = server.client(server.agentKey);
  writeFileSync(server.policyFile, `${readFileSync(server.policyFile, "utf8")}${LIMITS}`);
  await vi.waitFor(() => agent.budget({ name: "llm" }).read(), { timeout: 15_000, interval: 100 });
});
afterAll(() => server.close());

/** Accounts as `scope: used + reserved, what remains`. */
function summarize(balances: readonly BudgetBalance[]): string[] {
  return balances.map(({ scope, used, reserved, remaining }) => `${scope}: ${used} + ${reserved}, ${remaining ?? "-"}`);
}

test("client.budget() keeps nested accounts that are right at once, whoever reads them", async () => {
  const run = agent.budget({ name: "llm", run: "r1" });
  const part = agent.budget({ name: "llm", run: "r1", part: "search", limit: 5 });
  const elsewhere = agent.budget({ name: "llm", run: "r2" });
  const approver = await server.createKey({ subject: "second", permissions: ["invoke"] });
  const second = server.client(approver.key).budget({ name: "llm" });

  const open = await run.reserve(3);
  await part.spend(1, (report) => report({ usd: 0.25 }));
  await part.spend(2, (report) => report({ usd: 2.5 }));
  await elsewhere.spend(0.5, () => "nothing reported");
  await expect(elsewhere.spend(9, () => Promise.reject(new Error("Down")))).rejects.toThrow("Down");
  await second.spend(10, (report) => report({ usd: 7 }));
  const released = await second.reserve(1);
  await released.release();

  expect(summarize(await part.read())).toEqual([
    ...["part: 2.75 + 0, 2.25", "run: 2.75 + 3, -", "actor: 3.25 + 3, 33.75", "tenant: 10.25 + 3, 86.75"],
  ]);
  expect(summarize(await elsewhere.read())[0]).toBe("run: 0.5 + 0, -");
  expect(summarize(await second.read())).toEqual(["actor: 7 + 0, 33", "tenant: 10.25 + 3, 86.75"]);
  expect(await open.settle({ usd: 1 })).toMatchObject({ status: "settled", spent: 1 });
  expect(await open.settle({ usd: 2 })).toMatchObject({ status: "settled", spent: 1 });
  expect(summarize(await run.read())).toEqual([
    "run: 3.75 + 0, -",
    "actor: 4.25 + 0, 35.75",
    "tenant: 11.25 + 0, 88.75",
  ]);
});

test("client.budget() refuses what a surrounding account has no room for", async () => {
  const { key } = await server.createKey({ subject: "greedy", permissions: ["invoke"] });
  const refused = server.client(key).budget({ name: "llm", run: "r1", limit: 1_000 }).reserve(41);
  await expect(refused).rejects.toMatchObject({
    ...{ code: "budget_exceeded", status: 402, retryable: false },
    details: { scope: "actor", limit: 40, used: 0, reserved: 0, requested: 41 },
  });
});

test("client.budget() lets exactly ten of 64 reserve at once, in a limit of its own", async () => {
  const budget = agent.budget({ name: "tight", unit: "units", run: "r1", limit: 10 });
  const results = await Promise.allSettled(Array.from({ length: 64 }, () => budget.reserve(1)));
  const refusals = results.flatMap((result) => (result.status === "rejected" ? [result.reason as unknown] : []));
  expect(refusals).toHaveLength(54);
  for (const refusal of refusals) {
    expect(refusal).toBeInstanceOf(CountersignError);
    expect(refusal).toMatchObject({ code: "budget_exceeded", details: { scope: "run", limit: 10, requested: 1 } });
  }
  expect(summarize(await budget.read())[0]).toBe("run: 0 + 10, 0");
});

test("client.budget() spends in the run that surrounds it", async () => {
  const budget = agent.budget({ name: "llm" });
  await agent.withRun({ id: "surrounding" }, () => budget.spend(1, (report) => report({ usd: 0.125 })));
  expect(summarize(await agent.budget({ name: "llm", run: "surrounding" }).read())[0]).toBe("run: 0.125 + 0, -");
});

test("A reservation is closed by its actor alone", async () => {
  const { id } = await agent.budget({ name: "mine", limit: 5 }).reserve(1);
  const stranger = await server.createKey({ subject: "demo-agent", tenant: "acme", permissions: ["invoke"] });
  const colleague = await server.createKey({ subject: "colleague", permissions: ["invoke"] });
  const path = `/v1/budgets/reservations/${id}`;
  for (const key of [stranger.key, colleague.key, server.adminKey]) {
    const answers = [
      await server.send("POST", `${path}/settle`, { key, body: { usd: 0 } }),
      await server.send("DELETE", path, { key }),
    ];
    expect(answers.map(({ status, body }) => [status, body["code"]])).toEqual([
      [404, "not_found"],
      [404, "not_found"],
    ]);
  }
  const { status } = await server.send("DELETE", `${path}?onBehalfOf=demo-agent`);
  expect(status).toBe(200);
  const read = await server.send("GET", "/v1/budgets/mine", { key: stranger.key });
  expect(read.status).toBe(404);
});

test("What is spent is on the record", async () => {
  const { id } = await agent.budget({ name: "recorded", limit: 5 }).reserve(1);
  const admin = server.client(server.adminKey);
  const { items } = await admin.audit.list({ type: "guard.reserved", actor: "demo-agent", limit: 1 });
  expect(items).toMatchObject([{ principal: "demo-agent", data: { guard: "budget", reservation: id } }]);
});
