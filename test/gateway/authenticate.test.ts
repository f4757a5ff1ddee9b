import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { createAuthenticate } from "../../src/gateway/authenticate.ts";
import { type GatewayPorts } from "../../src/gateway/ports.ts";
import { openTestStore, type TestStore } from "../support/pglite.ts";
import {
  ADMIN_KEY,
  codeOf,
  createIdentityGateway,
  createKey,
  createPorts,
  type IdentityGateway,
} from "./identity-gateway.ts";

let store: TestStore;
let gateway: IdentityGateway;

beforeAll(async () => {
  store = await openTestStore();
});
afterAll(() => store.close());
beforeEach(async () => {
  await store.truncateAll();
  // Limiters stand beside a store object, so each test has its own.
  gateway = createIdentityGateway(createPorts({ ...store }));
});

test("authenticate() finds the principal and permissions of a key", async () => {
  const key = await createKey(gateway, { subject: "ada", roles: ["lead"], tenant: "acme", permissions: ["approve"] });
  const caller = await gateway.authenticate(key);
  expect(caller.principal).toEqual({
    tenant: "acme",
    subject: "ada",
    kind: "user",
    roles: ["lead"],
    groups: [],
    scopes: [],
  });
  expect([...caller.permissions]).toEqual(["approve"]);
});

test("authenticate() asks the store once for a key", async () => {
  const key = await createKey(gateway);
  let queries = 0;
  const counting = {
    ...store,
    apiKeys: { ...store.apiKeys, findByPrefix: (prefix: string) => (queries++, store.apiKeys.findByPrefix(prefix)) },
  };
  await createAuthenticate(createPorts(counting))(key);
  expect(queries).toBe(1);
});

test("authenticate() takes the configured admin key as the operator of the default tenant", async () => {
  const { principal, permissions } = await gateway.authenticate(ADMIN_KEY);
  expect(principal).toMatchObject({ tenant: "default", subject: "admin", kind: "user", roles: [] });
  expect([...permissions].sort()).toEqual(["admin", "operator"]);
});

test("authenticate() gives the operator the roles of a principal named admin", async () => {
  await gateway.putPrincipal(await gateway.authenticate(ADMIN_KEY), "admin", { groups: ["finance"] });
  expect((await gateway.authenticate(ADMIN_KEY)).principal.groups).toEqual(["finance"]);
});

test("authenticate() refuses the admin key where none is configured", async () => {
  const ports: GatewayPorts = { ...createPorts(store), adminKey: undefined };
  expect(await codeOf(createAuthenticate(ports)(ADMIN_KEY))).toBe("unauthenticated");
});

test.each([
  ["nothing", undefined],
  ["an empty text", ""],
  ["another form", "hello"],
  ["a text of megabytes", "x".repeat(2_000_000)],
  ["an unknown prefix", `csk_0000000000_${"A".repeat(43)}`],
  ["text that no database takes", "csk_0000000000_\u0000"],
])("authenticate() refuses %s", async (_what, credential) => {
  expect(await codeOf(gateway.authenticate(credential))).toBe("unauthenticated");
});

test("authenticate() refuses a key with a character changed, added or taken away", async () => {
  const key = await createKey(gateway);
  const changed = key.slice(0, -2) + (key.endsWith("AA") ? "BB" : "AA");
  for (const wrong of [changed, `${key}A`, key.slice(0, -1)])
    expect(await codeOf(gateway.authenticate(wrong))).toBe("unauthenticated");
});

test("authenticate() refuses a key from the moment that it expires by the database's clock", async () => {
  const key = await createKey(gateway);
  await store.db.query("update api_key set expires_at = clock_timestamp() - interval '1 millisecond'");
  expect(await codeOf(gateway.authenticate(key))).toBe("unauthenticated");
});

test("authenticate() audits a failure once a minute per known prefix, in the key's tenant, without its secret", async () => {
  const key = await createKey(gateway, { tenant: "acme" });
  const secret = key.slice(15);
  for (const wrong of [`${key}A`, `${key}B`, `${key}C`]) await codeOf(gateway.authenticate(wrong));
  const events = (await store.audit.list("acme", { type: "door.refused" }, { limit: 50 })).items;
  expect(events.map((event) => event.data)).toEqual([{ code: "unauthenticated", prefix: key.slice(4, 14) }]);
  expect(JSON.stringify(events)).not.toContain(secret);
});

test("authenticate() audits guesses in the default tenant, a bounded number of them, and never echoes another form", async () => {
  await codeOf(gateway.authenticate("my-password-by-mistake"));
  for (let guess = 0; guess < 100; guess += 1) {
    await codeOf(gateway.authenticate(`csk_${String(guess).padStart(10, "0")}_${"A".repeat(43)}`));
  }
  const events = (await store.audit.list("default", { type: "door.refused" }, { limit: 200 })).items;
  expect(events).toHaveLength(60);
  expect(JSON.stringify(events)).not.toContain("password");
});

test("authenticate() rejects a failure that it could not audit all the same", async () => {
  const broken = { ...store, transaction: () => Promise.reject(new Error("The disk is full")) };
  expect(await codeOf(createAuthenticate(createPorts(broken))("hello"))).toBe("unauthenticated");
});
