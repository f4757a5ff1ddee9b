import { vi } from "vitest";
import { defineAction } from "../../src/action/define-action.ts";
import type { InvocationStatus, InvocationView } from "../../src/contract/invocation.ts";
import type { Ballot, Caller } from "../../src/gateway/gateway.ts";
import { publishFileDocument } from "../../src/gateway/policy-documents.ts";
import { waitForStatus } from "../support/guard.ts";
import { note } from "../workflows/actions.ts";
import type { Cast, Path } from "./record.ts";

/** What people are asked about on these paths, each action on terms of its own. */
export const APPROVAL_ACTIONS = ["pair", "staged", "hasty", "reminded", "escalated", "redecided"].map((name) =>
  defineAction({ ...note, name: `test.${name}` }),
);

/** Terms with several votes, stages and clocks. */
export const APPROVAL_POLICY = `
version: 1
rules:
  - name: nobody says this
    match: { args: { text: forbidden } }
    effect: deny
    priority: 1
  - name: two people, who may change the text
    match: { action: test.pair }
    effect: require_approval
    approval: { approvers: ["group:reviewers", "user:boss"], approve: 2, edit: { allow: [/text] }, decide_by: 1h }
  - name: a reviewer and then boss
    match: { action: test.staged }
    effect: require_approval
    approval: { stages: [{ approvers: ["group:reviewers"] }, { approvers: ["user:boss"], decide_by: 30m }], decide_by: 1h }
  - name: a reviewer and then boss in a hurry
    match: { action: test.hasty }
    effect: require_approval
    approval: { stages: [{ approvers: ["group:reviewers"] }, { approvers: ["user:boss"], decide_by: 1s }], decide_by: 1h }
  - name: boss hears of it each second
    match: { action: test.reminded }
    effect: require_approval
    approval: { approvers: ["user:boss"], remind_every: 1s, decide_by: 1h }
  - name: boss may vote when nobody else does
    match: { action: test.escalated }
    effect: require_approval
    approval: { approvers: ["group:reviewers"], escalate: [{ after: 1s, to: ["user:boss"] }], decide_by: 1h }
  - name: boss decides
    match: { action: test.redecided }
    effect: require_approval
    approval: { approvers: ["group:reviewers", "user:boss"], decide_by: 1h }
`;

/** Paths of approvals with several votes, stages, rounds and clocks. The policy stays as the last one leaves it. */
export const APPROVAL_PATHS: Readonly<Record<string, Path>> = {
  "quorum-of-two": ["executed", approveByTwo],
  staged: ["executed", approveInStages],
  "stage-expired": ["expired", expireInStage],
  reminded: ["executed", approveReminded],
  escalated: ["executed", approveEscalated],
  "edited-then-approved": ["executed", editAndApprove],
  "edited-then-denied": ["denied", editAndDeny],
  "asked-again": ["executed", askAgain],
};

function ask({ guard, agent }: Cast, action: string): Promise<InvocationView> {
  return guard.gateway.invoke(agent, { action, input: { text: "please" } });
}

/** Somebody of the group of reviewers, which people must be in before anybody is asked. */
function reviewer({ guard }: Cast, subject = "reviewer"): Promise<Caller> {
  return guard.caller({ subject, groups: ["reviewers"], permissions: ["approve", "read"] });
}

async function approve({ guard }: Cast, voter: Caller, ballot: { view: InvocationView } & Partial<Ballot>) {
  const { view, ...rest } = ballot;
  const { approval } = await guard.gateway.vote(voter, view.id, { decision: "approve", ...rest });
  return approval;
}

function close({ guard }: Cast, view: InvocationView, ...ends: InvocationStatus[]): Promise<InvocationView> {
  return waitForStatus(guard, view.id, ...ends);
}

async function approveByTwo(cast: Cast): Promise<InvocationView> {
  const voter = await reviewer(cast);
  const view = await ask(cast, "test.pair");
  await approve(cast, voter, { view });
  await approve(cast, cast.boss, { view });
  return close(cast, view, "executed");
}

async function approveInStages(cast: Cast): Promise<InvocationView> {
  const voter = await reviewer(cast);
  const view = await ask(cast, "test.staged");
  await approve(cast, voter, { view });
  await approve(cast, cast.boss, { view });
  return close(cast, view, "executed");
}

async function expireInStage(cast: Cast): Promise<InvocationView> {
  const voter = await reviewer(cast);
  const view = await ask(cast, "test.hasty");
  await approve(cast, voter, { view });
  return close(cast, view, "expired");
}

async function approveReminded(cast: Cast): Promise<InvocationView> {
  const view = await ask(cast, "test.reminded");
  await waitForEvents(cast, view, { type: "approval.reminded", count: 2 });
  await approve(cast, cast.boss, { view });
  return close(cast, view, "executed");
}

async function approveEscalated(cast: Cast): Promise<InvocationView> {
  await reviewer(cast);
  const view = await ask(cast, "test.escalated");
  await waitForEvents(cast, view, { type: "approval.escalated", count: 1 });
  await approve(cast, cast.boss, { view });
  return close(cast, view, "executed");
}

async function editAndApprove(cast: Cast): Promise<InvocationView> {
  const [first, second] = [await reviewer(cast), await reviewer(cast, "another-reviewer")];
  const view = await ask(cast, "test.pair");
  await approve(cast, first, { view, edit: { "/text": "thank you" } });
  await approve(cast, second, { view });
  await approve(cast, cast.boss, { view });
  return close(cast, view, "executed");
}

async function editAndDeny(cast: Cast): Promise<InvocationView> {
  const [editor] = [await reviewer(cast), await reviewer(cast, "another-reviewer")];
  const view = await ask(cast, "test.pair");
  await approve(cast, editor, { view, edit: { "/text": "forbidden" } });
  return close(cast, view, "denied");
}

async function askAgain(cast: Cast): Promise<InvocationView> {
  const voter = await reviewer(cast);
  const view = await ask(cast, "test.redecided");
  const stricter = `approve: 2, decide_by: 2h }`;
  await publishFileDocument(cast.guard.store, APPROVAL_POLICY.replace(/decide_by: 1h \}\n$/, `${stricter}\n`));
  await approve(cast, voter, { view });
  await approve(cast, voter, { view });
  await approve(cast, cast.boss, { view });
  return close(cast, view, "executed");
}

async function waitForEvents(
  { guard }: Cast,
  view: InvocationView,
  { type, count }: { readonly type: string; readonly count: number },
): Promise<void> {
  await vi.waitFor(
    async () => {
      const events = await guard.gateway.listInvocationEvents(guard.admin, view.id);
      const found = events.filter((event) => event.type === type);
      if (found.length < count) throw new Error(`${count} of ${type} were not recorded`);
    },
    { timeout: 15_000 },
  );
}
