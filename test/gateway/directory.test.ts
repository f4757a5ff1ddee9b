import { afterAll, beforeAll, expect, test } from "vitest";
import { createDirectory } from "../../src/gateway/directory.ts";
import { openTestStore, type TestStore } from "../support/pglite.ts";

let store: TestStore;
beforeAll(async () => {
  store = await openTestStore();
  const nothing = { tenant: "default", kind: "user" as const, roles: [], groups: [], scopes: [] };
  await store.principals.insert({ ...nothing, subject: "ada", roles: ["approver"] });
  await store.principals.insert({ ...nothing, subject: "bob" });
});
afterAll(() => store.close());

test("createDirectory() finds people by subject, as they are now, and leaves out whoever is unknown", async () => {
  const directory = createDirectory(store);
  const found = await directory.find("default", ["ada", "nobody"]);
  expect([...found]).toEqual([["ada", { subject: "ada", kind: "user", roles: ["approver"], groups: [] }]]);
  const bob = { tenant: "default", subject: "bob", kind: "user" as const, roles: [], groups: ["new"], scopes: [] };
  await store.principals.update(bob);
  expect((await directory.find("default", ["bob"])).get("bob")?.groups).toEqual(["new"]);
  expect((await directory.find("acme", ["ada"])).size).toBe(0);
});

test("createDirectory() searches by name, and asks nobody about nobody", async () => {
  const directory = createDirectory(store);
  expect(await directory.search("default", ["role:approver"], 5)).toMatchObject([{ subject: "ada" }]);
  expect(await directory.search("default", undefined, 1)).toHaveLength(1);
  const closed = createDirectory({
    principals: { ...store.principals, find: () => Promise.reject(new Error("Asked")) },
  });
  expect((await closed.find("default", [])).size).toBe(0);
});
