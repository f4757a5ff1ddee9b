import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { GuardView } from "../../src/contract/guards.ts";
import { createClient } from "../../src/client/create-client.ts";
import { ADMIN_KEY, createKey } from "../gateway/identity-gateway.ts";
import { openTestStore, type TestStore } from "../support/pglite.ts";
import { GUARD_IDS, recordGuards } from "../support/recorded-guards.ts";
import { openTestApp, type TestApp } from "./test-app.ts";

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
  await recordGuards(store.db, { tenant: "default" });
});

const BREAKER = encodeURIComponent(GUARD_IDS.breaker);

describe("GET /v1/guards", () => {
  it("pages, keeps to a kind, and refuses what it doesn't know", async () => {
    const first = await http.send("GET", "/v1/guards?limit=2");
    const cursor = String(first.body["nextCursor"]);
    const second = await http.send("GET", `/v1/guards?limit=3&cursor=${cursor}`);
    const items = [...(first.body["items"] as GuardView[]), ...(second.body["items"] as GuardView[])];
    expect(items.map(({ id }) => id).toSorted()).toEqual(Object.values(GUARD_IDS).toSorted());
    expect(second.body["nextCursor"]).toBeUndefined();
    const breakers = await http.send("GET", "/v1/guards?kind=breaker");
    expect(breakers.body["items"]).toMatchObject([{ id: GUARD_IDS.breaker, kind: "breaker" }]);
    for (const query of ["kind=schema", "kind=", "limit=0", "cursor=x"]) {
      expect((await http.send("GET", `/v1/guards?${query}`)).body["code"]).toBe("invalid_query");
    }
  });

  it("answers 403 without admin", async () => {
    const key = await createKey(http.gateway, { permissions: ["read", "audit", "policy", "approve"] });
    for (const [method, path] of [
      ["GET", "/v1/guards"],
      ["GET", `/v1/guards/${BREAKER}`],
      ["POST", `/v1/guards/${BREAKER}/reset`],
    ] as const) {
      const { status, body } = await http.send(method, path, { key });
      expect([status, body["code"], body["permission"]]).toEqual([403, "forbidden", "admin"]);
    }
  });
});

describe("POST /v1/guards/{id}/reset", () => {
  it("answers with the guard as it is after it, with and without a reason", async () => {
    const before = await http.send("GET", `/v1/guards/${BREAKER}`);
    expect([before.status, before.body["state"]]).toMatchObject([200, { status: "open" }]);
    const { status, body } = await http.send("POST", `/v1/guards/${BREAKER}/reset`, { body: { reason: "It is back" } });
    expect([status, body["state"]]).toEqual([200, { status: "closed", failures: 0 }]);
    const again = await http.send("POST", `/v1/guards/${BREAKER}/reset`);
    expect(again.status).toBe(200);
    const { items } = (await http.send("GET", "/v1/audit?type=guard.reset")).body as { items: { data: object }[] };
    expect(items.map(({ data }) => data)).toEqual([
      { guard: "breaker", id: GUARD_IDS.breaker, before: { status: "closed", failures: 0 } },
      { guard: "breaker", id: GUARD_IDS.breaker, before: before.body["state"], reason: "It is back" },
    ]);
  });

  it("answers 404 alike for another tenant's guard and for none, and 422 for a body of another form", async () => {
    const key = await createKey(http.gateway, { tenant: "acme", permissions: ["admin"] });
    const answerOf = async (id: string, path = "") => {
      const method = path === "" ? "GET" : "POST";
      const { status, body } = await http.send(method, `/v1/guards/${encodeURIComponent(id)}${path}`, { key });
      const { instance: _, requestId: __, ...rest } = body;
      return { status, ...rest };
    };
    for (const path of ["", "/reset"]) {
      const none = await answerOf("breaker:none", path);
      expect(none).toMatchObject({ status: 404, code: "not_found" });
      for (const id of [...Object.values(GUARD_IDS), "x", "breaker:a\0b"])
        expect(await answerOf(id, path)).toEqual(none);
    }
    for (const body of [{ reason: 1 }, { why: "x" }, { reason: "x".repeat(2_001) }]) {
      expect((await http.send("POST", `/v1/guards/${BREAKER}/reset`, { body })).status).toBe(422);
    }
  });
});

describe("createClient().guards", () => {
  it("lists, gets and resets by ids with any characters", async () => {
    const fetch: typeof globalThis.fetch = async (input, init) => http.app.fetch(new Request(input, init));
    const { guards } = createClient({ baseUrl: "http://countersign.test", apiKey: ADMIN_KEY, fetch });
    const { items } = await guards.list({ kind: "breaker", limit: 1 });
    expect(items).toEqual([await guards.get(GUARD_IDS.breaker)]);
    expect(await guards.reset(GUARD_IDS.breaker, { reason: "Back" })).toMatchObject({ state: { status: "closed" } });
    expect(await guards.reset(GUARD_IDS.attempts)).toMatchObject({ state: { used: 0 } });
    await expect(guards.get("rate:none")).rejects.toMatchObject({ code: "not_found", status: 404 });
  });
});
