import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { openTestStore, type TestStore } from "../support/pglite.ts";
import { openTestApp, publishEcho, type TestApp } from "./test-app.ts";

const PATH = "/v1/actions/test.echo/invocations";

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

function nested(depth: number): string {
  return `${'{"a":'.repeat(depth)}1${"}".repeat(depth)}`;
}

test("POST of an invocation answers 202 and where to look while nothing decided it", async () => {
  const got = await http.send("POST", PATH, { body: { input: { a: 1 }, waitMs: 0 } });
  expect([got.status, got.body["status"]]).toEqual([202, "accepted"]);
  const found = await http.send("GET", got.headers.get("location") ?? "");
  expect([found.status, found.body["id"], found.body["input"]]).toEqual([200, got.body["id"], { a: 1 }]);
});

test.each([
  ["no JSON", "{", 400, "malformed_request"],
  ["nothing", "", 400, "malformed_request"],
  ["NaN", '{"input":{"a":NaN}}', 400, "malformed_request"],
  ["an infinite number", '{"input":{"a":1e999}}', 422, "invalid_input"],
  ["a NUL character", '{"input":{"a":"\\u0000"}}', 422, "invalid_input"],
  ["a NUL character in the reason", '{"input":{},"reason":"\\u0000"}', 422, "invalid_input"],
  ["a lone surrogate", '{"input":{"a":"\\ud800"}}', 422, "invalid_input"],
  ["a lone surrogate in a key", '{"input":{"\\udc00":1}}', 422, "invalid_input"],
  ["__proto__", '{"input":{"__proto__":{"a":1}}}', 422, "invalid_input"],
  ["65 levels", `{"input":${nested(65)},"waitMs":0}`, 422, "invalid_input"],
  ["100,000 levels", `{"input":${nested(30_000)}}`, 422, "invalid_input"],
  ["an input that is no object", '{"input":[]}', 422, "invalid_input"],
  ["no input", "{}", 422, "invalid_request"],
  ["an unknown member", '{"input":{},"actor":"root"}', 422, "invalid_request"],
  ["a list", "[]", 422, "invalid_request"],
  ["a wait that is too long", '{"input":{},"waitMs":60001}', 422, "invalid_request"],
  ["an input over its limit", `{"input":{"a":"${"x".repeat(65_536)}"}}`, 413, "too_large"],
  ["a body over its limit", `{"input":{"a":"${"x".repeat(1_000_000)}"}}`, 413, "too_large"],
])("POST of an invocation with %s is refused", async (_what, body, ...expected) => {
  const got = await http.send("POST", PATH, { body });
  expect([got.status, got.body["code"]]).toEqual(expected);
});

test("POST of an invocation takes 64 levels of input", async () => {
  expect((await http.send("POST", PATH, { body: `{"input":${nested(64)},"waitMs":0}` })).status).toBe(202);
});

test("POST of an invocation says where the body doesn't fit, without the value", async () => {
  const got = await http.send("POST", PATH, {
    body: { input: {}, reason: 12345, session: { id: "" }, waitMs: -1, hush: 1 },
  });
  expect(got.body["errors"]).toEqual([
    { pointer: "/reason", message: "Must be of type string" },
    { pointer: "/session/id", message: "The number of characters must be at least 1" },
    { pointer: "/waitMs", message: "It must be at least 0" },
    { pointer: "", message: "Has an unknown member; known are input, reason, run, session, onBehalfOf, waitMs" },
  ]);
  expect(got.text).not.toMatch(/12345|hush/);
});

test.each(["", "x".repeat(256), "x".repeat(300), "tab\tinside", "ümlaut"])(
  "Idempotency-Key %j is refused",
  async (key) => {
    const headers = { "idempotency-key": key };
    const paths = [PATH, "/v1/approvals/ivn_00000000000000000000000000/approve"];
    for (const path of paths) {
      const got = await http.send("POST", path, { body: { input: {} }, headers });
      expect([got.status, got.body["code"]]).toEqual([422, "invalid_idempotency_key"]);
    }
  },
);

test("Idempotency-Key makes two calls one, and another input a conflict", async () => {
  const headers = { "idempotency-key": "order 7" };
  const first = await http.send("POST", PATH, { body: { input: { a: 1 }, waitMs: 0 }, headers });
  const again = await http.send("POST", PATH, { body: { input: { a: 1 }, waitMs: 0 }, headers });
  expect(again.body).toMatchObject({ id: first.body["id"], replayed: true });
  const other = await http.send("POST", PATH, { body: { input: { a: 2 }, waitMs: 0 }, headers });
  expect([other.status, other.body["code"]]).toEqual([409, "idempotency_conflict"]);
});

test("GET of invocations bounds times that no database knows", async () => {
  for (const time of ["0000-01-01T00:00:00Z", "9999-12-31T23:59:59.999Z", "2030-01-01T00:00:00%2B14:00"]) {
    expect((await http.send("GET", `/v1/invocations?createdAfter=${time}`)).status).toBe(200);
    expect((await http.send("GET", `/v1/invocations/stats?createdBefore=${time}`)).status).toBe(200);
    expect((await http.send("GET", `/v1/audit?after=${time}`)).status).toBe(200);
  }
  expect((await http.send("GET", "/v1/invocations?createdAfter=yesterday")).status).toBe(422);
});

test.each(["/v1/invocations", "/v1/approvals", "/v1/audit", "/v1/keys", "/v1/policy/versions"])(
  "GET %s answers 422 to limits and cursors that no list gives",
  async (path) => {
    const forged = [
      "-8640000000000000 x",
      "8640000000000000 x",
      "1 ",
      " ",
      "x",
      "-1",
      "999999999999999999999",
      "1 \u0000",
    ].map((text) => Buffer.from(text).toString("base64url"));
    for (const query of ["limit=0", "limit=201", "limit=x", "limit=1.5", "limit="])
      expect((await http.send("GET", `${path}?${query}`)).status, query).toBe(422);
    for (const cursor of [...forged, "!", "x".repeat(600)])
      expect((await http.send("GET", `${path}?cursor=${cursor}`)).status, cursor).toBeLessThan(500);
  },
);
