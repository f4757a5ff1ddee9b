import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import type { RunCompensation } from "../../src/contract/compensation.ts";
import type { InvocationId } from "../../src/contract/ids.ts";
import { isAuthenticCompensation } from "../../src/core/compensation-mac.ts";
import { createGateway, type OpenGateway } from "../../src/gateway/create-gateway.ts";
import type { Caller } from "../../src/gateway/gateway.ts";
import { recordInvocation } from "../support/decided-invocations.ts";
import { manifestOf } from "../support/manifests.ts";
import { openTestStore, type TestStore } from "../support/pglite.ts";
import { codeOf, createCaller, createIdentityGateway, createPorts } from "./identity-gateway.ts";

let store: TestStore;
let opened: OpenGateway;
let ada: Caller;
/** What was asked of the durable side; while it is away, nothing is. */
let asked: (readonly [RunCompensation, string])[];
let isAway: boolean;

beforeAll(async () => {
  store = await openTestStore();
});
afterAll(() => store.close());
beforeEach(async () => {
  await store.truncateAll();
  await store.manifests.publish([
    manifestOf({ name: "test.echo.compensate", compensates: "test.echo", taskQueue: "undo" }),
  ]);
  [asked, isAway] = [[], false];
  const ports = createPorts({ ...store });
  const compensate = async (...args: readonly [RunCompensation, string]): Promise<void> => {
    if (isAway) throw new Error("ECONNREFUSED");
    asked.push(args);
  };
  opened?.close();
  opened = createGateway({ ...ports, runs: { ...ports.runs, compensate } });
  ada = await createCaller(createIdentityGateway(ports), { subject: "ada" });
});
afterAll(() => opened.close());

async function record(status: "executed" | "pending" | "failed", compensates?: InvocationId): Promise<InvocationId> {
  const action = compensates === undefined ? "test.echo" : "test.echo.compensate";
  const id = await recordInvocation(store.db, { action, run: "r", verdict: null });
  const at = new Date(Date.now() - 60_000);
  const ends = status === "pending" ? {} : { closed_at: at, executed_at: at };
  await store.invocations.update({ tenant: "default", id }, { status, ...ends });
  await store.db.query("update invocation set compensates = $2 where id = $1", [id, compensates ?? null]);
  return id;
}

const compensate = (request: object = {}) => opened.gateway.compensateRun(ada, "r", { waitMs: 0, ...request });

test("compensateRun() asks the durable side on the queue of the last call's action, with who, why and when", async () => {
  await record("executed");
  expect(await compensate({ reason: "Wrong" })).toMatchObject({ status: "running", left: 1, steps: [], skipped: [] });
  expect(asked).toMatchObject([[{ tenant: "default", actor: "ada", run: "r", by: "ada", reason: "Wrong" }, "undo"]]);
  const { items } = await store.audit.list("default", { type: "run.compensated" }, { limit: 1 });
  // Why stands with the steps alone: this event is never erased.
  expect(items[0]).toMatchObject({ seq: asked[0]?.[0].askedSeq, principal: "ada", data: { run: "r" } });
  expect(JSON.stringify(items)).not.toContain("Wrong");
  const [request] = asked[0] ?? [];
  expect(request && isAuthenticCompensation(createPorts({ ...store }).signingKey, request)).toBe(true);
});

test("compensateRun() of a run in which nothing is left asks nobody", async () => {
  const id = await record("executed");
  await record("executed", id);
  expect(await compensate()).toMatchObject({ status: "done", left: 0, steps: [{ compensates: id }] });
  expect(asked).toEqual([]);
});

test("compensateRun() while the durable side is away is unavailable, and may be asked again", async () => {
  await record("executed");
  isAway = true;
  const error = await compensate().catch((reason: unknown) => reason);
  expect(error).toMatchObject({ code: "unavailable", retryAfterMs: 2_000 });
  isAway = false;
  expect(await compensate()).toMatchObject({ status: "running" });
});

test("compensateRun() without a wait of its own answers at once where people are waited for", async () => {
  await record("pending", await record("executed"));
  const startedAtMs = performance.now();
  expect(await compensate({ waitMs: undefined })).toMatchObject({ status: "running", steps: [{ status: "pending" }] });
  expect(performance.now() - startedAtMs).toBeLessThan(3_000);
});

test("compensateRun() answers as soon as the step that it waits for is closed", async () => {
  const step = await record("pending", await record("executed"));
  const answered = compensate({ waitMs: 30_000 });
  await expect.poll(() => asked).toHaveLength(1);
  const ref = { tenant: "default", id: step };
  await store.transaction(async (tx) => {
    await tx.invocations.update(ref, { status: "failed", closed_at: new Date() });
    await tx.audit.append("default", [{ type: "invocation.closed", invocation: step, data: {} }]);
    tx.notify(`status default ${step} failed`);
  });
  expect(await answered).toMatchObject({ status: "stopped", left: 1, steps: [{ status: "failed" }] });
});

test("compensateRun() answers with what is known once its process drains", async () => {
  await record("executed");
  const answered = compensate({ waitMs: 30_000 });
  await expect.poll(() => asked).toHaveLength(1);
  opened.drain(5_000);
  expect(await answered).toMatchObject({ status: "running", left: 1 });
});

test("compensateRun() tries a step anew that had failed before it was asked", async () => {
  const step = await record("failed", await record("executed"));
  await store.transaction((tx) =>
    tx.audit.append("default", [{ type: "invocation.closed", invocation: step, data: {} }]),
  );
  expect(await compensate()).toMatchObject({ status: "running", left: 1 });
  expect(asked).toHaveLength(1);
});

test("compensateRun() stops before a run of which a call is still open, and names it", async () => {
  await record("executed");
  const open = await record("pending");
  const skipped = [{ id: open, action: "test.echo", why: "open" }];
  expect(await compensate()).toMatchObject({ status: "stopped", left: 1, steps: [], skipped });
  expect(asked).toEqual([]);
  await store.invocations.update({ tenant: "default", id: open }, { status: "denied" });
  expect(await compensate()).toMatchObject({ status: "running", left: 1, skipped: [] });
});

test("compensateRun() refuses runs that nobody has, other actors' and texts that are none", async () => {
  expect(await codeOf(compensate())).toBe("not_found");
  await record("executed");
  expect(await codeOf(compensate({ actor: "bob" }))).toBe("forbidden");
  expect(await codeOf(compensate({ reason: "\u0000" }))).toBe("invalid_input");
  const reader = { ...ada, permissions: new Set(["read"] as const) };
  expect(await codeOf(opened.gateway.compensateRun(reader, "r", {}))).toBe("forbidden");
  expect(asked).toEqual([]);
});
