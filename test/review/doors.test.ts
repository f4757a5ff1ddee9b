import { afterAll, beforeAll, expect, test } from "vitest";
import { mergeApprovalTerms } from "../../src/core/policy/document/merge-approval-terms.ts";
import { DEFAULT_APPROVAL_TERMS } from "../../src/core/policy/document/approval-terms.ts";
import { refuseVote } from "../../src/core/approval/refuse-vote.ts";
import { openingProgress } from "../../src/core/approval/clocks.ts";
import { describeAction } from "../../src/action/describe-action.ts";
import { defineAction } from "../../src/action/define-action.ts";
import { z } from "zod";
import { publishFileDocument } from "../../src/gateway/policy-documents.ts";
import type { Caller } from "../../src/gateway/gateway.ts";
import { openVoting, type Voting } from "../gateway/voting.ts";

let voting: Voting;
let ada: Caller;
let ben: Caller;

const STAGED = `
version: 1
default: deny
rules:
  - name: staged
    match: { action: pay.staged }
    effect: require_approval
    approval: { stages: [{ approvers: [group:finance] }, { approvers: [group:finance] }], decide_by: 1h }
  - name: two
    match: { action: pay.two }
    effect: require_approval
    approval: { approvers: [group:finance], approve: 3, deny: 3, decide_by: 1h, edit: { allow: [/tags] } }
  - name: large
    match: { action: pay.one, args: { amountCents: { gt: 500 } } }
    effect: require_approval
    approval: { approvers: ["user:boss"], decide_by: 1h }
  - name: small
    match: { action: pay.one, args: { amountCents: { lte: 500 } } }
    effect: require_approval
    approval: { approvers: [group:finance], decide_by: 1h }
`;

beforeAll(async () => {
  voting = await openVoting();
  [ada, ben] = await Promise.all([voting.voter("ada"), voting.voter("ben")]);
  await voting.voter("cleo");
  await publishFileDocument(voting.desk.store, STAGED);
});
afterAll(() => voting.close());

test("vote() that is sent again without a key approves no second stage", async () => {
  const ref = await voting.ask("staged");
  const { digest } = await voting.read(ref);
  await voting.vote(ada, ref, { digest });
  await voting.vote(ada, ref, { digest }).catch(() => undefined);
  expect(await voting.read(ref)).toMatchObject({ status: "pending", stage: 1 });
});

test("vote() that is sent again under its key overturns no later vote of the same person", async () => {
  const ref = await voting.ask("two");
  await voting.vote(ada, ref, { idempotencyKey: "k1" });
  await voting.vote(ada, ref, { idempotencyKey: "k2" });
  await voting.vote(ada, ref, { decision: "reject", idempotencyKey: "k3" });
  await voting.vote(ada, ref, { idempotencyKey: "k2" });
  expect((await voting.read(ref)).tally).toEqual({ approve: 0, reject: 1 });
});

test("voteBatch() lets the later of two votes of one person stand, also when both were made in one millisecond", async () => {
  const { db } = voting.desk.store;
  const refs = await Promise.all(Array.from({ length: 12 }, () => voting.ask("two")));
  const [{ text } = { text: "" }] = await db.query<{ text: string }>(
    "select pg_get_functiondef('ms_now'::regproc) as text",
  );
  const [{ now } = { now: 0 }] = await db.query<{ now: number }>("select ms_now() as now");
  voting.isAsleep = true;
  const kept = async (decision: "approve" | "reject") => {
    const votes = refs.map(({ id }) => ({ id, decision }));
    await voting.gateway.voteBatch(ada, votes);
  };
  try {
    await db.query(
      `create or replace function ms_now() returns timestamptz language sql volatile as $$ select to_timestamp(${now + 500} / 1000.0) $$`,
    );
    await kept("approve");
    await kept("reject");
  } finally {
    await db.query(text);
    voting.isAsleep = false;
  }
  for (const ref of refs) await voting.judge(ref);
  const tallies = await Promise.all(refs.map(async (ref) => (await voting.read(ref)).tally));
  expect(new Set(tallies.map(({ reject }) => reject))).toEqual(new Set([1]));
}, 60_000);

test("vote() keeps no secret that stands in an edit's pointer in the record", async () => {
  const ref = await voting.ask("two");
  const token = `ghp_${"a1B2c3D4e5".repeat(4).slice(0, 36)}`;
  await voting.vote(ada, ref, { edit: { [`/headers/${token}`]: "x" } }).catch(() => undefined);
  const recorded = JSON.stringify(await voting.desk.store.audit.listOfInvocation(ref.tenant, ref.id));
  expect(recorded).not.toContain(token);
});

test("getApproval() shows a finance approver nothing of a request that only the boss could see", async () => {
  await voting.ask("one", { amountCents: 900, note: "for the boss alone" });
  const ref = await voting.ask("one", { amountCents: 100, note: "plain" });
  const view = await voting.gateway.getApproval(ben, ref.id);
  expect(JSON.stringify(view)).not.toContain("for the boss alone");
});

test("getApproval() keeps a grant's bounds secret that were secret when they were given", async () => {
  const ref = await voting.ask("two");
  const grant = { uses: 1, expiresIn: "1h", bounds: { "/card": { eq: "4111-s3cret" } } };
  await voting.vote(ada, ref, { grant });
  expect(JSON.stringify(await voting.read(ref))).not.toContain("4111-s3cret");
  const next = defineAction({
    name: "pay.two",
    description: "Pays",
    input: z.object({ other: z.string() }),
    run: () => ({}),
  });
  await voting.desk.store.manifests.publish([describeAction(next, "desk")]);
  expect(JSON.stringify(await voting.read(ref))).not.toContain("4111-s3cret");
});

test("mergeApprovalTerms() refuses every reason that one of the two would refuse", () => {
  const strict = { ...DEFAULT_APPROVAL_TERMS, requireReason: true as const, reasonPattern: "^[A-Z]+-[0-9]+$" };
  const lax = { ...DEFAULT_APPROVAL_TERMS, reasonPattern: "." };
  const terms = mergeApprovalTerms(lax, strict);
  const state = {
    ...{ round: 1, digest: "d", requesters: ["agent"], terms, openedAtMs: 0, decideByAtMs: 1_000 },
    ...{ progress: openingProgress(0), counted: [], resolution: undefined },
  };
  const vote = {
    ...{ id: "v", voter: "ada", decision: "approve" as const, reason: "ok", round: 1, digest: "d", stage: 0 },
    ...{ madeAtMs: 1, authentic: true },
  };
  expect(refuseVote(state, vote, () => true)).toBe("invalid_request");
});
