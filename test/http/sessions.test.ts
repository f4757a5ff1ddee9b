import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { createKey } from "../gateway/identity-gateway.ts";
import { openTestStore, type TestStore } from "../support/pglite.ts";
import { openTestApp, type TestApp } from "./test-app.ts";

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
  key = await createKey(http.gateway, { subject: "ada" });
  const place = { tenant: "default", actor: "ada", id: "a session/1", scope: "default" };
  const facts = [{ kind: "seen", key: "0".repeat(64), ttlMs: 60_000 }];
  await store.transaction((tx) => tx.facts.prove(place, facts, { invocation: "ivn_1", max: 10 }));
});

const PATH = `/v1/sessions/${encodeURIComponent("a session/1")}`;

test("GET /v1/sessions/{id} answers with the session's scopes", async () => {
  const got = await http.send("GET", PATH, { key });
  expect([got.status, got.body]).toMatchObject([
    200,
    { items: [{ id: "a session/1", scope: "default", actor: "ada", facts: { seen: 1 } }] },
  ]);
  expect((await http.send("GET", `${PATH}?actor=ada`)).body).toEqual(got.body);
  expect((await http.send("GET", PATH)).status).toBe(404);
});

test("POST /v1/sessions/{id}/close answers 200 each time, with or without a body", async () => {
  for (const sent of [{}, { body: {} }, { body: { scope: "default" } }]) {
    const got = await http.send("POST", `${PATH}/close`, { key, ...sent });
    expect([got.status, got.body]).toMatchObject([200, { items: [{ closedAt: expect.any(String) }] }]);
  }
});

test.each([
  [{ scope: "" }, 422],
  [{ scope: "x".repeat(201) }, 422],
  [{ actor: "with space" }, 422],
  [{ reason: "unknown" }, 422],
  [{ actor: "ada", onBehalfOf: "ada" }, 422],
  [{ scope: "other" }, 404],
])("POST /v1/sessions/{id}/close of %j answers %i", async (body, status) => {
  expect((await http.send("POST", `${PATH}/close`, { key, body })).status).toBe(status);
});
