import { afterAll, beforeAll, expect, test } from "vitest";
import type { InvocationId, VoteId } from "../../src/contract/ids.ts";
import { newVoteId } from "../../src/core/ids.ts";
import type { Caller } from "../../src/gateway/gateway.ts";
import { castVote } from "../../workflows/messages.ts";
import { closedHistory, handleOf, startGuard, type TestGuard, waitForStatus } from "../support/guard.ts";
import { effects, testActions, testPolicy } from "./actions.ts";

let guard: TestGuard;
let agent: Caller;
let reviewer: Caller;
let boss: Caller;

beforeAll(async () => {
  guard = await startGuard(testActions, testPolicy);
  agent = await guard.caller({ subject: "agent", kind: "agent" });
  reviewer = await guard.caller({ subject: "reviewer", groups: ["reviewers"], permissions: ["approve", "read"] });
  boss = await guard.caller({ subject: "boss", permissions: ["approve", "read", "invoke"] });
});
afterAll(() => guard.close());

function ask(caller: Caller = agent) {
  return guard.gateway.invoke(caller, { action: "test.asked_note", input: { text: "please" } });
}

test("vote() refuses voters whom the terms don't name, and records it", async () => {
  const stranger = await guard.caller({ subject: "stranger", groups: ["others"], permissions: ["approve"] });
  const view = await ask();
  await expect(guard.gateway.vote(stranger, view.id, { decision: "approve" })).rejects.toMatchObject({
    code: "not_an_approver",
  });
  const events = await guard.gateway.listInvocationEvents(guard.admin, view.id);
  expect(events.at(-1)).toMatchObject({
    type: "approval.vote_refused",
    principal: "stranger",
    data: { code: "not_an_approver" },
  });
  expect(await guard.gateway.getInvocation(agent, view.id)).toMatchObject({ status: "pending" });
});

test("vote() refuses the actor, and whoever called for the actor", async () => {
  const own = await ask(boss);
  await expect(guard.gateway.vote(boss, own.id, { decision: "approve" })).rejects.toMatchObject({
    code: "self_approval",
  });
  const helper = await guard.caller({
    subject: "helper",
    groups: ["reviewers"],
    permissions: ["invoke", "act_as", "approve", "read"],
  });
  const lent = await guard.gateway.invoke(helper, { action: "test.asked_note", input: {}, onBehalfOf: "agent" });
  expect(lent).toMatchObject({ actor: "agent", via: "helper", status: "pending" });
  await expect(guard.gateway.vote(helper, lent.id, { decision: "approve" })).rejects.toMatchObject({
    code: "self_approval",
  });
});

test("vote() answers a late vote with the standing resolution, and the same vote again with the same answer", async () => {
  const view = await ask();
  await guard.gateway.vote(reviewer, view.id, { decision: "approve" });
  const again = await guard.gateway.vote(reviewer, view.id, { decision: "approve" });
  expect(again).toMatchObject({ confirmed: true, approval: { status: "approved", resolution: { by: ["reviewer"] } } });
  await expect(guard.gateway.vote(boss, view.id, { decision: "reject" })).rejects.toMatchObject({
    code: "already_resolved",
    details: { resolution: { status: "approved", by: ["reviewer"] } },
  });
  expect((await guard.gateway.getApproval(boss, view.id)).votes).toHaveLength(1);
});

test("vote() refuses another digest than the one being decided", async () => {
  const view = await ask();
  const vote = { decision: "approve", digest: "0".repeat(64) } as const;
  await expect(guard.gateway.vote(reviewer, view.id, vote)).rejects.toMatchObject({ code: "digest_mismatch" });
});

test("vote() knows nothing of other tenants' approvals, nor of ids that don't exist", async () => {
  const view = await ask();
  const foreign = await guard.caller({
    subject: "reviewer",
    groups: ["reviewers"],
    permissions: ["approve"],
    tenant: "other",
  });
  for (const [caller, id] of [
    [foreign, view.id],
    [reviewer, `ivn_${"0".repeat(26)}`],
    [reviewer, "nonsense"],
  ] as const) {
    await expect(guard.gateway.vote(caller, id, { decision: "approve" })).rejects.toMatchObject({ code: "not_found" });
  }
});

test("two votes at once from two approvers make one resolution, and both are answered", async () => {
  const view = await ask();
  const answers = await Promise.allSettled([
    guard.gateway.vote(reviewer, view.id, { decision: "approve" }),
    guard.gateway.vote(boss, view.id, { decision: "reject" }),
  ]);
  const closed = await waitForStatus(guard, view.id, "executed", "rejected");
  const approval = await guard.gateway.getApproval(boss, view.id);
  expect(approval.votes.filter((vote) => vote.state === "counted")).toHaveLength(1);
  expect(approval.resolution?.status).toBe(closed.status === "executed" ? "approved" : "rejected");
  expect(answers.filter((answer) => answer.status === "fulfilled")).toHaveLength(1);
  expect(answers.find((answer) => answer.status === "rejected")).toMatchObject({
    reason: { code: "already_resolved" },
  });
  expect(effects.get(view.id) ?? 0).toBe(closed.status === "executed" ? 1 : 0);
});

test("a signal from outside changes nothing", async () => {
  const view = await ask();
  await handleOf(guard, view).signal(castVote, "vote_approve_please");
  await handleOf(guard, view).signal("castVote", { decision: "approve", voter: "boss" });
  await guard.gateway.cancel(agent, view.id);
  const { events } = await closedHistory(guard, view);
  expect(events.filter((event) => event.workflowExecutionSignaledEventAttributes)).toHaveLength(2);
  expect(await guard.gateway.getInvocation(agent, view.id)).toMatchObject({ status: "canceled" });
  expect(effects.has(view.id)).toBe(false);
});

test("a vote row that no door wrote is refused, whatever it says", async () => {
  const view = await ask();
  const forged = await forgeVote(view, "0".repeat(64));
  await handleOf(guard, view).signal(castVote, forged);
  const refused = await waitForEvent(view.id, "approval.vote_refused");
  expect(refused).toMatchObject({ principal: "boss", data: { vote: forged, code: "forbidden" } });
  expect(await guard.gateway.getInvocation(agent, view.id)).toMatchObject({ status: "pending" });
});

test("a forged vote keeps the person in whose name it was made from nothing", async () => {
  const judged = await ask();
  await handleOf(guard, judged).signal(castVote, await forgeVote(judged, "0".repeat(64)));
  await waitForEvent(judged.id, "approval.vote_refused");
  const waiting = await ask();
  await forgeVote(waiting, "0".repeat(64));
  for (const view of [judged, waiting]) {
    const answer = await guard.gateway.vote(boss, view.id, { decision: "approve" });
    expect(answer).toMatchObject({ confirmed: true, approval: { status: "approved", resolution: { by: ["boss"] } } });
  }
});

test("an approval that was resolved by hand has no votes behind it, and nothing runs", async () => {
  const view = await ask();
  const resolution = {
    status: "approved",
    at: view.createdAt,
    by: ["boss"],
    digest: view.digest,
    actionVersion: "1",
    policyVersion: "1",
  };
  await guard.store.db.query(
    "update approval set status = 'approved', resolution = $2, resolved_at = ms_now() where invocation = $1",
    [view.id, JSON.stringify(resolution)],
  );
  await handleOf(guard, view).signal(castVote, "vote_none");
  const closed = await waitForStatus(guard, view.id, "failed", "executed");
  expect(closed).toMatchObject({
    status: "failed",
    error: { code: "digest_mismatch", message: "No approval covers this input" },
  });
  expect(effects.has(view.id)).toBe(false);
});

test("a vote row copied from another approval is refused", async () => {
  const first = await ask();
  await guard.gateway.vote(boss, first.id, { decision: "approve" });
  const [original] = await guard.store.db.query<{ mac: string }>("select mac from vote where invocation = $1", [
    first.id,
  ]);
  const view = await ask();
  await handleOf(guard, view).signal(castVote, await forgeVote(view, original?.mac ?? ""));
  expect(await waitForEvent(view.id, "approval.vote_refused")).toMatchObject({ data: { code: "forbidden" } });
});

test("a vote by someone who lost the role before it was judged does not count", async () => {
  const leaver = await guard.caller({ subject: "leaver", groups: ["reviewers"], permissions: ["approve"] });
  const view = await ask();
  await guard.stopWorker();
  const kept = await guard.gateway.vote(leaver, view.id, { decision: "approve" });
  expect(kept).toMatchObject({ confirmed: false, approval: { status: "pending", votes: [{ state: "received" }] } });
  await guard.gateway.putPrincipal(guard.admin, "leaver", { groups: [] });
  await guard.startWorker();
  expect(await waitForEvent(view.id, "approval.vote_refused")).toMatchObject({
    principal: "leaver",
    data: { code: "not_an_approver" },
  });
  expect(effects.has(view.id)).toBe(false);
});

test("a vote made while no worker runs is kept, and counts when one returns", async () => {
  const view = await ask();
  await guard.stopWorker();
  const kept = await guard.gateway.vote(reviewer, view.id, { decision: "approve" });
  expect(kept.confirmed).toBe(false);
  await guard.startWorker();
  await waitForStatus(guard, view.id, "executed");
  expect(effects.get(view.id)).toBe(1);
});

test("a cancel beats a vote that is not judged yet", async () => {
  const view = await ask();
  await guard.stopWorker();
  await guard.gateway.vote(reviewer, view.id, { decision: "approve" });
  await guard.gateway.cancel(agent, view.id);
  await guard.startWorker();
  await waitForStatus(guard, view.id, "canceled");
  expect((await guard.gateway.getApproval(boss, view.id)).votes).toMatchObject([
    { state: "refused", code: "already_resolved" },
  ]);
  expect(effects.has(view.id)).toBe(false);
});

test("a deadline that passed while no worker ran expires the call at once, votes made in time excepted", async () => {
  const short = await startGuard(testActions, shortPolicy("decide_by: 4s"));
  const asker = await short.caller({ subject: "agent" });
  const voter = await short.caller({ subject: "boss", permissions: ["approve"] });
  const unvoted = await short.gateway.invoke(asker, { action: "test.note", input: {} });
  const voted = await short.gateway.invoke(asker, { action: "test.note", input: {} });
  await short.stopWorker();
  await short.gateway.vote(voter, voted.id, { decision: "approve" });
  await short.store.db.query("select pg_sleep(1.5)");
  const late = short.gateway.vote(voter, unvoted.id, { decision: "approve" });
  await expect(late).rejects.toMatchObject({ code: "approval_expired" });
  await short.startWorker();
  await waitForStatus(short, unvoted.id, "expired");
  await waitForStatus(short, voted.id, "executed");
  expect([effects.has(unvoted.id), effects.get(voted.id)]).toEqual([false, 1]);
  await short.close();
});

test("an approval that is not used in time is void", async () => {
  const short = await startGuard(testActions, shortPolicy("decide_by: 1h, execute_by: 1s"));
  const asker = await short.caller({ subject: "agent" });
  const voter = await short.caller({ subject: "boss", permissions: ["approve"] });
  const view = await short.gateway.invoke(asker, { action: "test.note", input: {} });
  await short.stopWorker();
  await short.gateway.vote(voter, view.id, { decision: "approve" });
  await short.store.db.query("select pg_sleep(1.1)");
  await short.startWorker();
  const closed = await waitForStatus(short, view.id, "expired", "executed");
  expect(closed).toMatchObject({
    status: "expired",
    approval: { status: "approved" },
    error: { code: "approval_expired" },
  });
  expect(effects.has(view.id)).toBe(false);
  await short.close();
});

test("the terms can ask for a reason", async () => {
  const strict = await startGuard(
    testActions,
    `{version: 1, rules: [{name: r, match: {action: "test.*"}, effect: require_approval, approval: {approvers: ["role:lead"], decide_by: 1h, require_reason: true}}]}`,
  );
  const asker = await strict.caller({ subject: "agent" });
  const lead = await strict.caller({ subject: "lead", roles: ["lead"], permissions: ["approve"] });
  const view = await strict.gateway.invoke(asker, { action: "test.note", input: {} });
  await expect(strict.gateway.vote(lead, view.id, { decision: "approve", reason: " " })).rejects.toMatchObject({
    code: "invalid_request",
  });
  const answer = await strict.gateway.vote(lead, view.id, { decision: "approve", reason: "TICKET-1" });
  expect(answer.approval.votes).toMatchObject([{ state: "counted", reason: "TICKET-1" }]);
  await strict.close();
});

/** Asks boss about everything, within these times. */
function shortPolicy(times: string): string {
  return `{version: 1, rules: [{name: short, match: {action: "test.*"}, effect: require_approval, approval: {approvers: ["user:boss"], ${times}}}]}`;
}

/** Writes a vote of boss by hand, as somebody with the database but not the signing key could. */
async function forgeVote(view: { id: string; digest: string }, mac: string): Promise<VoteId> {
  const id = newVoteId((size) => crypto.getRandomValues(new Uint8Array(size)));
  await guard.store.votes.insert({
    tenant: "default",
    id,
    invocation: view.id as InvocationId,
    round: 1,
    digest: view.digest,
    voter: "boss",
    decision: "approve",
    ...{ stage: 0, reason: null, edit: null, grant_terms: null, idempotency_key: null },
    made_at: Date.now(),
    mac,
  });
  return id;
}

async function waitForEvent(id: string, type: string) {
  for (const deadline = Date.now() + 10_000; Date.now() < deadline;) {
    const events = await guard.gateway.listInvocationEvents(guard.admin, id);
    const found = events.find((event) => event.type === type);
    if (found !== undefined) return found;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error(`No ${type} was recorded`);
}
