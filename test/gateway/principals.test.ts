import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import type { Caller } from "../../src/gateway/gateway.ts";
import { openTestStore, type TestStore } from "../support/pglite.ts";
import {
  ADMIN_KEY,
  codeOf,
  createCaller,
  createIdentityGateway,
  createPorts,
  type IdentityGateway,
} from "./identity-gateway.ts";

let store: TestStore;
let gateway: IdentityGateway;
let operator: Caller;

beforeAll(async () => {
  store = await openTestStore();
});
afterAll(() => store.close());
beforeEach(async () => {
  await store.truncateAll();
  gateway = createIdentityGateway(createPorts({ ...store }));
  operator = await gateway.authenticate(ADMIN_KEY);
});

test("putPrincipal() makes a principal and then changes only what is named", async () => {
  await gateway.putPrincipal(operator, "ada", { kind: "service", roles: ["a"], scopes: ["x"] });
  const changed = await gateway.putPrincipal(operator, "ada", { roles: ["b"] });
  expect(changed).toEqual({
    tenant: "default",
    subject: "ada",
    kind: "service",
    roles: ["b"],
    groups: [],
    scopes: ["x"],
  });
  expect(await gateway.getPrincipal(operator, "ada")).toEqual(changed);
});

test("putPrincipal() audits changes and nothing else", async () => {
  await gateway.putPrincipal(operator, "ada", { roles: ["a"] });
  await gateway.putPrincipal(operator, "ada", { roles: ["a"] });
  await gateway.putPrincipal(operator, "ada", { roles: [] });
  const { items } = await store.audit.list("default", {}, { limit: 50 });
  expect(items.map((event) => [event.type, event.data["roles"], event.data["created"]])).toEqual([
    ["principal.changed", [], false],
    ["principal.changed", ["a"], true],
  ]);
});

test("putPrincipal() holds for keys that exist already", async () => {
  const caller = await createCaller(gateway, { subject: "ada", permissions: ["approve"] });
  await gateway.putPrincipal(operator, "ada", { groups: ["finance"] });
  const key = (await gateway.listKeys(operator, { limit: 1 })).items[0];
  expect(caller.principal.groups).toEqual([]);
  expect(key?.groups).toEqual(["finance"]);
});

test("putPrincipal() needs admin, and getPrincipal() too unless it is one's own or one may audit", async () => {
  const ada = await createCaller(gateway, {
    subject: "ada",
    permissions: ["invoke", "read", "approve", "policy", "act_as"],
  });
  const auditor = await createCaller(gateway, { subject: "eve", permissions: ["audit"] });
  expect(await codeOf(gateway.putPrincipal(ada, "ada", { roles: ["admin"] }))).toBe("forbidden");
  expect(await codeOf(gateway.getPrincipal(ada, "eve"))).toBe("forbidden");
  expect(await gateway.getPrincipal(ada, "ada")).toMatchObject({ subject: "ada" });
  expect(await gateway.getPrincipal(auditor, "ada")).toMatchObject({ subject: "ada" });
});

test("getPrincipal() does not find another tenant's principal, nor a name that none can have", async () => {
  await createCaller(gateway, { subject: "ada", tenant: "acme" });
  for (const subject of ["ada", "nobody", "a b", "a\u0000b"]) {
    expect(await codeOf(gateway.getPrincipal(operator, subject))).toBe("not_found");
  }
});

test("assertPermission() audits a missing permission once a minute per principal and permission", async () => {
  const ada = await createCaller(gateway, { subject: "ada" });
  for (let time = 0; time < 3; time += 1) await codeOf(gateway.listKeys(ada, { limit: 1 }));
  await codeOf(gateway.putPolicy(ada, "version: 1"));
  const { items } = await store.audit.list("default", { type: "door.refused" }, { limit: 50 });
  expect(items.map((event) => [event.principal, event.data["permission"]])).toEqual([
    ["ada", "policy"],
    ["ada", "admin"],
  ]);
});
