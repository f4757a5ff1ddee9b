import { z } from "zod";
import { defineAction } from "../../../src/action/define-action.ts";
import type { AuditEvent } from "../../../src/contract/audit.ts";
import type { EditRequest } from "../../../src/contract/approval.ts";
import type { GrantTerms } from "../../../src/contract/grants.ts";
import type { InvocationRef } from "../../../src/contract/ids.ts";
import type { Step } from "../../../src/contract/run.ts";
import { canonicalJson } from "../../../src/core/canonical.ts";
import type { ApprovalRow } from "../../../src/store/approvals.ts";
import type { VoteRow } from "../../../src/store/votes.ts";
import { activitiesOf, type Desk, insertVote, openDesk, perform, rowOf } from "../desk.ts";

const TERMS: Readonly<Record<string, string>> = {
  two: "approvers: [group:finance, group:board], approve: 2, deny: 2, decide_by: 1h, execute_by: 1h",
  one: "approvers: [group:finance], decide_by: 1h, edit: { allow: [/amountCents, /password] }",
  staged: `stages: [
      { name: finance, approvers: [group:finance], decide_by: 10m, remind_every: 4m, escalate: [{ after: 5m, to: [user:bea], notify: [user:boss] }] },
      { name: board, approvers: [group:finance, group:board], approve: 2 }], exclude: [previous_stage], decide_by: 1h`,
  strict: "approvers: [group:finance], decide_by: 1h, on_drift: deny",
  nobody: "approvers: [group:ghosts], decide_by: 1h",
  own: "approvers: [when: 'approver.subject == request.input.owner'], decide_by: 1h",
};

/** A rule for each of the actions `pay.<name>`. What `change` gives stands instead of a rule's terms. */
export function approvalPolicy(change: Readonly<Record<string, string>> = {}, extra = ""): string {
  const rules = Object.entries({ ...TERMS, ...change }).map(
    ([name, terms]) => `
  - name: ${name}
    match: { action: pay.${name} }
    effect: require_approval
    reason: Money leaves
    approval: { ${terms} }`,
  );
  return `version: 1\ndefault: deny${extra}\nrules:${rules.join("")}
  - { name: small, priority: 1, match: { args: { amountCents: { lt: 10 } } }, effect: allow }
  - { name: huge, priority: 1, match: { args: { amountCents: { gt: 1000000 } } }, effect: deny }
`;
}

/** A desk whose actions `pay.<name>` wait for people, and people who may vote: ada, fay and finn in finance, bea and bob in the board. */
export async function openApprovalDesk(policy = approvalPolicy()): Promise<Desk> {
  const input = z.object({
    amountCents: z.int().positive().max(2_000_000),
    owner: z.string().optional(),
    password: z.string().optional(),
  });
  const desk = await openDesk({
    policy,
    actions: (self) =>
      Object.keys(TERMS).map((name) =>
        defineAction({
          name: `pay.${name}`,
          description: "Pays",
          input,
          run: (paid, context) => {
            const act = { id: context.invocationId, attempt: context.attempt, input: paid, context };
            self().acts.push(act);
            return self().behave(act);
          },
        }),
      ),
  });
  for (const subject of ["ada", "fay", "finn"]) await desk.caller({ subject, groups: ["finance"] });
  for (const subject of ["bea", "bob"]) await desk.caller({ subject, groups: ["board"] });
  return desk;
}

/** A call of `pay.<name>`, decided. */
export async function ask(desk: Desk, name: string, input: Record<string, unknown> = { amountCents: 500 }) {
  const ref = await desk.accept(`pay.${name}`, input);
  const step = await perform(() => activitiesOf(desk).decideInvocation(ref));
  return { ref, step };
}

/** What a vote has besides voter and decision. */
export interface BallotChange extends Partial<Omit<VoteRow, "edit" | "grant_terms">> {
  readonly edit?: EditRequest;
  readonly grant?: GrantTerms;
}

/** Writes a vote on the current round as a door does, in the open stage unless told. */
export async function cast(
  desk: Desk,
  ref: InvocationRef,
  { edit, grant, ...change }: BallotChange,
): Promise<VoteRow["id"]> {
  const { round, progress } = await approvalOf(desk, ref);
  const { stage } = JSON.parse(progress) as { stage: number };
  return insertVote(desk, ref, {
    ...{ round, stage },
    ...(edit === undefined ? {} : { edit: canonicalJson(edit) }),
    ...(grant === undefined ? {} : { grant_terms: canonicalJson(grant) }),
    ...change,
  });
}

/** One look of the run. */
export function look(desk: Desk, ref: InvocationRef): Promise<Step> {
  return perform(() => activitiesOf(desk).recordVotes(ref, { canceled: false }));
}

/** Votes of these people, one after the other, each looked at. */
export async function approveBy(
  desk: Desk,
  ref: InvocationRef,
  ...voters: readonly string[]
): Promise<Step | undefined> {
  let step: Step | undefined;
  for (const voter of voters) {
    await cast(desk, ref, { voter });
    step = await look(desk, ref);
  }
  return step;
}

/** The approval of the current round, which must be there. */
export async function approvalOf(desk: Desk, ref: InvocationRef): Promise<ApprovalRow> {
  const locked = await desk.store.transaction((tx) => tx.approvals.lock(ref));
  if (locked === undefined) throw new Error("There is no approval");
  return locked.approval;
}

/** A vote's row. */
export function voteOf(desk: Desk, ref: InvocationRef, id: VoteRow["id"]): Promise<VoteRow | undefined> {
  return desk.store.votes.get(ref.tenant, id);
}

/** An invocation's events of one type, oldest first. */
export async function eventsOf(
  desk: Desk,
  ref: InvocationRef,
  type: AuditEvent["type"],
): Promise<readonly AuditEvent[]> {
  return (await desk.store.audit.listOfInvocation(ref.tenant, ref.id)).filter((event) => event.type === type);
}

/** Moves an approval's past away from now, as if it had been opened so much earlier. */
export async function age(desk: Desk, ref: InvocationRef, byMs: number): Promise<void> {
  const { round, progress, opened_at, decide_by } = await approvalOf(desk, ref);
  const aged = JSON.parse(progress) as { stageOpenedAtMs: number };
  await desk.store.db.query(
    `update approval set opened_at = $4, decide_by = $5, progress = $6 where tenant = $1 and invocation = $2 and round = $3`,
    [
      ...[ref.tenant, ref.id, round, new Date(opened_at - byMs), new Date(decide_by - byMs)],
      canonicalJson({ ...aged, stageOpenedAtMs: aged.stageOpenedAtMs - byMs }),
    ],
  );
}

/** Runs the action of a call that was let in. */
export function execute(desk: Desk, ref: InvocationRef): Promise<Step> {
  return perform(() => activitiesOf(desk).executeAction(ref));
}

export { rowOf };
