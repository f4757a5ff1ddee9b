import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { defineAction } from "../../src/action/define-action.ts";
import type { InvocationId } from "../../src/contract/ids.ts";
import type { InvocationView } from "../../src/contract/invocation.ts";
import { newVoteId } from "../../src/core/ids.ts";
import { computeVoteMac } from "../../src/core/vote-mac.ts";
import type { Ballot } from "../../src/gateway/gateway.ts";
import type { VoteRow } from "../../src/store/votes.ts";
import { castVote } from "../../workflows/messages.ts";
import { handleOf } from "../support/guard.ts";
import { effects, note } from "./actions.ts";
import { openPanel, type Panel } from "./panel.ts";

const SEATS = { ann: ["reviewers"], bob: ["reviewers", "leads"], cid: ["reviewers"], fay: ["leads"] };

const POLICY = `
version: 1
rules:
  - name: a reviewer and then a lead
    match: { action: test.staged }
    effect: require_approval
    approval:
      stages: [{ approvers: ["group:reviewers"] }, { approvers: ["group:leads"] }]
      decide_by: 1h
      exclude: [previous_stage]
      edit: { allow: [/text] }
`;

let panel: Panel<keyof typeof SEATS>;

beforeAll(async () => {
  panel = await openPanel(SEATS, { actions: [defineAction({ ...note, name: "test.staged" })], policy: POLICY });
});
afterAll(() => panel.guard.close());

/** What is written into a vote's row by hand, and whether whoever does so has the signing key. */
interface Forgery extends Partial<VoteRow> {
  readonly signed?: boolean;
}

/** Writes a vote past the doors and wakes the run, as somebody with the database and Temporal could. */
async function forge(view: InvocationView, { signed = false, ...columns }: Forgery): Promise<void> {
  const row: Omit<VoteRow, "state" | "code"> = {
    ...{ tenant: view.tenant, invocation: view.id as InvocationId, digest: view.digest, round: 1, stage: 0 },
    ...{ voter: "ann", decision: "approve", reason: null, idempotency_key: null, made_at: Date.now() },
    ...{ edit: null, grant_terms: null, mac: "0".repeat(64) },
    ...columns,
    id: newVoteId(randomBytes),
  };
  const { made_at: madeAtMs, grant_terms: grantTerms } = row;
  const mac = signed ? computeVoteMac("k".repeat(40), { ...row, madeAtMs, grantTerms }) : row.mac;
  await panel.guard.store.votes.insert({ ...row, mac });
  await handleOf(panel.guard, view).signal(castVote, row.id);
}

async function readVote(view: InvocationView, voter: keyof typeof SEATS): Promise<VoteRow> {
  const [row] = await panel.guard.store.db.query<VoteRow>("select * from vote where invocation = $1 and voter = $2", [
    view.id,
    voter,
  ]);
  if (row === undefined) throw new Error(`${voter} has no vote`);
  return row;
}

describe("a vote's row that no door wrote so", () => {
  it.each<readonly [why: string, code: string, forgery: Forgery]>([
    ["nobody signed", "forbidden", {}],
    ["asks for an edit and nobody signed", "forbidden", { edit: '{"/text":"mine"}' }],
    ["comes with a grant and nobody signed", "forbidden", { grant_terms: '{"uses":9}' }],
    ["is of who asked", "self_approval", { voter: "agent", signed: true }],
    ["is of somebody without the right", "not_an_approver", { voter: "fay", signed: true }],
    ["is of another digest", "digest_mismatch", { digest: "0".repeat(64), signed: true }],
    ["is of a round that is none", "digest_mismatch", { round: 2, signed: true }],
    ["is of a stage that isn't open", "already_resolved", { stage: 1, signed: true }],
    ["was made after the time to decide", "approval_expired", { made_at: Date.now() + 7_200_000, signed: true }],
    ["edits what nobody may", "forbidden", { edit: '{"/password":"mine"}', signed: true }],
  ])("that %s is refused with %s", async (_why, code, forgery) => {
    const view = await panel.ask("test.staged");
    await forge(view, forgery);
    const { data } = await panel.waitForEvent(view, "approval.vote_refused");
    expect(data).toMatchObject({ code });
    const approval = await panel.guard.gateway.getApproval(panel.people.ann, view.id);
    expect(approval).toMatchObject({ status: "pending", round: 1, stage: 0, tally: { approve: 0, reject: 0 } });
    expect(effects.has(view.id)).toBe(false);
  });

  it("is refused although it is another vote's, but for its stage", async () => {
    const view = await panel.ask("test.staged");
    await panel.vote("bob", view);
    await forge(view, { ...(await readVote(view, "bob")), stage: 1 });
    expect((await panel.waitForEvent(view, "approval.vote_refused")).data).toMatchObject({ code: "forbidden" });
    expect(await panel.guard.gateway.getInvocation(panel.agent, view.id)).toMatchObject({ status: "pending" });
  });
});

describe("a vote's row that was changed before it was judged", () => {
  it("in its decision, stage, edit, grant or voter is refused", async () => {
    const changes = [
      "decision = 'approve'",
      "stage = 1",
      `edit = '{"/text":"mine"}'`,
      "grant_terms = '{}'",
      "voter = 'cid'",
    ];
    const views = await Promise.all(changes.map((change) => panel.ask("test.staged", change.slice(0, 5))));
    await panel.guard.stopWorker();
    await Promise.all(views.map((view) => panel.vote("ann", view, { decision: "reject" })));
    for (const [index, view] of views.entries())
      await panel.guard.store.db.query(`update vote set ${changes[index]} where invocation = $1`, [view.id]);
    await panel.guard.startWorker();
    for (const [index, view] of views.entries()) {
      const { data } = await panel.waitForEvent(view, "approval.vote_refused");
      expect(data, changes[index]).toMatchObject({ code: "forbidden" });
      expect(await panel.guard.gateway.getInvocation(panel.agent, view.id)).toMatchObject({ status: "pending" });
    }
  });
});

describe("a vote that came too late for what it was made for", () => {
  /** Lets two people vote, one after the other, while nobody judges. */
  async function voteUnjudged(view: InvocationView, first: Ballot, second: keyof typeof SEATS): Promise<void> {
    await panel.guard.stopWorker();
    const voted = panel.vote("ann", view, first);
    const count = "select from vote where invocation = $1";
    await vi.waitUntil(async () => (await panel.guard.store.db.query(count, [view.id])).length > 0);
    await Promise.all([voted, panel.vote(second, view)]);
    await panel.guard.startWorker();
  }

  it("is refused when an edit was made before it", async () => {
    const view = await panel.ask("test.staged");
    await voteUnjudged(view, { decision: "approve", edit: { "/text": "another" } }, "cid");
    const { principal, data } = await panel.waitForEvent(view, "approval.vote_refused");
    expect([principal, data["code"]]).toEqual(["cid", "digest_mismatch"]);
    expect(await panel.guard.gateway.getApproval(panel.people.bob, view.id)).toMatchObject({
      ...{ round: 2, stage: 0, tally: { approve: 0, reject: 0 } },
      input: { text: "another" },
    });
  });

  it("is refused when its stage was approved before it, and may be made anew in the next", async () => {
    const view = await panel.ask("test.staged");
    await voteUnjudged(view, { decision: "approve" }, "bob");
    const { principal, data } = await panel.waitForEvent(view, "approval.vote_refused");
    expect([principal, data["code"]]).toEqual(["bob", "already_resolved"]);
    const { approval } = await panel.vote("bob", view);
    expect(approval.resolution).toMatchObject({ status: "approved", by: ["ann", "bob"] });
  });
});
