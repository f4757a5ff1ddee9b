import { afterAll, beforeAll, expect, test } from "vitest";
import { openTestStore, type TestStore } from "../support/pglite.ts";
import { openTestApp, publishEcho, type TestApp } from "./test-app.ts";

let store: TestStore;
let http: TestApp;

beforeAll(async () => {
  store = await openTestStore();
  http = openTestApp(store);
  await publishEcho(store);
});

afterAll(async () => {
  http.close();
  await store.close();
});

test("GET /readyz names what is missing and needs no key", async () => {
  const missing = await http.send("GET", "/readyz", { key: "" });
  expect([missing.status, missing.body["missing"]]).toEqual([503, ["No policy is in force"]]);
  await http.send("PUT", "/v1/policy", {
    body: "version: 1\nrules: []\n",
    headers: { "content-type": "application/yaml" },
  });
  expect((await http.send("GET", "/readyz", { key: "" })).body).toMatchObject({ ready: true, missing: [] });
});
