import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { GrantView } from "../../src/contract/grants.ts";
import { createClient } from "../../src/client/create-client.ts";
import { ADMIN_KEY, createKey } from "../gateway/identity-gateway.ts";
import { openTestStore, type TestStore } from "../support/pglite.ts";
import { issueGrant } from "../support/recorded-grants.ts";
import { openTestApp, publishEcho, type TestApp } from "./test-app.ts";

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
  await publishEcho(store);
});

const keyOf = (subject: string) => createKey(http.gateway, { subject, permissions: ["read", "approve"] });

describe("GET /v1/grants", () => {
  it("pages, keeps to what is asked for, and refuses what it doesn't know", async () => {
    const ids = [];
    for (const issued_at of [3_000, 2_000, 1_000]) ids.push(await issueGrant(store, { issued_at }));
    const mine = await issueGrant(store, { issuer: "mia", actor: "bob", issued_at: 500 });
    const first = await http.send("GET", "/v1/grants?limit=2&issuedBy=eve");
    const second = await http.send("GET", `/v1/grants?limit=2&issuedBy=eve&cursor=${String(first.body["nextCursor"])}`);
    const items = [...(first.body["items"] as GrantView[]), ...(second.body["items"] as GrantView[])];
    expect(items.map(({ id }) => id)).toEqual(ids);
    expect(second.body["nextCursor"]).toBeUndefined();
    for (const query of ["actor=bob", "issuedBy=mia", "action=test.echo&actor=bob"]) {
      expect((await http.send("GET", `/v1/grants?${query}`)).body["items"]).toMatchObject([{ id: mine }]);
    }
    for (const query of ["status=active", "limit=0", "cursor=x"]) {
      expect((await http.send("GET", `/v1/grants?${query}`)).body["code"]).toBe("invalid_query");
    }
  });
});

describe("DELETE /v1/grants/{id}", () => {
  it("answers with the grant as it is after it, again and again", async () => {
    const path = `/v1/grants/${await issueGrant(store)}`;
    const key = await keyOf("eve");
    const before = await http.send("GET", path, { key });
    expect([before.status, before.body["bounds"]]).toEqual([200, { "/amountCents": { lte: 100 } }]);
    const { status, body } = await http.send("DELETE", path, { key });
    expect([status, body["status"], body["revokedBy"]]).toEqual([200, "revoked", "eve"]);
    expect((await http.send("DELETE", path, { key })).body).toEqual(body);
    expect((await http.send("GET", path, { key })).body).toEqual(body);
  });

  it("answers 409 when it is over, 403 to whom it is for, and 404 to others", async () => {
    const path = `/v1/grants/${await issueGrant(store, { used: 3 })}`;
    const problemOf = async (subject: string) => {
      const { status, body } = await http.send("DELETE", path, { key: await keyOf(subject) });
      return [status, body["code"], body["status"] ?? body["permission"]];
    };
    expect(await problemOf("eve")).toEqual([409, "already_final", 409]);
    expect(await problemOf("ada")).toEqual([403, "forbidden", 403]);
    expect(await problemOf("bob")).toEqual([404, "not_found", 404]);
    expect((await http.send("DELETE", "/v1/grants/nonsense")).status).toBe(404);
  });
});

describe("client.grants", () => {
  it("lists, gets and revokes by the same routes", async () => {
    const requests: string[] = [];
    const fetch: typeof globalThis.fetch = async (url, init) => {
      const request = new Request(url, init);
      requests.push(`${request.method} ${request.url.replace("http://app", "")}`);
      return http.app.request(request);
    };
    const { grants } = createClient({ baseUrl: "http://app", apiKey: ADMIN_KEY, fetch });
    const id = await issueGrant(store);
    const { items } = await grants.list({ actor: "ada", limit: 5 });
    expect(items).toEqual([await grants.get(id)]);
    expect(await grants.revoke(id)).toMatchObject({ id, status: "revoked" });
    await expect(grants.get("grt_none")).rejects.toMatchObject({ code: "not_found" });
    expect(requests).toEqual([
      "GET /v1/grants?actor=ada&limit=5",
      `GET /v1/grants/${id}`,
      `DELETE /v1/grants/${id}`,
      "GET /v1/grants/grt_none",
    ]);
  });
});
