import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, beforeEach, describe, expect, it, test, vi } from "vitest";
import { wakeRowless } from "../../activities/reconciler/find-rowless.ts";
import type { InvocationId } from "../../src/contract/ids.ts";
import type { InvocationView } from "../../src/contract/invocation.ts";
import { newInvocationId } from "../../src/core/ids.ts";
import type { Caller } from "../../src/gateway/gateway.ts";
import { handleOf, startGuard, type TestGuard, waitForStatus } from "../support/guard.ts";
import { effects, testActions, testPolicy } from "./actions.ts";
import {
  check,
  endsOf,
  gate,
  growAttemptsOld,
  growOld,
  portsOf,
  reconcilerOf,
  stubbornAgain,
  stubbornOnce,
} from "./orphans.ts";

let guard: TestGuard;
let agent: Caller;
let reviewer: Caller;

beforeAll(async () => {
  guard = await startGuard([...testActions, stubbornOnce, stubbornAgain], testPolicy);
  agent = await guard.caller({ subject: "agent", kind: "agent" });
  reviewer = await guard.caller({ subject: "reviewer", groups: ["reviewers"], permissions: ["approve", "read"] });
});
afterAll(() => guard.close());
beforeEach(() => gate.open());

function invoke(action: string) {
  return guard.gateway.invoke(agent, { action, input: {}, ...(action.includes("stubborn") ? { waitMs: 0 } : {}) });
}

/** A call of a stubborn action that has begun. */
async function begin(action: string): Promise<InvocationView> {
  const view = await invoke(action);
  await vi.waitUntil(() => effects.has(view.id), 10_000);
  return view;
}

function stateOf({ tenant, id }: InvocationView) {
  return portsOf(guard).states.describe({ tenant, id: id as InvocationId });
}

/** Makes Temporal forget a run, as one does that was restored from an earlier copy. */
async function lose(view: InvocationView): Promise<void> {
  const { workflowId, runId } = await handleOf(guard, view).describe();
  const { workflowService, options } = guard.client;
  await workflowService.deleteWorkflowExecution({
    namespace: options.namespace,
    workflowExecution: { workflowId, runId },
  });
  await vi.waitFor(async () => {
    expect(await stateOf(view)).toEqual({ kind: "missing" });
  }, 15_000);
}

/** Resets the newest run to its first step. */
async function reset(view: InvocationView): Promise<void> {
  const handle = handleOf(guard, view);
  const { workflowId, runId } = await handle.describe();
  // A door answers at the commit, before the step that led to it stands in the history.
  const first = await vi.waitUntil(async () => {
    const { events } = await handle.fetchHistory();
    return (events ?? []).find((event) => event.workflowTaskCompletedEventAttributes);
  }, 10_000);
  await guard.client.workflowService.resetWorkflowExecution({
    ...{ namespace: guard.client.options.namespace, workflowExecution: { workflowId, runId } },
    ...{ reason: "Try again", requestId: crypto.randomUUID(), workflowTaskFinishEventId: first.eventId ?? null },
  });
}

async function approve(view: InvocationView): Promise<InvocationView> {
  await guard.gateway.vote(reviewer, view.id, { decision: "approve" });
  return waitForStatus(guard, view.id, "executed");
}

describe("reconciler.look() of a row whose run Temporal has lost", () => {
  it("starts the run of what waits for people again: it is approved and runs once", async () => {
    const view = await invoke("test.asked_note");
    await lose(view);
    await growOld(guard, view);
    await reconcilerOf(guard).look();
    expect(await stateOf(view)).toEqual({ kind: "running" });
    await approve(view);
    expect(effects.get(view.id)).toBe(1);
  });

  it("starts the run of what executes again: by the ledger, what may run once is uncertain", async () => {
    const view = await begin("test.stubborn_once");
    await lose(view);
    expect(await check(guard, view)).toBe("waiting");
    await growAttemptsOld(guard, view);
    expect(await check(guard, view)).toBe("restarted");
    const closed = await waitForStatus(guard, view.id, "uncertain");
    expect(closed.attempts).toBe(1);
    expect(effects.get(view.id)).toBe(1);
  });

  it("starts the run of what executes again: what may run again does, and ends once", async () => {
    const view = await begin("test.stubborn_again");
    const openFirst = gate.open;
    await lose(view);
    await growAttemptsOld(guard, view);
    expect(await check(guard, view)).toBe("restarted");
    await vi.waitUntil(() => effects.get(view.id) === 2, 10_000);
    openFirst();
    gate.open();
    const closed = await waitForStatus(guard, view.id, "executed");
    expect(closed).toMatchObject({ attempts: 2, output: "late" });
    expect(await endsOf(guard, view)).toHaveLength(1);
  });

  it("leaves what nobody has decided to the relay", async () => {
    await guard.stopWorker();
    const view = await guard.gateway.invoke(agent, { action: "test.note", input: {}, waitMs: 0 });
    await vi.waitFor(() => handleOf(guard, view).describe(), 10_000);
    await lose(view);
    expect(await check(guard, view)).toBe("nothing");
    await growOld(guard, view);
    await guard.relay.look();
    await guard.startWorker();
    await waitForStatus(guard, view.id, "executed");
    expect(effects.get(view.id)).toBe(1);
  });
});

describe("a run that was reset", () => {
  it("changes nothing about a call that was executed", async () => {
    const view = await invoke("test.note");
    await handleOf(guard, view).result();
    await reset(view);
    await handleOf(guard, view).result();
    expect(effects.get(view.id)).toBe(1);
    expect(await endsOf(guard, view)).toHaveLength(1);
  });

  it("goes on waiting for people, whom the reconciler doesn't disturb, and runs once", async () => {
    const view = await invoke("test.asked_note");
    await reset(view);
    expect(await check(guard, view)).toBe("nothing");
    await approve(view);
    expect(effects.get(view.id)).toBe(1);
    expect(await endsOf(guard, view)).toHaveLength(1);
  });

  it("finds an action that may run once begun, and ends uncertain without a second run", async () => {
    const view = await begin("test.stubborn_once");
    await reset(view);
    expect(["nothing", "closed"]).toContain(await check(guard, view));
    await waitForStatus(guard, view.id, "uncertain");
    expect(effects.get(view.id)).toBe(1);
    expect(await endsOf(guard, view)).toHaveLength(1);
  });
});

test("reconciler.look() takes a run that outlived a restored record for uncertain", async () => {
  const view = await invoke("test.asked_note");
  await approve(view);
  await handleOf(guard, view).result();
  const { db } = guard.store;
  await db.query("delete from execution where invocation = $1", [view.id]);
  await db.query("update approval set status = 'pending', resolution = null where invocation = $1", [view.id]);
  await db.query(
    "update invocation set status = 'pending', attempts = 0, closed_at = null, output = null where id = $1",
    [view.id],
  );
  expect(await check(guard, view)).toBe("uncertain");
  const closed = await guard.gateway.getInvocation(agent, view.id);
  expect(closed.error?.message).toBe("Its run ended as executed, which the record does not know");
  expect((await endsOf(guard, view)).at(-1)).toMatchObject({ status: "uncertain", ended: "completed" });
});

const NONE = { rowless: 0, faults: 0 };

test("wakeRowless() wakes a run whose row is gone, so that it ends itself, and no run that has one", async () => {
  const [kept, gone] = [await invoke("test.asked_note"), await invoke("test.asked_note")];
  const { taskQueue } = await handleOf(guard, gone).describe();
  for (const table of ["approval", "input_revision"])
    await guard.store.db.query(`delete from ${table} where invocation = $1`, [gone.id]);
  await guard.store.db.query("delete from invocation where id = $1", [gone.id]);
  const scope = { taskQueues: [taskQueue], search: new Map<string, Uint8Array>() };
  expect(await wakeRowless(portsOf(guard), { ...scope, nowMs: Date.now() })).toEqual(NONE);
  const woken = async () => wakeRowless(portsOf(guard), { ...scope, nowMs: Date.now() + 3_600_000 });
  await vi.waitUntil(async () => (await woken()).rowless === 1, 15_000);
  await expect(handleOf(guard, gone).result()).rejects.toThrow("Workflow execution failed");
  expect((await handleOf(guard, gone).describe()).status.name).toBe("FAILED");
  expect((await handleOf(guard, kept).describe()).status.name).toBe("RUNNING");
  expect(scope.search.size).toBe(0);
  await guard.gateway.cancel(agent, kept.id);
});

test("wakeRowless() touches no run of a task queue that isn't its own", async () => {
  const stranger = { tenant: "default", id: newInvocationId(randomBytes) };
  const start = { action: "a", actor: "b", run: undefined, reason: undefined, digest: "d", input: {} };
  await guard.runs.start({ ...start, ref: stranger, taskQueue: "of another installation" });
  const scope = { taskQueues: ["ours"], search: new Map<string, Uint8Array>(), nowMs: Date.now() + 3_600_000 };
  expect(await wakeRowless(portsOf(guard), scope)).toEqual(NONE);
  const { events } = await handleOf(guard, stranger).fetchHistory();
  expect((events ?? []).some((event) => event.workflowExecutionSignaledEventAttributes)).toBe(false);
  await handleOf(guard, stranger).terminate();
});
