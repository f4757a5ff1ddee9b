import { randomUUID } from "node:crypto";
import { NativeConnection } from "@temporalio/worker";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { z } from "zod";
import type { ActionContext } from "../../src/action/action.ts";
import { defineAction } from "../../src/action/define-action.ts";
import { describeAction } from "../../src/action/describe-action.ts";
import type { InvocationView } from "../../src/contract/invocation.ts";
import type { Caller } from "../../src/gateway/gateway.ts";
import { createPoller, type PollerOptions } from "../../worker/create-poller.ts";
import { handleOf, startGuard, type TestGuard, waitForStatus } from "../support/guard.ts";
import { temporalAddress } from "../support/temporal-server.ts";
import { askedNote, note } from "./actions.ts";

const POLICY = `
version: 1
rules:
  - name: asked
    match: { action: "test.asked_*" }
    effect: require_approval
    approval: { approvers: ["role:approver"] }
  - name: the rest
    match: { action: "test.*" }
    effect: allow
`;

/** Inputs that the actions below were run with, by invocation. */
const inputs = new Map<string, unknown>();

/** Payments as one release takes them. */
function payments(input: z.ZodObject, description = "Pays") {
  const run = async (taken: unknown, ctx: ActionContext) => void inputs.set(ctx.invocationId, taken);
  const pay = defineAction({ name: "test.pay", description, input, run });
  const inline = defineAction({ ...pay, name: "test.inline_pay", execution: { mode: "inline" } });
  const once = defineAction({ ...pay, name: "test.once_pay", execution: { mode: "at_most_once" } });
  return [pay, inline, once, defineAction({ ...pay, name: "test.asked_pay" })];
}

const oldPayments = payments(z.object({ currency: z.enum(["eur"]) }));
let releases = 0;
/** A release that no worker had before: it takes dollars, and a memo. */
function laterPayments() {
  const input = z.object({ currency: z.enum(["eur", "usd"]), memo: z.string().optional() });
  return payments(input, `Pays, release ${(releases += 1)}`);
}

/** What only the later release takes. */
const LATER_INPUT = { currency: "usd", memo: "rent" };

let guard: TestGuard;
let agent: Caller;
let connection: NativeConnection;

beforeAll(async () => {
  guard = await startGuard([note, askedNote, ...oldPayments], POLICY);
  agent = await guard.caller({ subject: "agent", kind: "agent" });
  connection = await NativeConnection.connect({ address: temporalAddress() });
});
afterAll(async () => {
  await connection.close();
  await guard.close();
});

/** The queue that the guard's own worker polls. */
async function taskQueue(): Promise<string> {
  return (await guard.store.manifests.get("test.note"))?.taskQueue ?? "";
}

/** Runs a further worker while the work is done. */
async function withWorker(options: Partial<PollerOptions>, work: () => Promise<void>): Promise<void> {
  const poller = await createPoller({ ...guard.ports, actions: [note], connection, ...options });
  const ended = poller.run();
  try {
    await work();
  } finally {
    poller.shutdown();
    await ended;
  }
}

/** Calls an action of the later release several times at once; gives what became of each call. */
function callLater(action: string): Promise<InvocationView[]> {
  const command = { action, input: LATER_INPUT, waitMs: 40_000 };
  return Promise.all(Array.from({ length: 12 }, () => guard.gateway.invoke(agent, command)));
}

describe("Two versions of an action at once", () => {
  test.each(["test.pay", "test.inline_pay", "test.once_pay"])(
    "are both there while a roll-out lasts, and no call of %s is refused by the older one or loses a field",
    async (action) => {
      const queue = await taskQueue();
      await withWorker({ actions: laterPayments(), taskQueue: queue }, async () => {
        const later = (await guard.store.manifests.get(action))?.version;
        const views = await callLater(action);
        expect(views.map(({ status, error }) => ({ status, error }))).toEqual(
          views.map(() => ({ status: "executed" })),
        );
        expect(views.map(({ actionVersion }) => actionVersion)).toEqual(views.map(() => later));
        expect(views.map(({ id }) => inputs.get(id))).toEqual(views.map(() => LATER_INPUT));
      });
    },
  );

  test("judge votes and execute what was approved where the version is that people were asked about", async () => {
    const queue = await taskQueue();
    const bob = await guard.caller({ subject: "bob", permissions: ["approve", "read"], roles: ["approver"] });
    await withWorker({ actions: laterPayments(), taskQueue: queue }, async () => {
      const command = { action: "test.asked_pay", input: LATER_INPUT };
      const asked = await Promise.all(Array.from({ length: 6 }, () => guard.gateway.invoke(agent, command)));
      for (const { id } of asked) await waitForStatus(guard, id, "pending");
      await Promise.all(asked.map(({ id }) => guard.gateway.vote(bob, id, { decision: "approve" })));
      for (const { id } of asked) await waitForStatus(guard, id, "executed");
      expect(asked.map(({ id }) => inputs.get(id))).toEqual(asked.map(() => LATER_INPUT));
    });
  });

  test("leave calls of the release before to the workers that have it", async () => {
    const queue = await taskQueue();
    await guard.store.manifests.publish(oldPayments.map((action) => describeAction(action, queue)));
    await guard.stopWorker();
    const command = { action: "test.pay", input: { currency: "eur" }, waitMs: 0 };
    const calls = await Promise.all(Array.from({ length: 6 }, () => guard.gateway.invoke(agent, command)));
    await withWorker({ actions: laterPayments(), taskQueue: queue }, async () => {
      await guard.startWorker();
      for (const { id } of calls) await waitForStatus(guard, id, "executed");
      expect((await guard.store.manifests.get("test.pay"))?.version).not.toBe(calls[0]?.actionVersion);
    });
  });

  test("become one again when the later release is taken back: the older one publishes its own anew", async () => {
    const queue = await taskQueue();
    const versionOf = async (): Promise<string | undefined> => (await guard.store.manifests.get("test.pay"))?.version;
    const old = describeAction(oldPayments[0] ?? note, queue).version;
    await withWorker({ actions: laterPayments(), taskQueue: queue }, async () => {
      expect(await versionOf()).not.toBe(old);
    });
    await vi.waitFor(async () => expect(await versionOf()).toBe(old), { timeout: 15_000, interval: 250 });
  });
});

/** The same action by a release that takes nothing that was asked for before. */
const otherNote = defineAction({
  name: "test.asked_note",
  description: "Counts a note",
  input: z.object({ owner: z.string() }),
  run: async () => undefined,
});

test("createPoller() refuses a worker whose schemas open calls don't fit, and publishes nothing of it", async () => {
  await guard.caller({ subject: "bob", permissions: ["approve"], roles: ["approver"] });
  const { id } = await guard.gateway.invoke(agent, { action: "test.asked_note", input: { text: "asked" } });
  const before = await guard.store.manifests.get("test.asked_note");
  const options = { ...guard.ports, actions: [otherNote], connection, taskQueue: randomUUID() };
  await expect(createPoller(options)).rejects.toMatchObject({
    code: "invalid_request",
    message: expect.stringContaining(`1 open call of test.asked_note (${id})`),
  });
  expect(await guard.store.manifests.get("test.asked_note")).toEqual(before);
  const accepted = await createPoller({ ...options, acceptIncompatible: true });
  expect((await guard.store.manifests.get("test.asked_note"))?.taskQueue).toBe(options.taskQueue);
  const ended = accepted.run();
  accepted.shutdown();
  await ended;
  await guard.gateway.cancel(agent, id, undefined);
});

describe("Workers with versions", () => {
  test("finish with a newer build what an older one began, once that is current", async () => {
    const name = `deployment-${randomUUID()}`;
    const queue = randomUUID();
    const build = (buildId: string): Partial<PollerOptions> => ({
      ...{ actions: [askedNote], taskQueue: queue, scalesPollers: true },
      deployment: { name, buildId },
    });
    const ada = await guard.caller({ subject: "ada", permissions: ["approve", "read"], roles: ["approver"] });
    let id = "";
    await withWorker(build("1"), async () => {
      await setCurrent(name, "1");
      const command = { action: "test.asked_note", input: { text: "asked" } };
      ({ id } = await guard.gateway.invoke(agent, command));
      await waitForStatus(guard, id, "pending");
    });
    await withWorker(build("2"), async () => {
      await setCurrent(name, "2");
      await guard.gateway.vote(ada, id, { decision: "approve" });
      expect(await waitForStatus(guard, id, "executed")).toMatchObject({ attempts: 1 });
    });
    const [sign] = await guard.store.db.query(
      "select build_id from worker where task_queue = $1 order by seen_at desc",
      [queue],
    );
    expect(sign).toEqual({ build_id: "2" });
    expect(await buildsOf(id)).toEqual(["1", "2"]);
  });
});

/** Makes a version the current one, as soon as its workers are known. */
async function setCurrent(deploymentName: string, buildId: string): Promise<void> {
  const { workflowService } = guard.client.connection;
  const version = { namespace: guard.client.options.namespace, deploymentName, buildId, identity: "test" };
  await vi.waitFor(() => workflowService.setWorkerDeploymentCurrentVersion(version), { timeout: 15_000 });
}

/** The builds that carried out the tasks of an invocation's run, in order. */
async function buildsOf(id: string): Promise<readonly string[]> {
  const { events } = await handleOf(guard, { tenant: "default", id }).fetchHistory();
  const builds = (events ?? [])
    .map((event) => event.workflowTaskCompletedEventAttributes?.deploymentVersion?.buildId)
    .filter((buildId) => typeof buildId === "string");
  return [...new Set(builds)];
}
