import { createClient } from "countersign";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { ADMIN_KEY, createKey } from "../gateway/identity-gateway.ts";
import { openTestStore, type TestStore } from "../support/pglite.ts";
import { openTestApp, type TestApp } from "./test-app.ts";

const WIDE = "version: 1\ndefault: allow\nrules: []\n";
const YAML = { "content-type": "application/yaml" };

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

test("PUT /v1/policy?layer=organisation publishes for every tenant, apart from the tenant's own", async () => {
  const put = await http.send("PUT", "/v1/policy?layer=organisation", { body: WIDE, headers: YAML });
  expect(put).toMatchObject({ status: 200, body: { version: expect.stringMatching(/^organisation-1-/) as string } });
  expect((await http.send("GET", "/v1/policy?layer=organisation")).body).toEqual(put.body);
  expect((await http.send("GET", "/v1/policy/versions?layer=organisation&limit=1")).body).toEqual({
    items: [put.body],
  });
  expect((await http.send("GET", "/v1/policy")).status).toBe(404);
  expect((await http.send("GET", "/v1/policy?layer=tenant")).status).toBe(404);
  expect((await http.send("GET", "/v1/policy/versions")).body).toEqual({ items: [] });
});

test("PUT /v1/policy?layer=organisation answers 403 without the permission operator", async () => {
  const key = await createKey(http.gateway, { subject: "ada", permissions: ["admin"] });
  const got = await http.send("PUT", "/v1/policy?layer=organisation", { key, body: WIDE, headers: YAML });
  expect(got).toMatchObject({ status: 403, body: { code: "forbidden" } });
});

test.each(["GET", "PUT"])("%s /v1/policy answers 422 to a layer that doesn't exist", async (method) => {
  const sent = method === "PUT" ? { body: WIDE, headers: YAML } : {};
  const got = await http.send(method, "/v1/policy?layer=team", sent);
  expect(got).toMatchObject({ status: 422, body: { code: "invalid_query" } });
});

test("client.policy reads and publishes either layer", async () => {
  const client = createClient({
    baseUrl: "http://countersign.test",
    apiKey: ADMIN_KEY,
    fetch: (url, init) => Promise.resolve(http.app.request(url, init)),
  });
  const published = await client.policy.put(WIDE, { layer: "organisation" });
  expect(await client.policy.get({ layer: "organisation" })).toEqual(published);
  expect((await client.policy.versions({ layer: "organisation", limit: 5 })).items).toEqual([published]);
  expect((await client.policy.versions()).items).toEqual([]);
});

test("POST /v1/policy/evaluate asks shipped templates, and answers 422 to one that doesn't exist", async () => {
  const body = {
    action: "coffee.brew",
    input: {},
    policy: { templates: ["safe_coding", "safe_browsing"] },
    defaultEffect: "allow",
  };
  expect(await http.send("POST", "/v1/policy/evaluate", { body })).toMatchObject({
    status: 200,
    body: { effect: "allow", defaulted: true },
  });
  const unknown = { ...body, policy: { templates: ["safe_everything"] } };
  expect(await http.send("POST", "/v1/policy/evaluate", { body: unknown })).toMatchObject({
    status: 422,
    body: { code: "invalid_policy", errors: [{ message: 'There is no template "safe_everything"' }] },
  });
});

test("POST /v1/policy/evaluate tells what would be changed and limited", async () => {
  const rule = { name: "r", effect: "sanitize", sanitize: { mask: ["/card"] }, limits: { attempts: { per_run: 2 } } };
  const body = { action: "pay", input: { card: "4111" }, policy: { version: 1, rules: [rule] } };
  const got = await http.send("POST", "/v1/policy/evaluate", { body });
  expect(got.body).toMatchObject({
    effect: "sanitize",
    obligations: { sanitize: { mask: ["/card"] }, limits: { attempts: { perRun: 2 } } },
  });
});
