import { afterAll, beforeAll, expect, test } from "vitest";
import { openTestStore, type TestStore } from "../support/pglite.ts";
import { openTestApp, type TestApp } from "./test-app.ts";

let store: TestStore;
let http: TestApp;

beforeAll(async () => {
  store = await openTestStore();
  http = openTestApp(store, { publicUrl: "https://guard.example" });
});
afterAll(async () => {
  http.close();
  await store.close();
});

test("GET /docs asks for nothing from elsewhere", async () => {
  const { status, text, headers } = await http.send("GET", "/docs", { key: "" });
  expect(status).toBe(200);
  expect(text).not.toMatch(/https?:/);
  expect(text).not.toMatch(/<script>/);
  expect(headers.get("content-security-policy")).toContain("connect-src 'self'");
});

test("GET /docs/assets serves every file that the page names", async () => {
  const { text } = await http.send("GET", "/docs", { key: "" });
  const files = [...text.matchAll(/(?:src|href)="([^"]+)"/g)].map((match) => match[1] ?? "");
  expect(files).toHaveLength(4);
  for (const file of files) expect((await http.send("GET", file, { key: "" })).status).toBe(200);
});

test("GET /docs/assets tells the page to validate nowhere", async () => {
  expect((await http.send("GET", "/docs/assets/initializer.js", { key: "" })).text).toContain("validatorUrl: null");
});

test.each(["package.json", "..%2fpackage.json", "%2e%2e", "swagger-ui.css.map"])(
  "GET /docs/assets does not serve %s",
  async (file) => {
    expect((await http.send("GET", `/docs/assets/${file}`)).status).toBe(404);
  },
);

test("GET /openapi.json gives a document whose references all lead somewhere", async () => {
  const { body, text } = await http.send("GET", "/openapi.json", { key: "" });
  expect(body).toMatchObject({ openapi: "3.1.0", servers: [{ url: "https://guard.example" }] });
  const components = body["components"] as Record<string, Record<string, unknown>>;
  for (const [, section = "", name = ""] of text.matchAll(/"#\/components\/(\w+)\/(\w+)"/g))
    expect(components[section]).toHaveProperty(name);
  expect(Object.keys(components["schemas"] ?? {})).toEqual(
    expect.arrayContaining(["Invocation", "Approval", "Action", "Key", "Problem"]),
  );
});
