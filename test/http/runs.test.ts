import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { createKey } from "../gateway/identity-gateway.ts";
import { openTestStore, type TestStore } from "../support/pglite.ts";
import { openTestApp, publishEcho, type TestApp } from "./test-app.ts";

let store: TestStore;
let http: TestApp;

beforeAll(async () => {
  store = await openTestStore();
  http = openTestApp(store);
});
afterAll(async () => {
  http.close();
  await store.close();
});
beforeEach(async () => {
  await store.truncateAll();
  await publishEcho(store);
});

function end(id: string, body: unknown, key?: string) {
  return http.send("POST", `/v1/runs/${encodeURIComponent(id)}/end`, { body, key });
}

test("POST /v1/runs answers 201 when it is new, 200 when it is there, and needs no body", async () => {
  const body = { id: "a/b ü?", user: "eve" };
  const made = await http.send("POST", "/v1/runs", { body });
  expect([made.status, made.body["id"], made.body["user"]]).toEqual([201, "a/b ü?", "eve"]);
  expect((await http.send("POST", "/v1/runs", { body })).status).toBe(200);
  const found = await http.send("GET", `/v1/runs/${encodeURIComponent(body.id)}`);
  expect(found).toMatchObject({ status: 200, body: { ...made.body, totals: { calls: 0 } } });
  const unnamed = await http.send("POST", "/v1/runs");
  expect(unnamed).toMatchObject({ status: 201, body: { id: expect.stringMatching(/^run-/) } });
});

test("POST /v1/runs/{id}/end answers 200 with totals, and 409 to another outcome, start or user", async () => {
  await http.send("POST", "/v1/runs", { body: { id: "r" } });
  const call = { body: { input: {}, run: "r", waitMs: 0 } };
  await http.send("POST", "/v1/actions/test.echo/invocations", call);
  expect((await http.send("POST", "/v1/runs", { body: { id: "r", user: "eve" } })).body).toMatchObject({
    ...{ status: 409, code: "idempotency_conflict" },
  });
  const ended = await end("r", { outcome: "blocked" });
  const totals = { calls: 1, byStatus: { accepted: 1 }, refusals: {}, spent: { usd: 0, tokens: 0, units: 0 } };
  expect(ended).toMatchObject({ status: 200, body: { status: "blocked", totals } });
  expect(await end("r", { outcome: "blocked" })).toMatchObject({ status: 200, body: ended.body });
  for (const refused of [
    await end("r", { outcome: "success" }),
    await http.send("POST", "/v1/runs", { body: { id: "r" } }),
  ])
    expect(refused).toMatchObject({ status: 409, body: { code: "already_final", outcome: "blocked" } });
});

test("POST of an invocation makes the run that it names, which can be looked at and started", async () => {
  const call = { body: { input: {}, run: "named", waitMs: 0 } };
  await http.send("POST", "/v1/actions/test.echo/invocations", call);
  const { body } = await http.send("GET", "/v1/runs");
  expect(body["items"]).toEqual([
    { id: "named", tenant: "default", actor: "admin", status: "open", startedAt: expect.any(String) },
  ]);
  expect((await http.send("POST", "/v1/runs", { body: { id: "named", user: "eve" } })).status).toBe(200);
});

test.each([
  [{ id: "" }, "invalid_request"],
  [{ id: "x".repeat(201) }, "invalid_request"],
  [{ id: 7 }, "invalid_request"],
  [{ actor: "root" }, "invalid_request"],
  [{ onBehalfOf: "a b" }, "invalid_request"],
  [{ onBehalfOf: "nobody" }, "invalid_request"],
  [{ id: "." }, "invalid_request"],
  [{ id: "a\u0000" }, "invalid_input"],
  [{ user: "\ud800" }, "invalid_input"],
])("POST /v1/runs refuses %j", async (body, code) => {
  const got = await http.send("POST", "/v1/runs", { body });
  expect([got.status, got.body["code"]]).toEqual([422, code]);
});

test.each([{}, { outcome: "open" }, { outcome: "success", totals: {} }])("POST of an end refuses %j", async (body) => {
  await http.send("POST", "/v1/runs", { body: { id: "r" } });
  expect(await end("r", body)).toMatchObject({ status: 422, body: { code: "invalid_request" } });
});

test("GET /v1/runs pages newest first, keeps to its filters, and another's runs are not found", async () => {
  for (const id of ["1", "2", "3"]) await http.send("POST", "/v1/runs", { body: { id } });
  await end("2", { outcome: "success" });
  const idsOf = async (query: string, key?: string) => {
    const { body } = await http.send("GET", `/v1/runs?${query}`, { key });
    return { ids: (body["items"] as { id: string }[]).map(({ id }) => id), next: body["nextCursor"] };
  };
  const first = await idsOf("limit=2");
  const rest = await idsOf(`limit=2&cursor=${String(first.next)}`);
  expect([...first.ids, ...rest.ids].toSorted()).toEqual(["1", "2", "3"]);
  expect(rest.next).toBeUndefined();
  expect((await idsOf("status=success&actor=admin")).ids).toEqual(["2"]);
  const key = await createKey(http.gateway, { subject: "somebody" });
  expect((await idsOf("", key)).ids).toEqual([]);
  const unknown = await http.send("GET", "/v1/runs/none?actor=admin", { key });
  const foreign = await http.send("GET", "/v1/runs/1?actor=admin", { key });
  expect([foreign.status, foreign.body["detail"]]).toEqual([404, unknown.body["detail"]]);
  expect((await end("1", { outcome: "failed" }, key)).status).toBe(404);
});

test.each(["limit=0", "limit=201", "cursor=x", "status=done", "page=1"])("GET /v1/runs refuses %s", async (query) => {
  const got = await http.send("GET", `/v1/runs?${query}`);
  expect([got.status, got.body["code"]]).toEqual([422, "invalid_query"]);
});
