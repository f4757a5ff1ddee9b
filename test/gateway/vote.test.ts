import { afterAll, beforeAll, expect, test, vi } from "vitest";
import type { Caller } from "../../src/gateway/gateway.ts";
import { computeVoteMac } from "../../src/core/vote-mac.ts";
import { eventTypes, insertVote } from "../activities/desk.ts";
import { openVoting, type Voting } from "./voting.ts";

let voting: Voting;
let ada: Caller;
let ben: Caller;
let cleo: Caller;

beforeAll(async () => {
  voting = await openVoting();
  [ada, ben, cleo] = await Promise.all([voting.voter("ada"), voting.voter("ben"), voting.voter("cleo")]);
});
afterAll(() => voting.close());

test("vote() answers with the tally until the last vote resolves the approval", async () => {
  const ref = await voting.ask("two");
  const first = await voting.vote(ada, ref);
  expect(first).toMatchObject({ confirmed: true, approval: { status: "pending", tally: { approve: 1, reject: 0 } } });
  const last = await voting.vote(ben, ref);
  expect(last).toMatchObject({ confirmed: true, approval: { status: "approved" } });
  expect(last.approval.resolution?.by.toSorted()).toEqual(["ada", "ben"]);
});

test("vote() answers the same vote again as the first time, judged or not, and keeps no second row", async () => {
  const ref = await voting.ask("two");
  for (let time = 0; time < 2; time += 1) {
    const { confirmed, approval } = await voting.vote(ada, ref, { reason: `Time ${time}` });
    expect([confirmed, approval.votes.length, approval.tally.approve]).toEqual([true, 1, 1]);
  }
  expect((await eventTypes(voting.desk, ref)).filter((type) => type === "approval.vote_recorded")).toHaveLength(1);
});

test("vote() keeps a changed mind as a new vote that replaces the one before, as often as it changes", async () => {
  const ref = await voting.ask("reasoned");
  await voting.vote(ada, ref, { decision: "reject", reason: "NO-1" });
  await voting.vote(ada, ref);
  const { approval } = await voting.vote(ada, ref, { decision: "reject", reason: "NO-2" });
  expect(approval).toMatchObject({ status: "pending", tally: { approve: 0, reject: 1 } });
  expect(approval.votes.map(({ state }) => state)).toEqual(["replaced", "replaced", "counted"]);
});

test("vote() waits for the judgement of a vote that was sent twice before anybody judged it", async () => {
  const ref = await voting.ask("two");
  voting.isAsleep = true;
  const answers = Promise.all([voting.vote(ada, ref), voting.vote(ada, ref), voting.vote(ben, ref)]);
  await vi.waitFor(async () => expect((await voting.read(ref)).votes).toHaveLength(2));
  voting.isAsleep = false;
  await voting.judge(ref);
  for (const { confirmed, approval } of await answers) expect([confirmed, approval.status]).toEqual([true, "approved"]);
});

test("vote() says when a vote is kept and nobody has judged it yet", async () => {
  const ref = await voting.ask("two");
  voting.isAsleep = true;
  const kept = await voting.vote(ada, ref);
  voting.isAsleep = false;
  expect(kept).toMatchObject({ confirmed: false, approval: { tally: { approve: 0 }, votes: [{ state: "received" }] } });
  expect(voting.signals.at(-1)).toBe(kept.approval.votes[0]?.id);
});

test("vote() takes a vote for a new one where the voter said something else in between", async () => {
  const ref = await voting.ask("two");
  await voting.vote(ada, ref);
  const grant = { uses: 1, expiresIn: "1h" };
  await voting.vote(ada, ref, { grant });
  await voting.vote(ada, ref, { grant });
  const { approval } = await voting.vote(ada, ref);
  expect(approval.votes.map(({ state }) => state)).toEqual(["replaced", "replaced", "counted"]);
  expect(approval.tally).toEqual({ approve: 1, reject: 0 });
});

test("vote() answers a request of the same idempotency key as before, and refuses the key for another vote", async () => {
  const ref = await voting.ask("two");
  const idempotencyKey = "ada-1";
  await voting.vote(ada, ref, { idempotencyKey });
  await voting.vote(ada, ref, { grant: { uses: 1, expiresIn: "1h" } });
  const { approval } = await voting.vote(ada, ref, { idempotencyKey });
  expect(approval.votes).toHaveLength(2);
  const other = voting.vote(ada, ref, { idempotencyKey, grant: { uses: 1, expiresIn: "1h" } });
  await expect(other).rejects.toMatchObject({ code: "idempotency_conflict" });
  expect(await voting.vote(ben, ref, { idempotencyKey })).toMatchObject({ approval: { status: "approved" } });
});

test("vote() that is sent again under its key overturns no later vote of the same person", async () => {
  const ref = await voting.ask("reasoned");
  for (const idempotencyKey of ["k1", "k2"]) await voting.vote(ada, ref, { idempotencyKey });
  await voting.vote(ada, ref, { decision: "reject", reason: "NO-1", idempotencyKey: "k3" });
  const { approval } = await voting.vote(ada, ref, { idempotencyKey: "k2" });
  expect(approval.votes.map(({ state }) => state)).toEqual(["replaced", "replaced", "counted"]);
  expect(approval.tally).toEqual({ approve: 0, reject: 1 });
});

test("vote() answers the winner's vote again as before, also under a new key", async () => {
  const ref = await voting.ask("two");
  await voting.vote(ada, ref, { decision: "reject" });
  const again = await voting.vote(ada, ref, { decision: "reject", idempotencyKey: "anew" });
  expect(again).toMatchObject({ confirmed: true, approval: { status: "rejected", votes: [{ voter: "ada" }] } });
});

test("vote() is made after the voter's vote before it, also where the database's clock went back", async () => {
  const ref = await voting.ask("reasoned");
  await voting.vote(ada, ref);
  const [first] = await voting.desk.store.votes.listOfRound(ref, 1);
  if (first === undefined) throw new Error("Nothing was kept");
  const made_at = first.made_at + 60_000;
  const mac = computeVoteMac(voting.desk.ports.signingKey, { ...first, grantTerms: null, madeAtMs: made_at });
  await voting.desk.store.db.query("update vote set made_at = $2, mac = $3 where id = $1", [
    ...[first.id, new Date(made_at), mac],
  ]);
  const { approval } = await voting.vote(ada, ref, { decision: "reject", reason: "NO-1" });
  expect(approval.tally).toEqual({ approve: 0, reject: 1 });
  const votes = await voting.desk.store.votes.listOfRound(ref, 1);
  expect(votes.map((vote) => [vote.decision, vote.made_at])).toEqual([
    ["approve", made_at],
    ["reject", made_at + 1],
  ]);
});

test("vote() answers a vote that comes too late with the resolution, and the winner's again with what it came to", async () => {
  const ref = await voting.ask("two");
  await voting.vote(ada, ref, { decision: "reject", reason: "No" });
  await expect(voting.vote(ben, ref)).rejects.toMatchObject({
    code: "already_resolved",
    details: { approval: { status: "rejected" }, resolution: { status: "rejected", by: ["ada"], reason: "No" } },
  });
  const again = await voting.vote(ada, ref, { decision: "reject" });
  expect(again).toMatchObject({ confirmed: true, approval: { status: "rejected" } });
});

test("vote() tells whoever has no part in an approval nothing of it, and records the refusal", async () => {
  const ref = await voting.ask("two");
  const stranger = await voting.voter("stranger", ["sales"]);
  const agent = await voting.voter("agent", []);
  for (const [caller, code] of [[stranger, "not_an_approver"] as const, [agent, "self_approval"] as const]) {
    await expect(voting.vote(caller, ref)).rejects.toMatchObject({ code, details: {} });
  }
  const events = await voting.desk.store.audit.listOfInvocation(ref.tenant, ref.id);
  const refusals = events.filter(({ type }) => type === "approval.vote_refused");
  expect(refusals).toMatchObject([
    { principal: "stranger", actor: "agent", data: { code: "not_an_approver", at: "door", decision: "approve" } },
    { principal: "agent", data: { code: "self_approval" } },
  ]);
});

test("vote() goes by the caller's own rights at the door", async () => {
  const ref = await voting.ask("two");
  const lent: Caller = { ...ada, principal: { ...ada.principal, groups: [] } };
  await expect(voting.vote(lent, ref)).rejects.toMatchObject({ code: "not_an_approver" });
});

test("vote() asks conditions of approvers about the request's real input", async () => {
  const ref = await voting.ask("ruled");
  await expect(voting.vote(cleo, ref)).rejects.toMatchObject({ code: "not_an_approver" });
  expect(await voting.vote(ada, ref)).toMatchObject({ approval: { status: "approved" } });
  const other = await voting.ask("ruled", { card: "another" });
  await expect(voting.vote(ada, other)).rejects.toMatchObject({ code: "not_an_approver" });
});

test("vote() asks for a reason, and for its form, as the terms do", async () => {
  const ref = await voting.ask("reasoned");
  const details = { requireReason: "on_reject", reasonPattern: "^[A-Z]+-[0-9]+" };
  for (const [reason, message] of [[undefined, /with every rejection/] as const, ["because", /form/] as const]) {
    const voted = voting.vote(ada, ref, { decision: "reject", reason });
    await expect(voted).rejects.toMatchObject({
      code: "invalid_request",
      message: expect.stringMatching(message),
      details,
    });
  }
  await expect(voting.vote(ben, ref, { reason: "because" })).rejects.toMatchObject({ code: "invalid_request" });
  expect(await voting.vote(ben, ref)).toMatchObject({ approval: { tally: { approve: 1, reject: 0 } } });
});

test("vote() counts for the open stage, in which nobody of the stage before may vote", async () => {
  const ref = await voting.ask("staged");
  const first = await voting.vote(ada, ref);
  expect(first.approval).toMatchObject({ status: "pending", stage: 1, votes: [{ voter: "ada", stage: 0 }] });
  await expect(voting.vote(ada, ref)).rejects.toMatchObject({ code: "not_an_approver" });
  expect(await voting.vote(ben, ref)).toMatchObject({
    approval: { status: "approved", votes: [{ stage: 0 }, { voter: "ben", stage: 1 }] },
  });
});

test("vote() lets nobody's vote stand in for the voter's that no door wrote", async () => {
  const ref = await voting.ask("two");
  await insertVote(voting.desk, ref, { voter: "ada", mac: "0".repeat(64) });
  const answer = await voting.vote(ada, ref);
  expect(answer.approval.votes.map(({ state, code }) => code ?? state).toSorted()).toEqual(["counted", "forbidden"]);
});

test("vote() refuses a vote on a round that has ended without a resolution", async () => {
  const ref = await voting.ask("two");
  await voting.desk.store.db.query("update approval set status = 'superseded' where invocation = $1", [ref.id]);
  await expect(voting.gateway.vote(cleo, ref.id, { decision: "approve" })).rejects.toMatchObject({
    code: "already_resolved",
  });
});
