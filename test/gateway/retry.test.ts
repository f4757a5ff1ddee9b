import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import type { InvocationId } from "../../src/contract/ids.ts";
import type { InvocationView } from "../../src/contract/invocation.ts";
import { createGateway, type OpenGateway } from "../../src/gateway/create-gateway.ts";
import type { Caller } from "../../src/gateway/gateway.ts";
import { manifestOf } from "../support/manifests.ts";
import { openTestStore, type TestStore } from "../support/pglite.ts";
import { ADMIN_KEY, codeOf, createCaller, createIdentityGateway, createPorts } from "./identity-gateway.ts";

const ROW = { tenant: "default", actor: "ada", action: "test.echo", key: "k" };

let store: TestStore;
let opened: OpenGateway;
let ada: Caller;

beforeAll(async () => {
  store = await openTestStore();
});
afterAll(() => store.close());
beforeEach(async () => {
  await store.truncateAll();
  await store.manifests.publish([manifestOf({})]);
  opened?.close();
  const ports = createPorts({ ...store });
  opened = createGateway({ ...ports, runs: { ...ports.runs, start: () => Promise.resolve() } });
  ada = await createCaller(createIdentityGateway(ports), { subject: "ada" });
});
afterAll(() => opened.close());

const invoke = (input: object) =>
  opened.gateway.invoke(ada, { action: "test.echo", input, waitMs: 0, idempotencyKey: "k" });

/** A call that failed, whose retry was refused, which frees the key, and the call that the key was used for then. */
async function useTwice(input: object = { a: 1 }): Promise<{ first: InvocationView; later: InvocationView }> {
  const first = await fail();
  const refused = await retry(first.id);
  await end(refused.id, "denied");
  await store.transaction(async (tx) => {
    const row = await tx.invocations.lock({ tenant: "default", id: refused.id as InvocationId });
    if (row !== undefined) await tx.invocations.releaseKey(row);
  });
  return { first, later: await invoke(input) };
}

/** A call that failed, with a key. */
async function fail(change: { readonly idempotencyKey?: string } = { idempotencyKey: "k" }): Promise<InvocationView> {
  const made = await opened.gateway.invoke(ada, { action: "test.echo", input: { a: 1 }, waitMs: 0, ...change });
  await end(made.id, "failed");
  return made;
}

async function end(id: string, status: "failed" | "denied" | "executed"): Promise<void> {
  await store.invocations.update({ tenant: "default", id: id as InvocationId }, { status, closed_at: new Date() });
}

const retry = (id: string, caller = ada) => opened.gateway.retry(caller, id, { waitMs: 0 });

test("retry() makes a call of the present version, whose key answers with it, and joins it while it is open", async () => {
  const failed = await fail();
  await store.manifests.publish([manifestOf({ version: "v2" })]);
  const made = await retry(failed.id);
  expect(made).toMatchObject({ status: "accepted", retryOf: failed.id, actionVersion: "v2", idempotencyKey: "k" });
  expect(await retry(failed.id)).toMatchObject({ id: made.id, replayed: true });
  expect((await store.invocations.findByKey(ROW))?.id).toBe(made.id);
});

test("retry() by many at once makes one call", async () => {
  const failed = await fail();
  const made = await Promise.all(Array.from({ length: 10 }, () => retry(failed.id)));
  expect(new Set(made.map(({ id }) => id)).size).toBe(1);
  expect(await opened.gateway.countInvocations(ada, {})).toMatchObject({ total: 2 });
  const events = await store.audit.listOfInvocation("default", failed.id);
  expect(events.filter(({ type }) => type === "invocation.retried")).toHaveLength(1);
});

test("retry() of the call and of its failed retry at once makes one call", async () => {
  const failed = await fail();
  const second = await retry(failed.id);
  await end(second.id, "failed");
  const [one, other] = await Promise.all([retry(failed.id), retry(second.id)]);
  expect(one.id).toBe(other.id);
});

test("retry() joins the call for which a freed key was used again, instead of doing the same twice", async () => {
  const { first, later } = await useTwice();
  expect(later).not.toHaveProperty("replayed");
  expect(await retry(first.id)).toMatchObject({ id: later.id, replayed: true });
  await end(later.id, "failed");
  const made = await retry(first.id);
  expect(made.retryOf).toBe(first.id);
  expect((await store.invocations.findByKey(ROW))?.id).toBe(made.id);
});

test("retry() executes one key and input once, whichever of the failed calls is tried again, and the key answers with it", async () => {
  const { first, later } = await useTwice();
  await end(later.id, "failed");
  const made = await retry(first.id);
  await end(made.id, "executed");
  for (const again of [await retry(later.id), await retry(first.id), await invoke({ a: 1 })])
    expect(again).toMatchObject({ id: made.id, status: "executed", replayed: true });
});

test("retry() of two failed calls with one key at once makes one call", async () => {
  const { first, later } = await useTwice();
  await end(later.id, "failed");
  const made = await Promise.all([retry(first.id), retry(later.id), retry(first.id), retry(later.id)]);
  expect(new Set(made.map(({ id }) => id)).size).toBe(1);
});

test("retry() leaves a key where it answers for another input by now, and makes no call without one", async () => {
  const { first, later } = await useTwice({ a: 2 });
  expect(await codeOf(retry(first.id))).toBe("idempotency_conflict");
  expect((await store.invocations.findByKey(ROW))?.id).toBe(later.id);
  expect(await opened.gateway.countInvocations(ada, {})).toMatchObject({ total: 3 });
});

test("retry() refuses an input that the action doesn't take any more, and an action that is gone", async () => {
  const failed = await fail();
  await store.manifests.publish([manifestOf({ version: "v2", inputSchema: { type: "object", required: ["b"] } })]);
  expect(await codeOf(retry(failed.id))).toBe("invalid_input");
  await store.db.query("delete from action_manifest");
  expect(await codeOf(retry(failed.id))).toBe("action_not_found");
});

test.each([
  ["was erased", "update invocation set erased_at = ms_now()"],
  ["was changed by hand", `update input_revision set input = '{"a":2}'`],
  ["is not there", "delete from input_revision"],
])("retry() refuses a call whose input %s", async (_what, script) => {
  const failed = await fail();
  await store.db.query(script);
  expect(await codeOf(retry(failed.id))).toBe("not_retryable");
});

test("retry() by admin is for an actor that is known", async () => {
  const failed = await fail();
  const admin = await opened.gateway.authenticate(ADMIN_KEY);
  await store.db.query("delete from api_key");
  await store.db.query("delete from principal");
  expect(await codeOf(retry(failed.id, admin))).toBe("not_retryable");
});

test("retry() takes no reason that is no text", async () => {
  const { id } = await fail();
  expect(await codeOf(opened.gateway.retry(ada, id, { reason: "\u0000" }))).toBe("invalid_input");
});

test("retry() for somebody else needs the right to act for it, and gives only what both may", async () => {
  const wish = { subject: "proxy", permissions: ["invoke", "read", "act_as"] } as const;
  const identity = createIdentityGateway(createPorts({ ...store }));
  const proxy = await createCaller(identity, { ...wish, permissions: [...wish.permissions] });
  const call = { action: "test.echo", input: {}, waitMs: 0, onBehalfOf: "ada" };
  const made = await opened.gateway.invoke(proxy, call);
  await end(made.id, "failed");
  const without = { ...proxy, permissions: new Set(["invoke", "read"] as const) };
  expect(await codeOf(retry(made.id, without))).toBe("forbidden");
  expect(await retry(made.id, proxy)).toMatchObject({ actor: "ada", via: "proxy", retryOf: made.id });
});
