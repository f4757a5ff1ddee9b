import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Caller } from "../../src/gateway/gateway.ts";
import { closedHistory, startGuard, type TestGuard, waitForStatus } from "../support/guard.ts";
import { effects, testActions } from "./actions.ts";

const POLICY = `
version: 1
rules:
  - name: notes are cleaned
    match: { action: [test.note, test.inline_note] }
    effect: sanitize
    sanitize: { set: { /text: clean }, remove: [/password] }
  - name: asked notes are cleaned first
    match: { action: test.asked_note }
    effect: require_approval
    approval: { approvers: ["user:boss"], decide_by: 1h }
    sanitize: { mask: [/text] }
  - name: nobody could do this
    match: { action: test.flaky }
    effect: sanitize
    sanitize: { set: { /text: 7 } }
`;

let guard: TestGuard;
let agent: Caller;
let boss: Caller;

beforeAll(async () => {
  guard = await startGuard(testActions, POLICY);
  agent = await guard.caller({ subject: "agent", kind: "agent" });
  boss = await guard.caller({ subject: "boss", permissions: ["approve", "read"] });
});
afterAll(() => guard.close());

test.each(["test.note", "test.inline_note"])("a call of %s runs with the changed input", async (action) => {
  const input = { text: "dirty", password: "hunter22" };
  const view = await guard.gateway.invoke(agent, { action, input });
  expect(view).toMatchObject({ status: "executed", output: { text: "clean" }, input: { text: "clean" } });
  expect(view.output).not.toHaveProperty("password");
  expect(effects.get(view.id)).toBe(1);
  const { history, status } = await closedHistory(guard, view);
  expect(status).toBe("COMPLETED");
  expect(Buffer.from(JSON.stringify(history)).toString()).not.toContain("hunter22");
});

test("a call that is changed and asked for runs with what was approved", async () => {
  const command = { action: "test.asked_note", input: { text: "4111111111111111" }, idempotencyKey: randomUUID() };
  const view = await guard.gateway.invoke(agent, command);
  const approval = await guard.gateway.getApproval(boss, view.id);
  expect(approval).toMatchObject({ input: { text: "****1111" }, digest: view.digest });
  const requested = (await guard.gateway.listInvocationEvents(guard.admin, view.id))[0];
  const sent = String(requested?.data["digest"]);
  const vote = guard.gateway.vote(boss, view.id, { decision: "approve", digest: sent });
  await expect(vote).rejects.toMatchObject({ code: "digest_mismatch" });
  await guard.gateway.vote(boss, view.id, { decision: "approve", digest: approval.digest });
  const closed = await waitForStatus(guard, view.id, "executed");
  expect(closed).toMatchObject({ output: { text: "****1111" }, digest: approval.digest });
  expect(await guard.gateway.invoke(agent, command)).toMatchObject({ id: view.id, replayed: true });
});

test("a call whose changed input doesn't fit is denied and runs nothing", async () => {
  const view = await guard.gateway.invoke(agent, { action: "test.flaky", input: { text: "dirty" } });
  expect(view).toMatchObject({ status: "denied", error: { code: "action_denied" }, input: { text: "dirty" } });
  expect(effects.get(view.id)).toBeUndefined();
});
