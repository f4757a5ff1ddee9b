import { Client, Connection, type WorkflowStartOptions } from "@temporalio/client";
import { afterAll, beforeAll, beforeEach, describe, expect, it, test, vi } from "vitest";
import { createRunStates } from "../../src/adapters/run-states.ts";
import { workflowIdOf } from "../../src/adapters/temporal-runs.ts";
import type { InvocationId } from "../../src/contract/ids.ts";
import type { InvocationView } from "../../src/contract/invocation.ts";
import { createGateway } from "../../src/gateway/create-gateway.ts";
import type { Caller } from "../../src/gateway/gateway.ts";
import { GUARDED_ACTION } from "../../workflows/messages.ts";
import { handleOf, startGuard, type TestGuard, waitForStatus } from "../support/guard.ts";
import { effects, testActions, testPolicy } from "./actions.ts";
import { check, endsOf, gate, growOld, portsOf, reconcilerOf, stubbornOnce } from "./orphans.ts";

const AN_HOUR = 3_600_000;

let guard: TestGuard;
let agent: Caller;

beforeAll(async () => {
  guard = await startGuard([...testActions, stubbornOnce], testPolicy);
  agent = await guard.caller({ subject: "agent", kind: "agent" });
  await guard.caller({ subject: "reviewer", groups: ["reviewers"], permissions: ["approve", "read"] });
});
afterAll(() => guard.close());
beforeEach(() => gate.open());

async function statusOf(view: InvocationView): Promise<string> {
  return (await handleOf(guard, view).describe()).status.name;
}

async function rowOf({ tenant, id }: InvocationView) {
  const row = await guard.store.invocations.get({ tenant, id: id as InvocationId });
  if (row === undefined) throw new Error("There is no such row");
  return row;
}

/** A call whose run is there and that nobody has decided. */
async function invokeStarted(): Promise<InvocationView> {
  const view = await invoke("test.note", 0);
  await vi.waitFor(async () => expect(await statusOf(view)).toBe("RUNNING"), 10_000);
  return view;
}

function invoke(action: string, waitMs?: number) {
  return guard.gateway.invoke(agent, { action, input: {}, ...(waitMs === undefined ? {} : { waitMs }) });
}

/** Does something while no worker is there, and with it the guard's own reconciler. */
async function withoutWorker(work: () => Promise<void>): Promise<void> {
  await guard.stopWorker();
  try {
    await work();
  } finally {
    await guard.startWorker();
  }
}

/** A call whose run a test starts in its own way. */
async function invokeStarting(started: (id: InvocationId) => Promise<unknown>) {
  const start = ({ ref }: { ref: { id: InvocationId } }) => started(ref.id).then(() => undefined);
  const { gateway, close } = createGateway({ ...guard.ports, runs: { ...guard.runs, start } });
  const view = await gateway.invoke(agent, { action: "test.note", input: {}, waitMs: 0 });
  close();
  return view;
}

describe("reconciler.look() of a run that an operator has terminated", () => {
  it("cancels what waits for people, in the operator's redacted words, and nobody can vote any more", async () => {
    const view = await invoke("test.asked_note");
    await handleOf(guard, view).terminate("Wrong customer, token=abcdef123456");
    await growOld(guard, view);
    await reconcilerOf(guard).look();
    const closed = await waitForStatus(guard, view.id, "canceled");
    expect(closed).toMatchObject({ error: { code: "invocation_canceled" }, approval: { status: "canceled" } });
    expect(closed.error?.message).toContain("Its run was ended by an operator in Temporal: Wrong customer");
    expect(JSON.stringify(await guard.gateway.listInvocationEvents(guard.admin, view.id))).not.toContain(
      "abcdef123456",
    );
    expect(await endsOf(guard, view)).toMatchObject([{ status: "canceled", by: "reconciler", ended: "terminated" }]);
    const boss = await guard.caller({ subject: "boss", permissions: ["approve", "read"] });
    const vote = guard.gateway.vote(boss, view.id, { decision: "approve" });
    await expect(vote).rejects.toMatchObject({ code: "already_resolved" });
  });

  it("cancels what nobody has decided, and finds it by Temporal's search before its turn", () =>
    withoutWorker(async () => {
      const view = await invokeStarted();
      await handleOf(guard, view).terminate();
      await vi.waitFor(async () => {
        await reconcilerOf(guard).look();
        expect(await endsOf(guard, view)).toMatchObject([{ status: "canceled", by: "reconciler" }]);
      }, 15_000);
      expect(effects.has(view.id)).toBe(false);
    }));

  it("makes failed what reports an error once it hears of the end", async () => {
    const view = await invoke("test.patient", 0);
    await vi.waitUntil(() => effects.has(view.id), 10_000);
    await handleOf(guard, view).terminate();
    await vi.waitFor(async () => expect(await check(guard, view)).toBe("failed"), 20_000);
    const closed = await guard.gateway.getInvocation(agent, view.id);
    expect(closed).toMatchObject({ status: "failed", error: { message: "Stopped" }, attempts: 1 });
    expect(effects.get(view.id)).toBe(1);
  });

  it("makes uncertain what never reports, not before it could have, and a later report changes nothing", async () => {
    const view = await invoke("test.stubborn_once", 0);
    await vi.waitUntil(() => effects.has(view.id), 10_000);
    await handleOf(guard, view).terminate();
    expect(await check(guard, view)).toBe("waiting");
    expect(await check(guard, view, AN_HOUR)).toBe("uncertain");
    gate.open();
    await guard.stopWorker();
    const closed = await guard.gateway.getInvocation(agent, view.id);
    expect(closed).toMatchObject({ status: "uncertain", error: { code: "outcome_uncertain" } });
    expect(await endsOf(guard, view)).toMatchObject([{ status: "uncertain", by: "reconciler" }]);
    await guard.startWorker();
  });
});

/** Starts a run that ends by itself and closes nothing. */
function startOdd(id: InvocationId, options: Partial<WorkflowStartOptions>) {
  const workflowId = workflowIdOf({ tenant: "default", id });
  return guard.client.workflow.start(GUARDED_ACTION, { workflowId, taskQueue: "nobody's", args: [], ...options });
}

test("reconciler.look() cancels what a time limit in Temporal has ended", () =>
  withoutWorker(async () => {
    const view = await invokeStarting((id) => startOdd(id, { workflowExecutionTimeout: 1_000 }));
    await vi.waitFor(async () => expect(await statusOf(view)).toBe("TIMED_OUT"), 15_000);
    await growOld(guard, view);
    await reconcilerOf(guard).look();
    expect(await endsOf(guard, view)).toMatchObject([{ status: "canceled", ended: "timed_out" }]);
  }));

test("reconciler.look() cancels what failed as a whole before anything was decided", async () => {
  const { task_queue: taskQueue } = await rowOf(await invoke("test.note"));
  const strangers = { tenant: "default", invocation: "ivn_of_a_row_that_is_not_there" };
  const view = await invokeStarting((id) => startOdd(id, { taskQueue, args: [strangers] }));
  await vi.waitFor(async () => expect(await statusOf(view)).toBe("FAILED"), 15_000);
  await growOld(guard, view);
  await reconcilerOf(guard).look();
  expect(await endsOf(guard, view)).toMatchObject([{ status: "canceled", by: "reconciler", ended: "failed" }]);
});

test("reconciler.look() leaves alone what runs, and what a cancel in Temporal ends by itself", async () => {
  const [running, canceled] = [await invoke("test.asked_note"), await invoke("test.asked_note")];
  await handleOf(guard, canceled).cancel();
  await waitForStatus(guard, canceled.id, "canceled");
  await growOld(guard, running);
  await growOld(guard, canceled);
  expect(await reconcilerOf(guard).look()).toMatchObject({ closed: { canceled: 0, failed: 0, uncertain: 0 } });
  expect(await guard.gateway.getInvocation(agent, running.id)).toMatchObject({ status: "pending" });
  expect((await endsOf(guard, canceled)).map(({ by }) => by)).toEqual([undefined]);
  await guard.gateway.cancel(agent, running.id);
});

test("reconciler.look() of several at once closes each call once", () =>
  withoutWorker(async () => {
    const views = await Promise.all([1, 2, 3, 4, 5].map(invokeStarted));
    for (const view of views) {
      await handleOf(guard, view).terminate();
      await growOld(guard, view);
    }
    const reports = await Promise.all([1, 2, 3].map(() => reconcilerOf(guard).look()));
    expect(reports.reduce((sum, { closed }) => sum + closed.canceled, 0)).toBe(5);
    for (const view of views) expect(await endsOf(guard, view)).toHaveLength(1);
  }));

test("reconciler.look() closes nothing and notes nothing while Temporal is away", () =>
  withoutWorker(async () => {
    const view = await invokeStarted();
    await handleOf(guard, view).terminate();
    await growOld(guard, view);
    const away = Connection.lazy({ address: "127.0.0.1:1" });
    const states = createRunStates(new Client({ connection: away }));
    await expect(reconcilerOf(guard, { ...portsOf(guard), states }).look()).rejects.toThrow(/UNAVAILABLE|DEADLINE/i);
    expect((await guard.store.db.query("select run_checked_at from invocation where id = $1", [view.id]))[0]).toEqual({
      run_checked_at: null,
    });
    // It went away after it had answered.
    const half = { ...states, ping: () => Promise.resolve(), listEnded: () => Promise.resolve({ refs: [] }) };
    expect(await reconcilerOf(guard, { ...portsOf(guard), states: half }).look()).toMatchObject({ faults: 1 });
    expect(await guard.gateway.getInvocation(agent, view.id)).toMatchObject({ status: "accepted" });
    await away.close();
  }));
