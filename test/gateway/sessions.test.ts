import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { factKeyOf } from "../../src/core/guards/facts.ts";
import type { Caller, Gateway } from "../../src/gateway/gateway.ts";
import { createSessionMethods } from "../../src/gateway/sessions.ts";
import { openTestStore, type TestStore } from "../support/pglite.ts";
import { ADMIN_KEY, codeOf, createCaller, createIdentityGateway, createPorts } from "./identity-gateway.ts";

let store: TestStore;
let sessions: Pick<Gateway, "getSession" | "closeSession">;
let callers: Readonly<Record<"ada" | "reader" | "helper" | "auditor" | "stranger" | "operator", Caller>>;

beforeAll(async () => {
  store = await openTestStore();
});
afterAll(() => store.close());
beforeEach(async () => {
  await store.truncateAll();
  const ports = createPorts({ ...store });
  const identity = createIdentityGateway(ports);
  sessions = createSessionMethods(ports);
  callers = {
    ada: await createCaller(identity, { subject: "ada", permissions: ["invoke", "read"] }),
    reader: await createCaller(identity, { subject: "reader", permissions: ["read"] }),
    helper: await createCaller(identity, { subject: "helper", permissions: ["invoke", "read", "act_as"] }),
    auditor: await createCaller(identity, { subject: "auditor", permissions: ["invoke", "audit"] }),
    stranger: await createCaller(identity, { subject: "ada", tenant: "acme", permissions: ["admin"] }),
    operator: await identity.authenticate(ADMIN_KEY),
  };
  for (const scope of ["default", "orders"]) await prove(scope);
});

/** Ada proves two facts of her session `s1`. */
async function prove(scope: string): Promise<number> {
  const facts = ["a", "b"].map((value) => ({ kind: "seen", key: factKeyOf("seen", value), ttlMs: 1_000_000 }));
  const place = { tenant: "default", actor: "ada", id: "s1", scope };
  const { stored } = await store.transaction((tx) => tx.facts.prove(place, facts, { invocation: "ivn_1", max: 10 }));
  return stored;
}

async function resets() {
  return (await store.audit.list("default", { type: "guard.reset" }, { limit: 50 })).items.map(
    ({ principal, actor, data }) => ({ principal, actor, ...data }),
  );
}

test("getSession() shows the scopes of one's own session, what they hold and until when", async () => {
  const expiresAt = expect.stringMatching(/^\d{4}-.*Z$/);
  expect(await sessions.getSession(callers.ada, "s1")).toEqual(
    ["default", "orders"].map((scope) => ({ id: "s1", scope, actor: "ada", facts: { seen: 2 }, expiresAt })),
  );
});

test("getSession() finds another's only with act_as or audit, and answers like nothing otherwise", async () => {
  const get = (caller: Caller, owner?: { actor?: string; onBehalfOf?: string }) =>
    sessions.getSession(caller, "s1", owner);
  expect(await get(callers.helper, { onBehalfOf: "ada" })).toHaveLength(2);
  expect(await get(callers.auditor, { actor: "ada" })).toHaveLength(2);
  expect(await get(callers.ada, { actor: "ada" })).toHaveLength(2);
  expect(await codeOf(get(callers.helper))).toBe("not_found");
  expect(await codeOf(get(callers.helper, { actor: "ada" }))).toBe("not_found");
  expect(await codeOf(get(callers.reader, { onBehalfOf: "ada" }))).toBe("forbidden");
  expect(await codeOf(get(callers.helper, { onBehalfOf: "nobody" }))).toBe("invalid_request");
  expect(await codeOf(get(callers.auditor, { actor: "ada", onBehalfOf: "ada" }))).toBe("invalid_request");
  expect(await codeOf(get(callers.stranger))).toBe("not_found");
  expect(await codeOf(get(callers.stranger, { actor: "ada" }))).toBe("not_found");
});

test("closeSession() closes all scopes for good, tells them, and records each once", async () => {
  const closed = await sessions.closeSession(callers.ada, "s1");
  expect(closed.map(({ scope, closedAt }) => [scope, typeof closedAt])).toEqual([
    ["default", "string"],
    ["orders", "string"],
  ]);
  expect(await sessions.closeSession(callers.ada, "s1", {})).toEqual(closed);
  expect(await sessions.getSession(callers.ada, "s1")).toEqual(closed);
  expect(await prove("default")).toBe(0);
  const event = { principal: "ada", actor: "ada", guard: "facts", session: "s1", closed: true };
  expect(await resets()).toEqual([
    { ...event, scope: "orders" },
    { ...event, scope: "default" },
  ]);
});

test("closeSession() of one scope leaves the others open", async () => {
  expect(await sessions.closeSession(callers.ada, "s1", { scope: "orders" })).toMatchObject([{ scope: "orders" }]);
  const [other, closed] = await sessions.getSession(callers.ada, "s1");
  expect([other?.closedAt, typeof closed?.closedAt]).toEqual([undefined, "string"]);
  expect(await prove("default")).toBe(2);
  expect(await codeOf(sessions.closeSession(callers.ada, "s1", { scope: "unknown" }))).toBe("not_found");
});

test("closeSession() needs invoke, act_as for another, and admin for an actor that is named", async () => {
  const close = (caller: Caller, owner?: { actor?: string; onBehalfOf?: string }) =>
    sessions.closeSession(caller, "s1", owner);
  expect(await codeOf(close(callers.reader))).toBe("forbidden");
  expect(await codeOf(close(callers.auditor, { actor: "ada" }))).toBe("forbidden");
  expect(await codeOf(close(callers.ada, { onBehalfOf: "helper" }))).toBe("forbidden");
  expect(await codeOf(close(callers.helper))).toBe("not_found");
  expect(await codeOf(close(callers.stranger))).toBe("not_found");
  expect(await codeOf(close(callers.stranger, { actor: "ada" }))).toBe("not_found");
  expect(await resets()).toEqual([]);
  expect(await prove("default")).toBe(2);
  await close(callers.operator, { actor: "ada" });
  expect(await resets()).toMatchObject([
    { principal: "admin", actor: "ada" },
    { principal: "admin", actor: "ada" },
  ]);
});

test("closeSession() for somebody one acts for is recorded with both names", async () => {
  await sessions.closeSession(callers.helper, "s1", { onBehalfOf: "ada", scope: "orders" });
  expect(await resets()).toMatchObject([{ principal: "helper", actor: "ada", scope: "orders" }]);
});

test("closeSession() and getSession() find nothing of texts that no session can have", async () => {
  for (const id of ["", "unknown", "a\u0000b", "\ud800", "x".repeat(5_000)]) {
    expect(await codeOf(sessions.getSession(callers.ada, id))).toBe("not_found");
    expect(await codeOf(sessions.closeSession(callers.ada, id))).toBe("not_found");
  }
  expect(await codeOf(sessions.closeSession(callers.ada, "s1", { scope: "a\u0000" }))).toBe("not_found");
  expect(await codeOf(sessions.getSession(callers.operator, "s1", { actor: "a\u0000" }))).toBe("not_found");
});
