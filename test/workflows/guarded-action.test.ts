import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { getInvocation } from "../../workflows/messages.ts";
import type { Caller } from "../../src/gateway/gateway.ts";
import { closedHistory, handleOf, startGuard, type TestGuard, waitForStatus } from "../support/guard.ts";
import { effects, testActions, testPolicy } from "./actions.ts";

/** A message that lands while the workflow decides makes the server add a task of three events. */
const BUFFERED = 3;

let guard: TestGuard;
let agent: Caller;
let reviewer: Caller;

beforeAll(async () => {
  guard = await startGuard(testActions, testPolicy);
  agent = await guard.caller({ subject: "agent", kind: "agent" });
  reviewer = await guard.caller({ subject: "reviewer", groups: ["reviewers"], permissions: ["approve", "read"] });
});
afterAll(() => guard.close());

function invoke(action: string, input: Record<string, unknown> = {}) {
  return guard.gateway.invoke(agent, { action, input });
}

test("an allowed call is executed once, within 13 events", async () => {
  const view = await invoke("test.note", { text: "hello" });
  expect(view).toMatchObject({
    status: "executed",
    output: { text: "hello" },
    attempts: 1,
    verdict: { effect: "allow", rule: "the rest" },
  });
  expect(effects.get(view.id)).toBe(1);
  const { status, events } = await closedHistory(guard, view);
  expect(status).toBe("COMPLETED");
  expect(events.length).toBeLessThanOrEqual(13);
});

test("an inline call is executed once, within 7 events", async () => {
  const view = await invoke("test.inline_note", { text: "quick" });
  expect(view).toMatchObject({ status: "executed", output: { text: "quick" } });
  const { events } = await closedHistory(guard, view);
  expect(events.length).toBeLessThanOrEqual(7);
});

test("a denied call completes without execution, within 7 events", async () => {
  const mean = await guard.caller({ subject: "mean", roles: ["mean"] });
  const view = await guard.gateway.invoke(mean, { action: "test.note", input: {} });
  expect(view).toMatchObject({
    status: "denied",
    verdict: { effect: "deny", rule: "nobody may be mean" },
    error: { code: "action_denied", message: "Mean callers may not", retryable: false },
  });
  expect(effects.has(view.id)).toBe(false);
  const { status, events } = await closedHistory(guard, view);
  expect(status).toBe("COMPLETED");
  expect(events.length).toBeLessThanOrEqual(7);
});

test("a call that people approve is executed, within its budget", async () => {
  const view = await invoke("test.asked_note", { text: "please" });
  expect(view).toMatchObject({
    status: "pending",
    approval: { status: "pending", approvers: ["group:reviewers", "user:boss"] },
  });
  const answer = await guard.gateway.vote(reviewer, view.id, {
    decision: "approve",
    reason: "Looks right",
    digest: view.digest,
  });
  expect(answer).toMatchObject({ confirmed: true, approval: { status: "approved", tally: { approve: 1, reject: 0 } } });
  expect(answer.approval.resolution).toMatchObject({ status: "approved", by: ["reviewer"], digest: view.digest });
  const closed = await waitForStatus(guard, view.id, "executed");
  expect(closed.output).toEqual({ text: "please" });
  expect(effects.get(view.id)).toBe(1);
  const { events } = await closedHistory(guard, view);
  expect(events.length).toBeLessThanOrEqual(21 + BUFFERED);
});

test("a call that a person rejects is not executed, within its budget", async () => {
  const view = await invoke("test.asked_note");
  await guard.gateway.vote(reviewer, view.id, { decision: "reject", reason: "No need" });
  const closed = await waitForStatus(guard, view.id, "rejected");
  expect(closed.error).toEqual({ code: "approval_rejected", message: "No need", retryable: false });
  expect(effects.has(view.id)).toBe(false);
  const { status, events } = await closedHistory(guard, view);
  expect(status).toBe("COMPLETED");
  expect(events.length).toBeLessThanOrEqual(16 + BUFFERED);
});

test("a call that nobody decides in time expires, within 14 events", async () => {
  const short = await startGuard(
    testActions,
    `{version: 1, rules: [{name: short, match: {action: "test.*"}, effect: require_approval, approval: {approvers: ["user:boss"], decide_by: 1s}}]}`,
  );
  const caller = await short.caller({ subject: "agent" });
  const view = await short.gateway.invoke(caller, { action: "test.note", input: {}, waitMs: 10_000 });
  expect(view).toMatchObject({
    status: "expired",
    error: { code: "approval_expired" },
    approval: { status: "expired" },
  });
  expect(effects.has(view.id)).toBe(false);
  const { status, events } = await closedHistory(short, view);
  expect(status).toBe("COMPLETED");
  expect(events.length).toBeLessThanOrEqual(14);
  await short.close();
});

test("a canceled call ends as Canceled and can't be approved any more, within its budget", async () => {
  const view = await invoke("test.asked_note");
  const answer = await guard.gateway.cancel(agent, view.id, "Changed my mind");
  expect(answer).toMatchObject({
    confirmed: true,
    invocation: { status: "canceled", error: { code: "invocation_canceled" } },
  });
  await expect(guard.gateway.vote(reviewer, view.id, { decision: "approve" })).rejects.toMatchObject({
    code: "already_resolved",
  });
  await expect(guard.gateway.cancel(agent, view.id)).rejects.toMatchObject({ code: "already_final" });
  const { status, events } = await closedHistory(guard, view);
  expect(status).toBe("CANCELLED");
  expect(events.length).toBeLessThanOrEqual(15 + BUFFERED);
});

test("a cancel in Temporal itself cancels a pending call", async () => {
  const view = await invoke("test.asked_note");
  await handleOf(guard, view).cancel();
  const closed = await waitForStatus(guard, view.id, "canceled");
  expect(closed.error?.message).toBe("Canceled in Temporal");
});

test("a running action hears of a cancel and its report decides", async () => {
  const view = await guard.gateway.invoke(agent, { action: "test.patient", input: {}, waitMs: 0 });
  await vi.waitUntil(() => effects.has(view.id), 10_000);
  await guard.gateway.cancel(agent, view.id);
  const closed = await waitForStatus(guard, view.id, "failed");
  expect(closed.error).toMatchObject({ code: "action_failed", message: "Stopped" });
  expect(effects.get(view.id)).toBe(1);
});

test("a call that is canceled before its action ran has had no effect", async () => {
  const view = await guard.gateway.invoke(agent, { action: "test.patient", input: {}, waitMs: 0 });
  await guard.gateway.cancel(agent, view.id);
  const closed = await waitForStatus(guard, view.id, "canceled", "failed", "uncertain");
  if (!effects.has(view.id)) expect(closed).toMatchObject({ error: { code: "invocation_canceled" } });
  expect(closed.status).not.toBe("uncertain");
});

test("ActionRejected fails at once", async () => {
  const view = await invoke("test.refusing");
  expect(view).toMatchObject({
    status: "failed",
    attempts: 1,
    error: { code: "action_failed", message: "The other side said no" },
  });
  const { status } = await closedHistory(guard, view);
  expect(status).toBe("FAILED");
});

test("an error is tried again under the same key, and its text is redacted in the record", async () => {
  const view = await guard.gateway.invoke(agent, { action: "test.flaky", input: {}, waitMs: 15_000 });
  expect(view).toMatchObject({ status: "executed", attempts: 3, output: { attempt: 3 } });
  expect(effects.get(view.id)).toBe(3);
  const events = JSON.stringify(await guard.gateway.listInvocationEvents(guard.admin, view.id));
  expect(events).not.toContain("hunter22");
});

test("maxAttempts bounds the attempts that report an error", async () => {
  const view = await guard.gateway.invoke(agent, { action: "test.failing", input: {}, waitMs: 15_000 });
  expect(view).toMatchObject({ status: "failed", attempts: 2, error: { code: "action_failed", message: "Down" } });
  expect(effects.get(view.id)).toBe(2);
});

test("an at_most_once action that errs is uncertain until a person reconciles it", async () => {
  const view = await invoke("test.doubtful");
  expect(view).toMatchObject({ status: "uncertain", attempts: 1, error: { code: "outcome_uncertain" } });
  expect(effects.get(view.id)).toBe(1);
  const bad = { outcome: "executed", output: { ref: 7 }, note: "Seen in the ledger" } as const;
  await expect(guard.gateway.reconcile(guard.admin, view.id, bad)).rejects.toMatchObject({ code: "invalid_input" });
  await expect(guard.gateway.reconcile(agent, view.id, { ...bad, output: { ref: "r7" } })).rejects.toMatchObject({
    code: "forbidden",
  });
  const closed = await guard.gateway.reconcile(guard.admin, view.id, { ...bad, output: { ref: "r7" } });
  expect(closed).toMatchObject({ status: "executed", output: { ref: "r7" } });
  expect(closed.error).toBeUndefined();
  await expect(guard.gateway.reconcile(guard.admin, view.id, { ...bad, output: { ref: "r7" } })).rejects.toMatchObject({
    code: "already_final",
  });
});

test("an at_most_once action that does not answer in its time is uncertain", async () => {
  const view = await invoke("test.deaf");
  expect(view).toMatchObject({ status: "uncertain", attempts: 1 });
});

test("an output that the schema refuses is a failure", async () => {
  const view = await invoke("test.garbled");
  expect(view).toMatchObject({ status: "failed", error: { message: "The action's output doesn't fit its schema" } });
});

test("an input that only the action's own schema refuses is denied and frees the key", async () => {
  const command = { action: "test.note", input: { text: "refined away" }, idempotencyKey: "refined" };
  const first = await guard.gateway.invoke(agent, command);
  expect(first).toMatchObject({ status: "denied", error: { code: "invalid_input" } });
  const second = await guard.gateway.invoke(agent, command);
  expect(second.id).not.toBe(first.id);
});

test("a schema that asks elsewhere has its say, and blocks nobody while it waits", async () => {
  const endless = await guard.gateway.invoke(agent, {
    action: "test.inquiring",
    input: { answer: "never" },
    waitMs: 0,
  });
  expect(await invoke("test.inquiring", { answer: "yes" })).toMatchObject({ status: "executed", output: "asked" });
  for (const answer of ["no", "broken"]) {
    expect(await invoke("test.inquiring", { answer })).toMatchObject({
      status: "denied",
      error: { code: "invalid_input" },
    });
  }
  expect(await guard.gateway.getInvocation(agent, endless.id)).toMatchObject({ status: "accepted" });
  await handleOf(guard, endless).terminate();
});

test("nothing that goes into history holds a secret", async () => {
  const secret = "correct-horse-battery-staple";
  const view = await invoke("test.asked_note", { text: `password=${secret}`, password: secret });
  await guard.gateway.vote(reviewer, view.id, { decision: "approve", reason: `token: ${secret}` });
  const closed = await waitForStatus(guard, view.id, "executed");
  const { history } = await closedHistory(guard, view);
  const encoded = JSON.stringify(history);
  const raw =
    encoded +
    encoded
      .split('"')
      .map((text) => Buffer.from(text, "base64").toString("utf8"))
      .join("\n");
  const approval = await guard.gateway.getApproval(reviewer, view.id);
  const events = await guard.gateway.listInvocationEvents(guard.admin, view.id);
  expect(raw).toContain("[redacted]");
  for (const text of [raw, JSON.stringify([closed, approval, events])]) expect(text).not.toContain(secret);
});

test("search attributes find a pending call, and follow it to its end", async () => {
  const view = await guard.gateway.invoke(agent, { action: "test.asked_note", input: {}, run: "run-7" });
  // The answer goes out at the commit, before Temporal has closed the task that carries the attributes.
  await handleOf(guard, view).query(getInvocation);
  const { typedSearchAttributes } = await handleOf(guard, view).describe();
  const values = Object.fromEntries(typedSearchAttributes.getAll().map(({ key, value }) => [key.name, value]));
  expect(values).toMatchObject({
    GuardState: "pending",
    GuardAction: "test.asked_note",
    GuardTenant: "default",
    GuardActor: "agent",
    GuardRun: "run-7",
    GuardDeadline: new Date(view.approval?.decideBy ?? 0),
  });
  await guard.gateway.cancel(agent, view.id);
});
