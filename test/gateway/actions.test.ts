import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import type { Caller } from "../../src/gateway/gateway.ts";
import { manifestOf } from "../support/manifests.ts";
import { openTestStore, type TestStore } from "../support/pglite.ts";
import { codeOf, createCaller, createIdentityGateway, createPorts, type IdentityGateway } from "./identity-gateway.ts";

let store: TestStore;
let gateway: IdentityGateway;
let caller: Caller;

beforeAll(async () => {
  store = await openTestStore();
});
afterAll(() => store.close());
beforeEach(async () => {
  await store.truncateAll();
  gateway = createIdentityGateway(createPorts({ ...store }));
  caller = await createCaller(gateway);
});

test("listActions() gives the current version of every action, by name", async () => {
  await store.manifests.publish([manifestOf({ name: "b" }), manifestOf({ name: "a" })]);
  await store.manifests.publish([manifestOf({ name: "b", version: "v2", title: "Newer" })]);
  const actions = await gateway.listActions(caller);
  expect(actions.map(({ name, version }) => [name, version])).toEqual([
    ["a", "v1"],
    ["b", "v2"],
  ]);
});

test("getAction() follows every publication at once, going back to an earlier version too", async () => {
  const versions: string[] = [];
  for (const version of ["v1", "v2", "v1", "v3"]) {
    await store.manifests.publish([manifestOf({ version })]);
    versions.push((await gateway.getAction(caller, "test.echo")).version);
  }
  expect(versions).toEqual(["v1", "v2", "v1", "v3"]);
});

test("getAction() shows neither secret fields nor task queue", async () => {
  await store.manifests.publish([manifestOf({ secretFields: ["/pin"], title: "Echo" })]);
  const action = await gateway.getAction(caller, "test.echo");
  expect(action).toMatchObject({ title: "Echo", execution: { mode: "idempotent" } });
  expect(Object.keys(action)).not.toEqual(expect.arrayContaining(["secretFields"]));
  expect(JSON.stringify(action)).not.toMatch(/pin|tests/);
});

test.each(["nothing", "", "a b", "A", "a\u0000", "../a", "x".repeat(1_000)])(
  "getAction() does not find %j",
  async (name) => {
    expect(await codeOf(gateway.getAction(caller, name))).toBe("action_not_found");
  },
);

test("get() of a manifest gives the same object while its document is the same", async () => {
  await store.manifests.publish([manifestOf()]);
  const first = await store.manifests.get("test.echo");
  await store.manifests.publish([manifestOf()]);
  expect(await store.manifests.get("test.echo")).toBe(first);
  await store.manifests.publish([manifestOf({ description: "Other words" })]);
  expect((await store.manifests.get("test.echo"))?.description).toBe("Other words");
});
