import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { nextCompensation as next } from "../../activities/next-compensation.ts";
import type { ActivityPorts } from "../../activities/ports.ts";
import type { RunCompensation } from "../../src/contract/compensation.ts";
import type { InvocationId } from "../../src/contract/ids.ts";
import { computeCompensationMac } from "../../src/core/compensation-mac.ts";
import { inputDigest } from "../../src/core/digest.ts";
import { recordInvocation } from "../support/decided-invocations.ts";
import { manifestOf } from "../support/manifests.ts";
import { openTestStore, type TestStore } from "../support/pglite.ts";

const KEY = "a-key-of-doors-and-workers";

let store: TestStore;
let ports: ActivityPorts;

beforeAll(async () => {
  store = await openTestStore();
  // Only these are asked for here.
  ports = { store, redact: (value: unknown) => value, signingKey: KEY } as unknown as ActivityPorts;
});
afterAll(() => store.close());
beforeEach(async () => {
  await store.truncateAll();
  await store.manifests.publish([
    manifestOf({ name: "test.echo.compensate", compensates: "test.echo", taskQueue: "undo" }),
  ]);
});

/** A request that a door made last. */
async function requestOf(change: Partial<RunCompensation> = {}): Promise<RunCompensation> {
  await append("run.compensated");
  const askedSeq = await store.compensations.newestSeq("default");
  const request = { tenant: "default", actor: "ada", run: "r", by: "ada", askedSeq, ...change };
  return { ...request, mac: change.mac ?? computeCompensationMac(KEY, request) };
}

function append(
  type: "run.compensated" | "invocation.closed" | "invocation.requested",
  invocation?: string,
): Promise<void> {
  return store.transaction((tx) => tx.audit.append("default", [{ type, invocation, data: {} }]));
}

/** Goes on upon these requests, and tells with what. */
async function nextCompensation(...requests: readonly unknown[]) {
  const { request: _, ...step } = await next(ports, requests);
  return step;
}

async function execute(): Promise<InvocationId> {
  const id = await recordInvocation(store.db, { run: "r", actor: { scopes: ["old"] } });
  const at = new Date();
  await store.invocations.update({ tenant: "default", id }, { status: "executed", executed_at: at, closed_at: at });
  return id;
}

/** The calls that undo others, newest first. */
async function listSteps() {
  const page = await store.invocations.list({ tenant: "default", filter: {}, ownedBy: undefined }, { limit: 50 });
  return page.items.filter(({ compensates }) => compensates !== null);
}

test("nextCompensation() makes the call that undoes the last one, with the actor's present rights, and records it", async () => {
  await store.principals.insert({
    ...{ tenant: "default", subject: "ada", kind: "user", roles: [], groups: [], scopes: ["new"] },
  });
  const id = await execute();
  const step = await nextCompensation(await requestOf({ by: "boss", reason: "Wrong" }));
  const [row] = await listSteps();
  expect(row).toMatchObject({
    ...{ action: "test.echo.compensate", compensates: id, actor: "ada", via: "boss", run: "r", reason: "Wrong" },
    ...{ status: "accepted", task_queue: "undo", idempotency_key: `compensate:${id}`, retry_of: null },
  });
  expect(JSON.parse(row?.actor_principal ?? "")).toMatchObject({ scopes: ["new"] });
  expect(step).toMatchObject({
    ...{ kind: "undo" },
    opening: { workflowId: `guard:default:${row?.id}`, taskQueue: "undo", call: { input: { invocation: id } } },
  });
  const [event] = await store.audit.listOfInvocation("default", row?.id ?? "");
  expect(event).toMatchObject({ type: "invocation.requested", principal: "boss", data: { compensates: id } });
});

test("nextCompensation() gives the call the digest of what it is to run", async () => {
  const id = await execute();
  await nextCompensation(await requestOf());
  const [step] = await listSteps();
  const row = await store.transaction((tx) =>
    tx.invocations.lock({ tenant: "default", id: (step?.id ?? "") as InvocationId }),
  );
  const { action, action_version: actionVersion, salt = "", digest } = row ?? {};
  const parts = { invocation: row?.id ?? "", tenant: "default", actor: "ada", action: action ?? "" };
  const input = { invocation: id };
  expect(digest).toBe(inputDigest({ ...parts, actionVersion: actionVersion ?? "", round: 1, salt, input }));
  expect(JSON.parse(row?.input ?? "")).toEqual(input);
});

test("nextCompensation() run again, or by many at once, gives the one call that is on its way", async () => {
  await execute();
  const request = await requestOf();
  const steps = await Promise.all(Array.from({ length: 6 }, () => nextCompensation(request)));
  expect(new Set(steps.map((step) => JSON.stringify(step))).size).toBe(1);
  expect(await nextCompensation(request)).toEqual(steps[0]);
  expect(await listSteps()).toHaveLength(1);
});

/** Ends the newest step. */
async function closeStep(status: "failed" | "denied", closedAt = new Date()): Promise<InvocationId> {
  const [step] = await listSteps();
  const ref = { tenant: "default", id: step?.id ?? ("" as InvocationId) };
  await store.invocations.update(ref, { status, closed_at: closedAt });
  await append("invocation.closed", ref.id);
  return ref.id;
}

test("nextCompensation() stops at a call that ended otherwise, and tries it anew for who asked later", async () => {
  const id = await execute();
  const before = await requestOf();
  await nextCompensation(before);
  const first = await closeStep("failed");
  expect(await nextCompensation(before)).toEqual({ kind: "stopped" });
  expect(await nextCompensation(await requestOf())).toMatchObject({ kind: "undo" });
  const rows = await listSteps();
  expect(new Set(rows.map(({ retry_of: retryOf }) => retryOf))).toEqual(new Set([null, first]));
  const key = { tenant: "default", actor: "ada", action: "test.echo.compensate", key: `compensate:${id}` };
  expect((await store.invocations.findByKey(key))?.retry_of).toBe(first);
});

test("nextCompensation() tries a step once for each request, although the database's clock was set back meanwhile", async () => {
  await execute();
  const request = await requestOf();
  for (let turn = 0; turn < 5 && (await nextCompensation(request)).kind === "undo"; turn += 1)
    await closeStep("denied", new Date(Date.now() - 3_600_000));
  expect(await listSteps()).toHaveLength(1);
});

test("nextCompensation() goes by the newest request that a door made, and makes the step in its asker's name", async () => {
  await execute();
  const [ada, boss] = [await requestOf(), await requestOf({ by: "boss", reason: "Wrong" })];
  const forged = { ...boss, by: "the-cfo", askedSeq: Number.MAX_SAFE_INTEGER };
  const elsewhere = await requestOf({ run: "another" });
  const step = await next(ports, [ada, forged, boss, elsewhere, "now", undefined]);
  expect(step).toMatchObject({ kind: "undo", request: boss });
  expect(await listSteps()).toMatchObject([{ via: "boss", reason: "Wrong" }]);
});

test.each([{ by: "the-cfo" }, { askedSeq: Number.MAX_SAFE_INTEGER }, { run: "s" }, { mac: "" }, { mac: undefined }])(
  "nextCompensation() undoes nothing for a request that is changed to %j, as who can only start workflows makes it",
  async (change) => {
    await execute();
    const forged = { ...(await requestOf()), ...change };
    await expect(next(ports, [forged])).rejects.toMatchObject({ type: "forbidden", nonRetryable: true });
    expect(await listSteps()).toEqual([]);
  },
);

test("nextCompensation() undoes nothing past a call that is still open, unless it was made after the request", async () => {
  await execute();
  const open = await recordInvocation(store.db, { run: "r" });
  await append("invocation.requested", open);
  await store.invocations.update({ tenant: "default", id: open }, { status: "executing" });
  expect(await nextCompensation(await requestOf())).toEqual({ kind: "stopped" });
  await store.invocations.update({ tenant: "default", id: open }, { status: "failed", closed_at: new Date() });
  const request = await requestOf();
  await append("invocation.requested", await recordInvocation(store.db, { run: "r" }));
  expect(await nextCompensation(request)).toMatchObject({ kind: "undo" });
});

test("nextCompensation() never tries again what may have been undone, and ends when nothing is left", async () => {
  await execute();
  await nextCompensation(await requestOf());
  const [step] = await listSteps();
  const ref = { tenant: "default", id: step?.id ?? ("" as InvocationId) };
  await store.invocations.update(ref, { status: "uncertain", closed_at: new Date(0) });
  expect(await nextCompensation(await requestOf())).toEqual({ kind: "stopped" });
  await store.invocations.update(ref, { status: "executed" });
  expect(await nextCompensation(await requestOf())).toEqual({ kind: "done" });
});
