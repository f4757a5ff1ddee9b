import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Caller } from "../../src/gateway/gateway.ts";
import { workflowIdOf } from "../../src/adapters/temporal-runs.ts";
import type { InvocationId } from "../../src/contract/ids.ts";
import type { GuardedCall } from "../../src/contract/run.ts";
import { GUARDED_ACTION } from "../../workflows/messages.ts";
import { closedHistory, startGuard, type TestGuard, waitForStatus } from "../support/guard.ts";
import { effects, testActions, testPolicy } from "./actions.ts";

let guard: TestGuard;
let agent: Caller;

beforeAll(async () => {
  guard = await startGuard(testActions, testPolicy);
  agent = await guard.caller({ subject: "agent", kind: "agent" });
});
afterAll(() => guard.close());

function invoke(idempotencyKey: string, input: Record<string, unknown> = {}, action = "test.note") {
  return guard.gateway.invoke(agent, { action, input, idempotencyKey });
}

test("the same key and input give the first answer again, whatever the order of members", async () => {
  const key = randomUUID();
  const first = await invoke(key, { text: "a", password: "b" });
  const second = await invoke(key, { password: "b", text: "a" });
  expect(first.replayed).toBeUndefined();
  expect(second).toEqual({ ...first, replayed: true });
  expect(effects.get(first.id)).toBe(1);
});

test("the same key with another input is a conflict", async () => {
  const key = randomUUID();
  await invoke(key, { text: "a" });
  await expect(invoke(key, { text: "b" })).rejects.toMatchObject({ code: "idempotency_conflict" });
});

test("a key belongs to one actor and one action of one tenant", async () => {
  const key = randomUUID();
  const other = await guard.caller({ subject: "other" });
  const abroad = await guard.caller({ subject: "agent", tenant: "abroad" });
  const views = await Promise.all([
    invoke(key),
    invoke(key, {}, "test.inline_note"),
    guard.gateway.invoke(other, { action: "test.note", input: {}, idempotencyKey: key }),
    guard.gateway.invoke(abroad, { action: "test.note", input: {}, idempotencyKey: key }),
  ]);
  expect(new Set(views.map((view) => view.id)).size).toBe(4);
  expect(views.map((view) => view.status)).toEqual(["executed", "executed", "executed", "executed"]);
});

test("64 calls at once with one key are one run, one effect and 64 equal answers", async () => {
  const key = randomUUID();
  const views = await Promise.all(Array.from({ length: 64 }, () => invoke(key, { text: "once" })));
  const [first] = views;
  expect(new Set(views.map((view) => view.id)).size).toBe(1);
  expect(effects.get(first?.id ?? "")).toBe(1);
  const bodies = views.map(({ replayed, ...body }) => ({ body: JSON.stringify(body), replayed }));
  expect(new Set(bodies.map(({ body }) => body)).size).toBe(1);
  expect(bodies.filter(({ replayed }) => replayed === true)).toHaveLength(63);
});

test("the answer stays when Temporal no longer knows the run", async () => {
  const key = randomUUID();
  const first = await invoke(key, { text: "kept" });
  await closedHistory(guard, first);
  const workflowId = workflowIdOf({ tenant: first.tenant, id: first.id as InvocationId });
  await guard.client.workflowService.deleteWorkflowExecution({
    namespace: "default",
    workflowExecution: { workflowId },
  });
  await expectGone(workflowId);
  expect(await invoke(key, { text: "kept" })).toMatchObject({ id: first.id, status: "executed", replayed: true });
  expect(effects.get(first.id)).toBe(1);
});

test("a run that is started again after the end finds the final row and does nothing", async () => {
  const first = await invoke(randomUUID(), { text: "done" });
  const row = await guard.store.invocations.get({ tenant: first.tenant, id: first.id as InvocationId });
  const { action, actor, digest, tenant, id: invocation } = first;
  const again = await guard.client.workflow.execute(GUARDED_ACTION, {
    workflowId: randomUUID(),
    taskQueue: row?.task_queue ?? "",
    args: [{ action, actor, digest, tenant, invocation, input: {} } satisfies GuardedCall],
  });
  expect(again).toMatchObject({ status: "executed" });
  expect(effects.get(first.id)).toBe(1);
});

test("a policy denial keeps its key", async () => {
  const mean = await guard.caller({ subject: "mean", roles: ["mean"] });
  const command = { action: "test.note", input: {}, idempotencyKey: "denied" };
  const first = await guard.gateway.invoke(mean, command);
  expect(await guard.gateway.invoke(mean, command)).toMatchObject({ id: first.id, status: "denied", replayed: true });
});

test("what was accepted and never started is started by the relay", async () => {
  const view = await guard.gateway.invoke(agent, { action: "test.asked_note", input: {} });
  const lost = `ivn_${"z".repeat(26)}`;
  await guard.store.db.query(
    `insert into invocation (tenant, id, action, action_version, task_queue, actor, actor_principal, status, request_hash, digest, input_view, created_at)
     select tenant, $2, 'test.note', action_version, task_queue, actor, actor_principal, 'accepted', request_hash, digest, input_view, created_at - interval '1 minute'
     from invocation where id = $1`,
    [view.id, lost],
  );
  await guard.store.db.query(
    `insert into input_revision (tenant, invocation, round, input, salt, digest, author)
     select tenant, $2, round, input, salt, digest, author from input_revision where invocation = $1`,
    [view.id, lost],
  );
  await guard.relay.look();
  // Its digest was made for another id, so the last check before execution refuses it: nothing runs that was not decided.
  expect(await waitForStatus(guard, lost, "failed")).toMatchObject({ error: { code: "digest_mismatch" }, attempts: 0 });
  expect(effects.has(lost)).toBe(false);
});

/** Deleting takes the server a while. */
async function expectGone(workflowId: string): Promise<void> {
  for (const deadline = Date.now() + 50_000; Date.now() < deadline;) {
    try {
      await guard.client.workflow.getHandle(workflowId).describe();
    } catch {
      return;
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error("The run is still there");
}
