import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { createKey } from "../gateway/identity-gateway.ts";
import { openTestStore, type TestStore } from "../support/pglite.ts";
import { openTestApp, publishEcho, type TestApp } from "./test-app.ts";

const ID = "ivn_00000000000000000000000000";
const GUARDED: readonly (readonly [method: string, path: string])[] = [
  ["GET", "/v1/actions"],
  ["GET", "/v1/actions/test.echo"],
  ["POST", "/v1/actions/test.echo/invocations"],
  ["GET", "/v1/invocations"],
  ["GET", "/v1/invocations/stats"],
  ["GET", `/v1/invocations/${ID}`],
  ["GET", `/v1/invocations/${ID}/events`],
  ["POST", `/v1/invocations/${ID}/cancel`],
  ["POST", `/v1/invocations/${ID}/reconcile`],
  ["POST", `/v1/invocations/${ID}/retry`],
  ["GET", "/v1/approvals"],
  ["GET", "/v1/approvals/stats"],
  ["GET", `/v1/approvals/${ID}`],
  ["POST", "/v1/approvals/batch"],
  ["POST", `/v1/approvals/${ID}/votes`],
  ["POST", `/v1/approvals/${ID}/approve`],
  ["POST", `/v1/approvals/${ID}/reject`],
  ["GET", "/v1/grants"],
  ["GET", "/v1/grants/grt_00000000000000000000000000"],
  ["DELETE", "/v1/grants/grt_00000000000000000000000000"],
  ["POST", "/v1/policy/evaluate"],
  ["POST", "/v1/policy/replay"],
  ["GET", "/v1/policy"],
  ["PUT", "/v1/policy"],
  ["GET", "/v1/policy/versions"],
  ["GET", "/v1/audit"],
  ["POST", "/v1/budgets/reservations"],
  ["POST", "/v1/budgets/reservations/rsv_0/settle"],
  ["DELETE", "/v1/budgets/reservations/rsv_0"],
  ["GET", "/v1/budgets/llm"],
  ["POST", "/v1/keys"],
  ["GET", "/v1/keys"],
  ["DELETE", "/v1/keys/key_00000000000000000000000000"],
  ["GET", "/v1/principals/ada"],
  ["PUT", "/v1/principals/ada"],
  ["POST", "/v1/runs"],
  ["GET", "/v1/runs"],
  ["GET", "/v1/runs/nightly"],
  ["POST", "/v1/runs/nightly/end"],
  ["POST", "/v1/runs/nightly/compensate"],
  ["GET", "/v1/sessions/s-1"],
  ["POST", "/v1/sessions/s-1/close"],
  ["GET", "/v1/guards"],
  ["GET", "/v1/guards/rate:abc"],
  ["POST", "/v1/guards/rate:abc/reset"],
  ["POST", "/v1/webhooks"],
  ["GET", "/v1/webhooks"],
  ["GET", "/v1/webhooks/whk_00000000000000000000000000"],
  ["PUT", "/v1/webhooks/whk_00000000000000000000000000"],
  ["DELETE", "/v1/webhooks/whk_00000000000000000000000000"],
  ["GET", "/v1/webhooks/whk_00000000000000000000000000/secret"],
  ["POST", "/v1/webhooks/whk_00000000000000000000000000/rotate-secret"],
  ["GET", "/v1/webhooks/whk_00000000000000000000000000/deliveries"],
  ["POST", "/v1/webhooks/whk_00000000000000000000000000/replay"],
];
const WRITING = GUARDED.filter(([method]) => method === "POST" || method === "PUT");

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
  http = openTestApp(store, { maxBodyBytes: 10_000 });
});

test("createApp() documents exactly the endpoints that this test walks", async () => {
  const { body } = await http.send("GET", "/openapi.json");
  const documented = Object.entries(body["paths"] as Record<string, object>).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
  );
  const walked = GUARDED.map(([method, path]) =>
    `${method} ${path}`
      .replace(ID, "{id}")
      .replace("test.echo", "{name}")
      .replace(/(key|grt|whk)_0+/, "{id}")
      .replace("principals/ada", "principals/{subject}")
      .replace("rsv_0", "{id}")
      .replace("budgets/llm", "budgets/{name}")
      .replace("runs/nightly", "runs/{id}")
      .replace("sessions/s-1", "sessions/{id}")
      .replace("rate:abc", "{id}"),
  );
  expect(documented.sort()).toEqual([...walked, "GET /healthz", "GET /readyz", "GET /metrics"].sort());
});

test.each(GUARDED)("%s %s answers 401 without a valid key, whatever else is wrong", async (method, path) => {
  const body = method === "GET" ? {} : { body: "{", headers: { "content-type": "text/plain" } };
  for (const key of ["", "csk_0000000000_wrong"]) {
    const got = await http.send(method, `${path}?nonsense=1`, { key, ...body });
    expect([got.status, got.body["code"]]).toEqual([401, "unauthenticated"]);
    expect(got.headers.get("www-authenticate")).toMatch(/^Bearer/);
  }
});

test.each(GUARDED)("%s %s answers 422 to an unknown query parameter and to one given twice", async (method, path) => {
  for (const query of [
    "nonsense=1",
    "__proto__=1",
    "limit=1&limit=2",
    "action=a&action=b",
    "limit=%00",
    "cursor=a%00",
  ]) {
    const got = await http.send(method, `${path}?${query}`);
    expect([got.status, got.body["code"]]).toEqual([422, "invalid_query"]);
  }
});

test.each(WRITING)("%s %s never answers garbage with a 5xx, nor echoes it", async (method, path) => {
  const deep = `{"input":${"[".repeat(100)}${"]".repeat(100)}}`;
  const bodies = [
    "",
    "{",
    "NaN",
    '{"input":NaN}',
    "null",
    "[]",
    "3",
    '"x"',
    '{"__proto__":{"x":1}}',
    '{"input":{"__proto__":1}}',
    deep,
    "[".repeat(9_000),
    '{"input":"s3cret\\u0000"}',
    '{"input":"s3cret\\ud800"}',
    '{"reason":"s3cret\\u0000"}',
    '{"s3cret":1}',
    '{"input":1e999}',
    '{"input":{},"waitMs":"s3cret"}',
    '{"input":{},"run":{}}',
    '{"input":{},"onBehalfOf":"a b s3cret"}',
    '{"decision":"s3cret"}',
    '{"reason":"\\ud800"}',
  ];
  for (const body of bodies) {
    const got = await http.send(method, path, { body });
    expect(got.status, body).toBeLessThan(500);
    // A policy's faults name its keys: nothing in a policy is secret from its author.
    expect(path === "/v1/policy" ? "" : got.text, body).not.toContain("s3cret");
  }
});

test.each(WRITING)(
  "%s %s answers 413 to a body over the limit, declared or streamed, and 400 to bytes that are no text",
  async (method, path) => {
    const large = `{"x":"${"é".repeat(5_000)}"}`;
    expect((await http.send(method, path, { body: large })).status).toBe(413);
    expect((await http.send(method, path, { body: "{}", headers: { "content-length": "10001" } })).status).toBe(413);
    expect((await http.send(method, path, { body: large, headers: { "content-length": "2" } })).status).toBe(413);
    expect((await http.send(method, path, { body: new Blob([large]).stream() })).status).toBe(413);
    expect((await http.send(method, path, { body: new Uint8Array([0x7b, 0xff, 0x7d]) })).status).toBe(400);
  },
);

test.each(WRITING)("%s %s answers 415 to a body of another type, charset or encoding", async (method, path) => {
  const types = [
    "text/plain",
    "application/x-www-form-urlencoded",
    "multipart/form-data",
    "application/json; charset=latin1",
    "",
  ];
  for (const type of types) {
    expect((await http.send(method, path, { body: "{}", headers: { "content-type": type } })).status, type).toBe(415);
  }
  expect((await http.send(method, path, { body: "{}", headers: { "content-encoding": "gzip" } })).status).toBe(415);
});

test.each([
  ["GET", "/v1/invocations/%s"],
  ["GET", "/v1/invocations/%s/events"],
  ["POST", "/v1/invocations/%s/cancel"],
  ["POST", "/v1/invocations/%s/retry"],
  ["GET", "/v1/approvals/%s"],
  ["POST", "/v1/approvals/%s/approve"],
  ["POST", "/v1/approvals/%s/reject"],
  ["GET", "/v1/actions/%s"],
  ["GET", "/v1/principals/%s"],
  ["GET", "/v1/runs/%s"],
  ["POST", "/v1/runs/%s/compensate"],
  ["DELETE", "/v1/keys/%s"],
  ["POST", "/v1/budgets/reservations/%s/settle"],
  ["DELETE", "/v1/budgets/reservations/%s"],
  ["GET", "/v1/budgets/%s"],
  ["GET", "/v1/sessions/%s"],
  ["POST", "/v1/sessions/%s/close"],
])("%s %s answers 404 to names that nothing can have", async (method, path) => {
  for (const name of ["x", "%00", "%ff", "%2e%2e%2f", "a%20b", "x".repeat(5_000), "ivn_%F0%9F%92%A9", "__proto__"]) {
    const got = await http.send(method, path.replace("%s", name));
    expect([got.status, got.headers.get("content-type")], name).toEqual([404, "application/problem+json"]);
  }
});

test("createApp() answers 404 to unknown routes and methods, with Allow where there is another method", async () => {
  for (const path of [
    "/",
    "/v1",
    "/v1/nothing",
    "/v1/actions/",
    "/metrics",
    "/v2/actions",
    `/v1/invocations/${ID}/retry`,
    "/docs/assets/package.json",
  ]) {
    const got = await http.send("GET", path);
    expect([got.status, got.body["code"]], path).toEqual([404, "not_found"]);
  }
  const patched = await http.send("PATCH", "/v1/keys");
  expect([patched.status, patched.headers.get("allow")]).toEqual([404, "HEAD, GET, POST, OPTIONS"]);
  expect((await http.send("GET", "/v1/nothing", { key: "" })).status).toBe(401);
});

test("createApp() answers OPTIONS with the methods there are and allows no other origin", async () => {
  const got = await http.send("OPTIONS", "/v1/policy", { headers: { origin: "https://elsewhere.example" } });
  expect([got.status, got.headers.get("allow"), got.headers.get("access-control-allow-origin")]).toEqual([
    204,
    "HEAD, GET, PUT, OPTIONS",
    null,
  ]);
});

test("createApp() answers HEAD as GET without a body", async () => {
  const got = await http.send("HEAD", "/v1/actions");
  expect([got.status, got.text]).toEqual([200, ""]);
});

test("createApp() sets security headers and a request id of its own on every answer", async () => {
  for (const path of ["/healthz", "/v1/actions", "/v1/nothing", "/docs"]) {
    const { headers } = await http.send("GET", path, { headers: { "x-request-id": "theirs" } });
    expect(headers.get("x-content-type-options")).toBe("nosniff");
    expect(headers.get("x-frame-options")).toBe("DENY");
    expect(headers.get("referrer-policy")).toBe("no-referrer");
    expect(headers.get("content-security-policy")).toContain("default-src 'none'");
    expect(headers.get("x-request-id")).toMatch(/^[0-9a-f-]{36}$/);
  }
  expect((await http.send("GET", "/v1/actions")).headers.get("cache-control")).toBe("no-store");
});

test("createApp() takes the bearer scheme in any case and no other", async () => {
  const key = await createKey(http.gateway);
  for (const [value, status] of [
    [`bearer ${key}`, 200],
    [`BEARER  ${key} `, 200],
    [`Basic ${key}`, 401],
    [key, 401],
    [`Bearer ${key} x`, 401],
  ] as const) {
    expect((await http.send("GET", "/v1/actions", { key: "", headers: { authorization: value } })).status).toBe(status);
  }
});

test("createApp() answers a fault that nobody foresaw with 500 and no details, which are logged", async () => {
  const lines: unknown[] = [];
  const broken = openTestApp(store, { log: (level, message, fields) => lines.push([level, message, fields]) });
  await store.db.query("alter table action_manifest rename to hidden");
  const got = await broken.send("GET", "/v1/actions");
  await store.db.query("alter table hidden rename to action_manifest");
  broken.close();
  expect([got.status, got.body["code"], got.body["detail"]]).toEqual([
    500,
    "internal",
    "An unexpected fault on our side",
  ]);
  expect(JSON.stringify(lines)).toContain("action_manifest");
});

test("createApp() answers 503 with Retry-After while the store is away", async () => {
  const closed = await openTestStore();
  const away = openTestApp(closed);
  await closed.close();
  const got = await away.send("GET", "/v1/actions");
  expect([got.status, got.body["code"], got.headers.get("retry-after")]).toEqual([503, "unavailable", "2"]);
  expect((await away.send("GET", "/healthz")).status).toBe(200);
  expect((await away.send("GET", "/readyz")).body).toMatchObject({
    code: "unavailable",
    ready: false,
    missing: [expect.any(String)],
  });
});
