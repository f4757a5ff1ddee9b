import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import type { Permission } from "../../src/contract/principal.ts";
import { createKey } from "../gateway/identity-gateway.ts";
import { openTestStore, type TestStore } from "../support/pglite.ts";
import { openTestApp, publishEcho, type TestApp } from "./test-app.ts";

const YAML = { "content-type": "application/yaml; charset=utf-8" };

let store: TestStore;
let http: TestApp;

beforeAll(async () => {
  store = await openTestStore();
});
afterAll(() => store.close());
beforeEach(async () => {
  await store.truncateAll();
  await publishEcho(store);
  http?.close();
  http = openTestApp(store);
});

test("POST /v1/keys answers 201 with a key that opens the door until DELETE shuts it", async () => {
  const request = { subject: "bot", kind: "agent", permissions: ["invoke"], scopes: ["finance"] };
  const made = await http.send("POST", "/v1/keys", { body: request });
  expect(made.status).toBe(201);
  expect(made.body).toMatchObject({
    tenant: "default",
    roles: [],
    groups: [],
    ...request,
    createdAt: expect.stringMatching(/Z$/),
  });
  const key = String(made.body["key"]);
  expect((await http.send("GET", "/v1/actions", { key })).status).toBe(200);
  const revoked = await http.send("DELETE", `/v1/keys/${String(made.body["id"])}`);
  expect([revoked.status, revoked.body["revokedAt"]]).toEqual([200, expect.any(String)]);
  expect((await http.send("GET", "/v1/actions", { key })).status).toBe(401);
  expect((await http.send("GET", "/v1/keys")).text).not.toContain(key.slice(15));
});

test("POST /v1/keys answers 409 principal_conflict to other roles of a known principal", async () => {
  await http.send("PUT", "/v1/principals/bot", { body: { kind: "agent", roles: ["a"] } });
  const got = await http.send("POST", "/v1/keys", {
    body: { subject: "bot", kind: "agent", roles: ["b"], permissions: ["read"] },
  });
  expect([got.status, got.body["code"]]).toEqual([409, "principal_conflict"]);
});

test.each([
  { subject: "a b" },
  { subject: "" },
  { kind: "robot" },
  { permissions: [] },
  { permissions: ["root"] },
  { roles: "admin" },
  { tenant: "Acme:1" },
  { expiresAt: "tomorrow" },
  { expiresAt: "2020-01-01T00:00:00Z" },
  { isAdmin: true },
])("POST /v1/keys refuses %j", async (change) => {
  const got = await http.send("POST", "/v1/keys", {
    body: { subject: "bot", kind: "agent", permissions: ["read"], ...change },
  });
  expect([got.status, got.body["code"]]).toEqual([422, "invalid_request"]);
});

test.each<[Permission[], string, string, unknown]>([
  [["admin"], "POST", "/v1/keys", { subject: "x", kind: "user", permissions: ["operator"] }],
  [["admin"], "POST", "/v1/keys", { subject: "x", kind: "user", permissions: ["read"], tenant: "acme" }],
  [
    ["read", "invoke", "approve", "audit", "policy", "act_as"],
    "POST",
    "/v1/keys",
    { subject: "x", kind: "user", permissions: ["read"] },
  ],
  [["read", "invoke", "approve", "audit", "policy", "act_as"], "GET", "/v1/keys", undefined],
  [["read", "invoke", "approve", "audit", "policy", "act_as"], "PUT", "/v1/principals/ada", { roles: ["a"] }],
  [["read", "invoke", "approve", "policy", "act_as"], "GET", "/v1/audit", undefined],
  [["read", "invoke", "approve", "audit", "act_as"], "PUT", "/v1/policy", { version: 1 }],
  [["read", "invoke", "approve", "act_as"], "GET", "/v1/policy", undefined],
  [["read", "approve", "audit", "policy", "act_as"], "POST", "/v1/actions/test.echo/invocations", { input: {} }],
  [["invoke", "approve"], "GET", "/v1/invocations", undefined],
])("a key with %j answers 403 to %s %s", async (permissions, ...[method, path, body]) => {
  const key = await createKey(http.gateway, { subject: "ada", permissions });
  const got = await http.send(method, path, { key, body });
  expect([got.status, got.body["code"]]).toEqual([403, "forbidden"]);
});

test("PUT /v1/policy takes YAML and JSON and GET tells version and source", async () => {
  const yaml = "version: 1\nrules: []\n";
  const put = await http.send("PUT", "/v1/policy", { body: yaml, headers: YAML });
  expect([put.status, put.body["document"]]).toEqual([200, yaml]);
  expect((await http.send("GET", "/v1/policy")).body).toEqual(put.body);
  expect((await http.send("PUT", "/v1/policy", { body: { version: 1, default: "allow" } })).status).toBe(200);
  expect((await http.send("GET", "/v1/policy/versions")).body["items"]).toMatchObject([
    { source: "api" },
    { version: put.body["version"] },
  ]);
});

test("PUT /v1/policy answers 422 with line and column of every fault", async () => {
  const got = await http.send("PUT", "/v1/policy", {
    body: "version: 1\nrules:\n  - name: a\n    effect: maybe\n",
    headers: YAML,
  });
  expect([got.status, got.body["code"]]).toEqual([422, "invalid_policy"]);
  expect(got.body["errors"]).toMatchObject([{ line: 4, column: 13 }]);
});

test("POST /v1/policy/evaluate answers a verdict for any action and any text", async () => {
  const body = '{"action":"\\ud800\\u0000","input":{"a":"\\u0000"},"defaultEffect":"allow","explain":true}';
  const got = await http.send("POST", "/v1/policy/evaluate", { body });
  expect([got.status, got.body]).toMatchObject([
    200,
    { effect: "allow", defaulted: true, matched: [], shadow: [], explain: [] },
  ]);
});

test("GET /v1/audit filters by type and by time", async () => {
  await http.send("PUT", "/v1/principals/ada", { body: {} });
  await http.send("PUT", "/v1/policy", { body: { version: 1 } });
  const found = await http.send("GET", "/v1/audit?type=principal.changed");
  expect(found.body["items"]).toMatchObject([{ type: "principal.changed", principal: "admin" }]);
  expect((await http.send("GET", "/v1/audit?after=2999-01-01T00:00:00Z")).body["items"]).toEqual([]);
});
