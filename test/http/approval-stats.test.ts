import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { createKey } from "../gateway/identity-gateway.ts";
import { openTestStore, type TestStore } from "../support/pglite.ts";
import { recordApproval } from "../support/recorded-approvals.ts";
import { openTestApp, type TestApp } from "./test-app.ts";

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
beforeEach(() => store.truncateAll());

describe("GET /v1/approvals/stats", () => {
  it("is a report, not an approval of that id", async () => {
    const openedAtMs = Date.now() - 60_000;
    await recordApproval(store.db, { openedAtMs, action: "test.echo" });
    await recordApproval(store.db, { openedAtMs, action: "test.other" });
    const { status, body } = await http.send("GET", "/v1/approvals/stats?action=test.echo");
    expect(status).toBe(200);
    expect(body).toMatchObject({ questions: 1, pending: 1, calls: 1, questionsPer100Calls: 100 });
  });

  it("takes any time, and refuses what is none", async () => {
    const { body } = await http.send("GET", "/v1/approvals/stats?createdAfter=0001-01-01T00:00:00Z");
    expect(body).toMatchObject({ createdAfter: "1970-01-01T00:00:00.000Z", questions: 0 });
    for (const query of ["createdAfter=yesterday", "createdBefore=2026", "limit=1", "rule=x"]) {
      expect((await http.send("GET", `/v1/approvals/stats?${query}`)).body["code"]).toBe("invalid_query");
    }
  });

  it("answers 403 without audit", async () => {
    const key = await createKey(http.gateway, { subject: "ann", permissions: ["read", "approve"] });
    expect(await http.send("GET", "/v1/approvals/stats", { key })).toMatchObject({ status: 403 });
  });
});
