import { createHash } from "node:crypto";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import type { Caller } from "../../src/gateway/gateway.ts";
import { openTestStore, type TestStore } from "../support/pglite.ts";
import {
  ADMIN_KEY,
  codeOf,
  createCaller,
  createIdentityGateway,
  createKey,
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

const AGENT = { subject: "bot", kind: "agent", permissions: ["invoke"] } as const;

async function eventTypes(tenant: string): Promise<string[]> {
  return (await store.audit.list(tenant, {}, { limit: 50 })).items.map((event) => event.type);
}

test("createKey() gives a key of 256 random bits behind a public prefix and keeps only its hash", async () => {
  const created = await gateway.createKey(operator, { ...AGENT, permissions: ["invoke"] });
  expect(created.key).toMatch(/^csk_[0-9a-hjkmnp-tv-z]{10}_[A-Za-z0-9_-]{43}$/);
  expect(created.key.slice(4, 14)).toBe(created.prefix);
  const rows = await store.db.query<{ hash: string }>("select * from api_key");
  expect(rows.map((row) => row.hash)).toEqual([createHash("sha256").update(created.key).digest("hex")]);
  expect(JSON.stringify([rows, await store.audit.list("default", {}, { limit: 50 })])).not.toContain(
    created.key.slice(15),
  );
});

test("createKey() makes a new principal and audits both in the transaction of the change", async () => {
  const { subject } = await gateway.createKey(operator, { ...AGENT, permissions: ["invoke"], scopes: ["finance"] });
  expect(await gateway.getPrincipal(operator, subject)).toMatchObject({
    kind: "agent",
    roles: [],
    scopes: ["finance"],
  });
  expect(await eventTypes("default")).toEqual(["key.created", "principal.changed"]);
});

test("createKey() gives a known principal another key, whatever the order of its roles", async () => {
  await gateway.createKey(operator, { ...AGENT, permissions: ["invoke"], roles: ["a", "b"] });
  const second = await gateway.createKey(operator, { ...AGENT, permissions: ["read", "read"], roles: ["b", "a", "a"] });
  expect(second).toMatchObject({ roles: ["a", "b"], permissions: ["read"] });
  await gateway.createKey(operator, { ...AGENT, permissions: ["invoke"] });
});

test.each([{ kind: "user" as const }, { roles: ["x"] }, { groups: ["x"] }, { scopes: ["x"] }, { roles: [] }])(
  "createKey() refuses a principal that is described otherwise: %j",
  async (change) => {
    await gateway.putPrincipal(operator, "bot", { kind: "agent", roles: ["a"] });
    const request = { ...AGENT, permissions: ["invoke" as const], ...change };
    expect(await codeOf(gateway.createKey(operator, request))).toBe("principal_conflict");
    expect(await store.apiKeys.list("default", { limit: 50 })).toEqual({ items: [] });
  },
);

test("createKey() lets two makers of one new principal both have their key", async () => {
  const request = { ...AGENT, permissions: ["invoke" as const] };
  const keys = await Promise.all([1, 2, 3, 4].map(() => gateway.createKey(operator, request)));
  expect(new Set(keys.map((created) => created.prefix)).size).toBe(4);
});

test("createKey() refuses an expiry that has passed", async () => {
  const request = { ...AGENT, permissions: ["invoke" as const] };
  expect(await codeOf(gateway.createKey(operator, { ...request, expiresAt: "2020-01-01T00:00:00Z" }))).toBe(
    "invalid_request",
  );
  expect(await gateway.createKey(operator, { ...request, expiresAt: "2999-01-01T00:00:00+02:00" })).toMatchObject({
    expiresAt: "2998-12-31T22:00:00.000Z",
  });
});

test("createKey() never gives more than its maker has", async () => {
  const request = { ...AGENT, permissions: ["operator" as const] };
  const admin = await createCaller(gateway, { subject: "boss", permissions: ["admin"] });
  expect(await codeOf(gateway.createKey(admin, request))).toBe("forbidden");
  expect(await codeOf(gateway.createKey(admin, { ...request, permissions: ["invoke"], tenant: "acme" }))).toBe(
    "forbidden",
  );
  const agent = await createCaller(gateway, { subject: "other", permissions: ["invoke", "act_as"] });
  expect(await codeOf(gateway.createKey(agent, { ...request, permissions: ["invoke"] }))).toBe("forbidden");
});

test("createKey() by an operator for another tenant names nobody of its own in that tenant's record", async () => {
  await gateway.createKey(operator, { ...AGENT, permissions: ["admin"], tenant: "acme" });
  const { items } = await store.audit.list("acme", {}, { limit: 50 });
  expect(items.map((event) => event.principal)).toEqual([undefined, undefined]);
  expect(await eventTypes("default")).toEqual([]);
});

test("revokeKey() ends a key at once, is audited once, and repeating it changes nothing", async () => {
  const created = await gateway.createKey(operator, { ...AGENT, permissions: ["invoke"] });
  await gateway.authenticate(created.key);
  const revoked = await gateway.revokeKey(operator, created.id);
  expect(await codeOf(gateway.authenticate(created.key))).toBe("unauthenticated");
  expect(await gateway.revokeKey(operator, created.id)).toEqual(revoked);
  expect((await eventTypes("default")).filter((type) => type === "key.revoked")).toHaveLength(1);
});

test("revokeKey() does not find another tenant's key, nor an id of another form", async () => {
  await createKey(gateway, { tenant: "acme" });
  const [key] = (await store.apiKeys.list("acme", { limit: 1 })).items;
  expect(await codeOf(gateway.revokeKey(operator, key?.id ?? ""))).toBe("not_found");
  expect(await codeOf(gateway.revokeKey(operator, "key_\u0000"))).toBe("not_found");
});

test("listKeys() pages through the tenant's keys, newest first, without secrets", async () => {
  for (const subject of ["a", "b", "c"]) await createKey(gateway, { subject });
  await createKey(gateway, { tenant: "acme" });
  const first = await gateway.listKeys(operator, { limit: 2 });
  const second = await gateway.listKeys(operator, { limit: 2, cursor: first.nextCursor });
  expect([...first.items, ...second.items].map((key) => key.subject).sort()).toEqual(["a", "b", "c"]);
  expect(second.nextCursor).toBeUndefined();
  expect(Object.keys(first.items[0] ?? {})).not.toContain("hash");
});
