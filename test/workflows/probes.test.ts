import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { z } from "zod";
import { defineAction } from "../../src/action/define-action.ts";
import type { InvocationView } from "../../src/contract/invocation.ts";
import type { ProbeCall } from "../../src/contract/run.ts";
import { computeProbeMac } from "../../src/core/probe-mac.ts";
import type { Caller } from "../../src/gateway/gateway.ts";
import { PROBE_OUTCOME } from "../../workflows/messages.ts";
import { closedHistory, startGuard, type TestGuard, waitForStatus } from "../support/guard.ts";

const POLICY = `
version: 1
rules:
  - name: all
    match: { action: "ledger.*" }
    effect: allow
`;

/** What the other system holds, by idempotency key: the probe looks there. */
const ledger = new Map<string, number>();
/** How often each call was made, and how often its probe was asked. */
const counts = { runs: new Map<string, number>(), questions: 0 };
/** What the actions and their probe do next. */
let world: { readonly answer: () => unknown; readonly loses: "request" | "answer" | "nothing" };

const book = defineAction({
  name: "ledger.book",
  description: "Books, over a line that breaks",
  execution: { mode: "verifiable", attemptTimeoutMs: 5_000, totalTimeoutMs: 10_000 },
  input: z.object({}),
  output: z.object({ entry: z.number() }),
  run: (_input, { idempotencyKey, attempt }) => {
    counts.runs.set(idempotencyKey, attempt);
    if (world.loses === "request" && attempt === 1) throw new Error("Connection refused");
    ledger.set(idempotencyKey, ledger.size + 1);
    if (world.loses === "answer") throw new Error("Socket hang up");
    return { entry: ledger.get(idempotencyKey) ?? 0 };
  },
  probe: (_input, { idempotencyKey }) => {
    counts.questions += 1;
    if (world.answer() === "unknown") return "unknown";
    const entry = ledger.get(idempotencyKey);
    return entry === undefined ? "not_done" : { done: { entry } };
  },
});

const once = defineAction({ ...book, name: "ledger.once", execution: { mode: "at_most_once" } });
const blind = defineAction({
  name: "ledger.blind",
  description: "Can't be looked for",
  execution: { mode: "at_most_once" },
  input: z.object({}),
  run: () => Promise.reject(new Error("Socket hang up")),
});

let guard: TestGuard;
let agent: Caller;

beforeAll(async () => {
  guard = await startGuard([book, once, blind], POLICY);
  agent = await guard.caller({ subject: "agent", kind: "agent" });
});
afterAll(() => guard.close());
beforeEach(() => {
  counts.questions = 0;
  world = { answer: () => "known", loses: "nothing" };
});

function invoke(action: string): Promise<InvocationView> {
  return guard.gateway.invoke(agent, { action, input: {}, waitMs: 20_000 });
}

/** A call that ended uncertain although the effect has happened, or has not. */
async function makeUncertain(loses: "request" | "answer"): Promise<InvocationView> {
  world = { answer: () => "unknown", loses };
  const view = await invoke("ledger.once");
  expect(view).toMatchObject({ status: "uncertain" });
  return view;
}

function reconcile({ id }: Pick<InvocationView, "id">, caller = guard.admin): Promise<InvocationView> {
  return guard.gateway.reconcile(caller, id, { probe: true, note: "Looked with password=hunter22" });
}

async function eventsOf({ id }: InvocationView) {
  return guard.gateway.listInvocationEvents(guard.admin, id);
}

describe("guardedAction() in mode verifiable", () => {
  it("runs again when the effect is not there, and ends executed", async () => {
    world = { answer: () => "known", loses: "request" };
    const view = await invoke("ledger.book");
    expect(view).toMatchObject({ status: "executed", attempts: 2 });
    expect((await closedHistory(guard, view)).status).toBe("COMPLETED");
  });

  it("doesn't run again when the effect is there, and has the output from the probe", async () => {
    world = { answer: () => "known", loses: "answer" };
    const view = await invoke("ledger.book");
    expect(view).toMatchObject({ status: "executed", attempts: 1, output: { entry: ledger.get(view.id) } });
    expect(counts.runs.get(view.id)).toBe(1);
    const finished = (await eventsOf(view)).find(({ type }) => type === "execution.finished");
    expect(finished?.data).toMatchObject({ outcome: "executed", probe: "done" });
  });
});

describe("reconcile() with a probe", () => {
  it.each([
    ["answer", "executed"],
    ["request", "failed"],
  ] as const)("settles a call that lost its %s as %s, in the name of who asked", async (lost, status) => {
    const view = await makeUncertain(lost);
    world = { answer: () => "known", loses: "nothing" };
    const settled = await reconcile(view);
    expect(settled).toMatchObject({
      status,
      ...(status === "executed" ? { output: { entry: ledger.get(view.id) } } : {}),
    });
    const reconciled = (await eventsOf(view)).find(({ type }) => type === "invocation.reconciled");
    expect(reconciled).toMatchObject({ principal: "admin", actor: "agent", data: { outcome: status, by: "probe" } });
    expect(JSON.stringify(reconciled)).not.toContain("hunter22");
    await expect(reconcile(view)).rejects.toMatchObject({ code: "already_final", invocation: { status } });
  });

  it("leaves what the probe can't tell uncertain, and says so at once", async () => {
    const view = await makeUncertain("answer");
    const beganMs = performance.now();
    expect(await reconcile(view)).toMatchObject({ status: "uncertain" });
    expect(performance.now() - beganMs).toBeLessThan(9_000);
    expect(counts.questions).toBe(1);
    expect((await eventsOf(view)).some(({ type }) => type === "invocation.reconciled")).toBe(false);
  });

  it("answers that it is uncertain still while no worker is there, and is settled when one comes", async () => {
    const view = await makeUncertain("answer");
    world = { answer: () => "known", loses: "nothing" };
    await guard.stopWorker();
    expect(await reconcile(view)).toMatchObject({ status: "uncertain" });
    await guard.startWorker();
    await waitForStatus(guard, view.id, "executed");
  }, 30_000);

  it("needs admin, an uncertain call, and an action with a probe", async () => {
    const view = await makeUncertain("answer");
    await expect(reconcile(view, agent)).rejects.toMatchObject({ code: "forbidden" });
    world = { answer: () => "known", loses: "nothing" };
    await expect(reconcile(await invoke("ledger.book"))).rejects.toMatchObject({ code: "already_final" });
    const hidden = await invoke("ledger.blind");
    await expect(reconcile(hidden)).rejects.toMatchObject({ code: "invalid_request" });
  });
});

it.each(["by", "note", "invocation"] as const)(
  "probeOutcome() takes no word from a run with another %s than a door wrote",
  async (field) => {
    const view = await makeUncertain("answer");
    world = { answer: () => "known", loses: "nothing" };
    const request = { tenant: view.tenant, invocation: view.id, by: "admin", note: "Looked" };
    const signed = { ...request, mac: computeProbeMac("k".repeat(40), { ...request, [field]: "other" }) };
    const call: ProbeCall = { ...signed, action: view.action, timeoutMs: 5_000 };
    const taskQueue = (await guard.store.manifests.get(view.action))?.taskQueue ?? "";
    const run = guard.client.workflow.execute(PROBE_OUTCOME, {
      taskQueue,
      workflowId: `forged:${view.id}`,
      args: [call],
    });
    await expect(run).rejects.toMatchObject({ cause: { cause: { type: "forbidden" } } });
    expect(await guard.gateway.getInvocation(guard.admin, view.id)).toMatchObject({ status: "uncertain" });
  },
);
