import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { createKey } from "../gateway/identity-gateway.ts";
import { openTestStore, type TestStore } from "../support/pglite.ts";
import { openTestApp, type TestApp } from "./test-app.ts";

const PATH = "/v1/budgets/reservations";
const REQUEST = { name: "llm", amount: 1, limit: 2 };

let store: TestStore;
let http: TestApp;
let key: string;

beforeAll(async () => {
  store = await openTestStore();
});
afterAll(() => store.close());
beforeEach(async () => {
  await store.truncateAll();
  http?.close();
  http = openTestApp(store);
  key = await createKey(http.gateway, { subject: "agent", permissions: ["invoke"] });
});

const send = (method: string, path: string, sent: { body?: unknown; headers?: Record<string, string> } = {}) =>
  http.send(method, path, { key, ...sent });

test("POST /v1/budgets/reservations answers 201 with the reservation, in dollars for ten minutes unless told", async () => {
  const { status, body } = await send("POST", PATH, { body: REQUEST });
  expect(status).toBe(201);
  expect(body).toEqual({
    ...{ id: expect.stringMatching(/^rsv_[0-9a-f]{32}$/), status: "reserved", unit: "usd", amount: 1 },
    expiresAt: expect.stringMatching(/Z$/),
    balances: [
      { name: "llm", unit: "usd", scope: "actor", limit: 2, used: 0, reserved: 1, remaining: 1 },
      { name: "llm", unit: "usd", scope: "tenant", used: 0, reserved: 1 },
    ],
  });
  const leftMs = Date.parse(String(body["expiresAt"])) - Date.now();
  expect(leftMs).toBeGreaterThan(590_000);
  expect(leftMs).toBeLessThanOrEqual(610_000);
});

test("POST /v1/budgets/reservations answers 402 with what is left where there is too little", async () => {
  await send("POST", PATH, { body: REQUEST });
  const { status, body } = await send("POST", PATH, { body: { ...REQUEST, amount: 1.5 } });
  expect([status, body["code"], body["retryable"]]).toEqual([402, "budget_exceeded", true]);
  expect(body).toMatchObject({ scope: "actor", limit: 2, used: 0, reserved: 1, requested: 1.5 });
});

test("POST /v1/budgets/reservations takes an idempotency key", async () => {
  const headers = { "idempotency-key": "k" };
  const first = await send("POST", PATH, { body: REQUEST, headers });
  const again = await send("POST", PATH, { body: REQUEST, headers });
  expect([again.status, again.body]).toEqual([201, first.body]);
  const other = await send("POST", PATH, { body: { ...REQUEST, amount: 0.5 }, headers });
  expect([other.status, other.body["code"]]).toEqual([409, "idempotency_conflict"]);
  const odd = await send("POST", PATH, { body: REQUEST, headers: { "idempotency-key": "x".repeat(300) } });
  expect([odd.status, odd.body["code"]]).toEqual([422, "invalid_idempotency_key"]);
});

test.each<[code: string, body: unknown]>([
  ["invalid_request", {}],
  ["invalid_request", { name: "llm", amount: 1 }],
  ["invalid_request", { ...REQUEST, amount: -1 }],
  ["invalid_request", { ...REQUEST, amount: "1" }],
  ["invalid_request", { ...REQUEST, amount: 1e10 }],
  ["invalid_request", { ...REQUEST, limit: 0 }],
  ["invalid_request", { ...REQUEST, unit: "eur" }],
  ["invalid_request", { ...REQUEST, per: "week" }],
  ["invalid_request", { ...REQUEST, name: "two words" }],
  ["invalid_request", { ...REQUEST, name: "x".repeat(201) }],
  ["invalid_request", { ...REQUEST, run: "" }],
  ["invalid_request", { ...REQUEST, part: {} }],
  ["invalid_request", { ...REQUEST, ttlMs: 10 }],
  ["invalid_request", { ...REQUEST, ttlMs: 1e9 }],
  ["invalid_request", { ...REQUEST, scope: "tenant" }],
  ["invalid_input", { ...REQUEST, run: "a\u0000" }],
  ["invalid_input", { ...REQUEST, run: "\ud800" }],
  ["forbidden", { ...REQUEST, onBehalfOf: "admin" }],
])("POST /v1/budgets/reservations answers %s to %j and reserves nothing", async (code, body) => {
  const got = await send("POST", PATH, { body });
  expect(got.body["code"]).toBe(code);
  expect(await store.db.query("select 1 from budget_entry")).toEqual([]);
});

test("POST …/settle and DELETE close a reservation, and answer as often as they are asked", async () => {
  const { body: first } = await send("POST", PATH, { body: REQUEST });
  const { body: second } = await send("POST", PATH, { body: REQUEST });
  for (let time = 0; time < 2; time += 1) {
    const settled = await send("POST", `${PATH}/${String(first["id"])}/settle`, { body: { usd: 0.25 } });
    expect([settled.status, settled.body]).toMatchObject([200, { status: "settled", amount: 1, spent: 0.25 }]);
    const released = await send("DELETE", `${PATH}/${String(second["id"])}`);
    expect([released.status, released.body]).toMatchObject([200, { status: "released", amount: 1 }]);
  }
  const { body } = await send("GET", "/v1/budgets/llm?limit=2");
  expect(body).toEqual({
    items: [
      { name: "llm", unit: "usd", scope: "actor", limit: 2, used: 0.25, reserved: 0, remaining: 1.75 },
      { name: "llm", unit: "usd", scope: "tenant", used: 0.25, reserved: 0 },
    ],
  });
});

test("POST …/settle without a body counts the whole amount", async () => {
  const { body } = await send("POST", PATH, { body: REQUEST });
  const settled = await send("POST", `${PATH}/${String(body["id"])}/settle`);
  expect([settled.status, settled.body["spent"]]).toEqual([200, 1]);
});

test.each([
  { usd: -1 },
  { usd: "1" },
  { usd: null },
  { eur: 1 },
  { usage: {} },
  { usage: [{ provider: "p", model: "m" }] },
  { usage: [{ provider: "p", model: "m", input: 0.5, output: 0 }] },
  { usage: Array.from({ length: 101 }, () => ({ provider: "p", model: "m", input: 1, output: 1 })) },
  { onBehalfOf: "admin" },
])("POST …/settle answers 422 to what is no cost: %j", async (cost) => {
  const { body } = await send("POST", PATH, { body: REQUEST });
  const settled = await send("POST", `${PATH}/${String(body["id"])}/settle`, { body: cost });
  expect([settled.status, settled.body["code"]]).toEqual([422, "invalid_request"]);
});

test.each(["unit=eur", "per=week", "limit=0", "limit=x", "run=", "part=a%20b", "scope=run", "name=llm"])(
  "GET /v1/budgets/{name} answers 422 to the query %s",
  async (query) => {
    const { status, body } = await send("GET", `/v1/budgets/llm?${query}`);
    expect([status, body["code"]]).toEqual([422, "invalid_query"]);
  },
);

test("GET /v1/budgets/{name} shows the accounts of a place, whatever the name looks like", async () => {
  const name = "a/b?c#d%";
  const place = { name, unit: "tokens", run: "run 1/ü", part: "p", per: "day" };
  await send("POST", PATH, { body: { ...place, amount: 3, limit: 5 } });
  const query = new URLSearchParams({ unit: "tokens", run: "run 1/ü", part: "p", per: "day" }).toString();
  const { status, body } = await send("GET", `/v1/budgets/${encodeURIComponent(name)}?${query}`);
  const period = expect.stringMatching(/^\d{4}-\d\d-\d\d$/) as unknown;
  const scopes = ["part", "run", "actor", "tenant"];
  const items = scopes.map((scope) => ({ name, unit: "tokens", scope, period, used: 0, reserved: 3 }));
  expect([status, body]).toEqual([200, { items }]);
});
