import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { createClient } from "../../src/client/create-client.ts";
import { ADMIN_KEY, createKey } from "../gateway/identity-gateway.ts";
import { recordInvocation } from "../support/decided-invocations.ts";
import { openTestStore, type TestStore } from "../support/pglite.ts";
import { openTestApp, type TestApp } from "./test-app.ts";

const DENY_ALL = "version: 1\ndefault: deny\n";

let store: TestStore;
let http: TestApp;

beforeAll(async () => {
  store = await openTestStore();
});
afterAll(() => store.close());
beforeEach(async () => {
  await store.truncateAll();
  http?.close();
  http = openTestApp(store);
});

test("POST /v1/policy/replay answers counts and changes", async () => {
  const id = await recordInvocation(store.db, { createdAt: "2026-01-01T00:00:00Z" });
  const got = await http.send("POST", "/v1/policy/replay", { body: { policy: DENY_ALL } });
  expect([got.status, got.body]).toMatchObject([
    200,
    { considered: 1, changed: 1, transitions: [{ from: "allow", to: "deny", count: 1 }], changes: [{ id }] },
  ]);
  const later = { policy: DENY_ALL, after: "2026-01-01T00:00:00Z" };
  expect((await http.send("POST", "/v1/policy/replay", { body: later })).body).toMatchObject({ considered: 0 });
});

test("POST /v1/policy/replay takes a document as data and times that no database knows", async () => {
  const body = { policy: { version: 1 }, after: "0001-01-01T00:00:00Z", before: "9999-12-31T23:59:59Z", limit: 1 };
  const got = await http.send("POST", "/v1/policy/replay", { body });
  expect([got.status, got.body["considered"]]).toEqual([200, 0]);
});

test.each([
  [{}, "invalid_request"],
  [{ policy: 1 }, "invalid_request"],
  [{ policy: DENY_ALL, limit: 10_001 }, "invalid_request"],
  [{ policy: DENY_ALL, limit: 0 }, "invalid_request"],
  [{ policy: DENY_ALL, after: "yesterday" }, "invalid_request"],
  [{ policy: DENY_ALL, tenant: "acme" }, "invalid_request"],
  [{ policy: "rules: {" }, "invalid_policy"],
])("POST /v1/policy/replay refuses %j", async (body, code) => {
  const got = await http.send("POST", "/v1/policy/replay", { body });
  expect([got.status, got.body["code"]]).toEqual([422, code]);
});

test("POST /v1/policy/replay tells line and column of every fault", async () => {
  const policy = "version: 1\nrules:\n  - name: a\n    effect: maybe\n";
  const got = await http.send("POST", "/v1/policy/replay", { body: { policy } });
  expect(got.body["errors"]).toMatchObject([{ line: 4, column: 13 }]);
});

test("POST /v1/policy/replay needs policy and audit", async () => {
  const key = await createKey(http.gateway, { subject: "ada", permissions: ["policy"] });
  const got = await http.send("POST", "/v1/policy/replay", { key, body: { policy: DENY_ALL } });
  expect([got.status, got.body["code"], got.body["permission"]]).toEqual([403, "forbidden", "audit"]);
});

test("GET /openapi.json describes POST /v1/policy/replay", async () => {
  const { body } = await http.send("GET", "/openapi.json");
  expect(body).toMatchObject({ paths: { "/v1/policy/replay": { post: { tags: ["Policy"] } } } });
});

test("client.policy.replay() asks the server", async () => {
  await recordInvocation(store.db, { action: "a.b" });
  const fetch: typeof globalThis.fetch = async (url, init) => http.app.request(new Request(url, init));
  const client = createClient({ baseUrl: "http://guard.example", apiKey: ADMIN_KEY, fetch });
  expect(await client.policy.replay({ policy: DENY_ALL, action: "a.b" })).toMatchObject({ considered: 1, changed: 1 });
  expect(await client.policy.replay({ policy: DENY_ALL, action: "b.c" })).toMatchObject({ considered: 0 });
});
