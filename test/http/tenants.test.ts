import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import type { InvocationId } from "../../src/contract/ids.ts";
import { openingProgress } from "../../src/core/approval/clocks.ts";
import { stageOf, termsOf } from "../gateway/asked.ts";
import { createKey } from "../gateway/identity-gateway.ts";
import { openTestStore, type TestStore } from "../support/pglite.ts";
import { newApproval } from "../support/recorded-approvals.ts";
import { openTestApp, publishEcho, type TestApp } from "./test-app.ts";

const NOBODY = "ivn_00000000000000000000000000";

let store: TestStore;
let http: TestApp;
let id: InvocationId;
let keyId: string;
let ownKey: string;

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
  const permissions = ["admin" as const];
  const theirKey = await createKey(http.gateway, { subject: "boss", tenant: "acme", permissions });
  ownKey = await createKey(http.gateway, { subject: "boss", tenant: "other", permissions });
  keyId = (await store.apiKeys.list("acme", { limit: 1 })).items[0]?.id ?? "";
  const path = "/v1/actions/test.echo/invocations";
  id = (await http.send("POST", path, { key: theirKey, body: { input: {}, waitMs: 0 } })).body["id"] as InvocationId;
  await openApproval();
});

async function openApproval(): Promise<void> {
  const approvers = ["user:boss"];
  const row = {
    ...{ approvers, requesters: ["bot"], digest: "0".repeat(64), openedAt: new Date() },
    terms: JSON.stringify(termsOf({ stages: [stageOf({ approvers })] })),
    progress: JSON.stringify(openingProgress(Date.now())),
  };
  await store.approvals.open(newApproval({ tenant: "acme", id }, row));
}

/** What is left of an answer that names neither the request nor the time. */
async function answerTo(method: string, path: string, body?: unknown): Promise<unknown> {
  const got = await http.send(method, path, { key: ownKey, body });
  const { instance: _instance, ...rest } = got.body;
  return { status: got.status, ...rest };
}

test.each([
  ["GET", "/v1/invocations/%s", undefined],
  ["GET", "/v1/invocations/%s?waitMs=1000", undefined],
  ["GET", "/v1/invocations/%s/events", undefined],
  ["POST", "/v1/invocations/%s/cancel", {}],
  ["POST", "/v1/invocations/%s/reconcile", { outcome: "failed", note: "looked" }],
  ["GET", "/v1/approvals/%s", undefined],
  ["POST", "/v1/approvals/%s/votes", { decision: "approve" }],
  ["POST", "/v1/approvals/%s/approve", {}],
  ["POST", "/v1/approvals/%s/reject", {}],
])("%s %s answers for another tenant's id just as for one that does not exist", async (method, path, body) => {
  const theirs = await answerTo(method, path.replace("%s", id), body);
  expect(theirs).toEqual(await answerTo(method, path.replace("%s", NOBODY), body));
  expect(theirs).toMatchObject({ status: 404, code: "not_found" });
});

test("DELETE of another tenant's key answers just as for one that does not exist", async () => {
  const theirs = await answerTo("DELETE", `/v1/keys/${keyId}`);
  expect(theirs).toEqual(await answerTo("DELETE", "/v1/keys/key_00000000000000000000000000"));
  expect(theirs).toMatchObject({ status: 404 });
});

test.each(["/v1/invocations", "/v1/approvals", "/v1/policy/versions"])(
  "GET %s shows nothing of another tenant",
  async (path) => {
    expect(await answerTo("GET", path)).toEqual({ status: 200, items: [] });
  },
);

test("GET of lists, counts, record and principals stays inside the caller's tenant", async () => {
  expect(await answerTo("GET", "/v1/invocations/stats")).toEqual({ status: 200, total: 0, byStatus: {} });
  expect((await http.send("GET", "/v1/keys", { key: ownKey })).text).not.toMatch(/acme/);
  expect((await http.send("GET", "/v1/audit", { key: ownKey })).text).not.toMatch(/acme|ivn_/);
  expect((await http.send("GET", `/v1/audit?invocation=${id}`, { key: ownKey })).body["items"]).toEqual([]);
  await http.gateway.putPrincipal(await http.gateway.authenticate(ownKey), "only-here", {});
  expect(await answerTo("GET", "/v1/principals/bot")).toMatchObject({ status: 404 });
});

test("POST of an invocation can't act for another tenant's principal, nor a header name anybody", async () => {
  await createKey(http.gateway, { subject: "bot", tenant: "acme" });
  const body = { input: {}, waitMs: 0, onBehalfOf: "bot" };
  const got = await http.send("POST", "/v1/actions/test.echo/invocations", { key: ownKey, body });
  expect(got.status).toBe(422);
  const headers = {
    "x-actor": "root",
    "x-tenant": "acme",
    "x-user": "root",
    "x-forwarded-user": "root",
    "x-subject": "root",
  };
  const own = await http.send("POST", "/v1/actions/test.echo/invocations", {
    key: ownKey,
    headers,
    body: { input: {}, waitMs: 0 },
  });
  expect(own.body).toMatchObject({ tenant: "other", actor: "boss" });
});
