import { randomBytes } from "node:crypto";
import type { EditRequest } from "../contract/approval.ts";
import type { GrantTerms } from "../contract/grants.ts";
import type { VoteId } from "../contract/ids.ts";
import { asksByCondition, approverNames, isEligible } from "../core/approval/eligibility.ts";
import { approvalStateOf } from "../core/approval/read-approval.ts";
import { refuseVote } from "../core/approval/refuse-vote.ts";
import { requestOf } from "../core/approval/request-of.ts";
import { shownPlaces } from "../core/approval/shown-places.ts";
import { currentApprovers } from "../core/approval/clocks.ts";
import type { ApprovalState, IsApprover, ReceivedVote } from "../core/approval/state.ts";
import { newVoteId } from "../core/ids.ts";
import { computeVoteMac } from "../core/vote-mac.ts";
import type { ApprovalRow } from "../store/approvals.ts";
import type { TransactionTables } from "../store/store.ts";
import type { VoteRow } from "../store/votes.ts";
import type { GatewayContext } from "./context.ts";
import { findByKey, findNewest, listOwn, type VoteToFind } from "./earlier-votes.ts";
import { type EditedRound, findEditFault, lookAround } from "./find-edit-fault.ts";
import type { Caller } from "./gateway.ts";
import type { ReadBallot } from "./read-ballot.ts";
import { describeCode, describeRefusal, type VoteRefusal } from "./vote-refusals.ts";

/** What became of a vote at the door. */
export type Received =
  | { readonly kind: "absent" }
  | { readonly kind: "refused"; readonly refusal: VoteRefusal }
  /** Kept now, or with an earlier request that said the same. */
  | { readonly kind: "kept"; readonly voteId: VoteId; readonly isNew: boolean };

/** Everything about one vote while the approval is locked. */
interface AtDoor {
  readonly context: GatewayContext;
  readonly tx: TransactionTables;
  readonly caller: Caller;
  readonly ballot: ReadBallot;
  /** Whom an edit leaves to approve; absent for a vote without one. */
  readonly circle: EditedRound | undefined;
  readonly approval: ApprovalRow;
  readonly state: ApprovalState;
  /** The caller's own votes of the round, oldest first. */
  readonly own: readonly VoteRow[];
  /**
   * Database time, taken once the lock was had, so that votes are kept in the order they were made; later than the caller's vote before
   * it, whatever the clock says, so that a changed mind is never taken for the earlier one.
   */
  readonly nowMs: number;
}

/** Checks under the approval's lock all that the door can, and keeps the vote. Of other people's votes none is read. */
export async function receiveVote(context: GatewayContext, caller: Caller, ballot: ReadBallot): Promise<Received> {
  const circle = ballot.edit === null ? undefined : await lookAround(context, ballot.ref);
  return context.store.transaction(async (tx) => {
    const locked = await tx.approvals.lock(ballot.ref);
    if (locked === undefined) return { kind: "absent" };
    const { approval } = locked;
    const { signingKey } = context;
    const own = await listOwn({ tx, voter: caller.principal.subject, approval, signingKey });
    const nowMs = Math.max(locked.nowMs, (own.at(-1)?.made_at ?? 0) + 1);
    const state = approvalStateOf(approval, []);
    return judgeAtDoor({ context, tx, caller, ballot, circle, approval, state, own, nowMs });
  });
}

async function judgeAtDoor(door: AtDoor): Promise<Received> {
  const { caller, state, nowMs } = door;
  const isApprover = await createIsApprover(door);
  const { subject } = caller.principal;
  const mayLook = state.requesters.includes(subject) || isApprover(currentApprovers(state, nowMs), subject);
  // Under its key a vote is answered again to whoever made it, also when the stage that it was made in is over.
  const earlier = (await findByKey(repeated(door))) ?? (mayLook ? findNewest(repeated(door)) : undefined);
  if (earlier !== undefined) return { kind: "kept", voteId: earlier, isNew: false };
  const vote = candidateOf(door);
  const refusal =
    refuseByTerms(door, vote, isApprover) ??
    (await refuseEdit(door)) ??
    (await refuseGrant(door)) ??
    (await refuseSuperseded(door));
  if (refusal !== undefined) {
    await recordRefusal(door, refusal);
    return { kind: "refused", refusal };
  }
  await keepVote(door, vote);
  return { kind: "kept", voteId: vote.id, isNew: true };
}

function repeated({ context, tx, caller, ballot, approval, state, own }: AtDoor): VoteToFind {
  const { signingKey } = context;
  const voter = caller.principal.subject;
  const isResolved = state.resolution !== undefined;
  return { tx, ballot, voter, approval, own, stage: state.progress.stage, isResolved, signingKey };
}

/** Holds the caller's own rights, as the credential has them now, against the approvers. */
async function createIsApprover({ tx, caller, approval, state, nowMs }: AtDoor): Promise<IsApprover> {
  const { principal } = caller;
  const names = approverNames(principal);
  const ref = { tenant: approval.tenant, id: approval.invocation };
  const kept = asksByCondition(currentApprovers(state, nowMs)) ? await tx.invocations.readRequest(ref) : undefined;
  if (kept === undefined) return (approvers) => names.some((name) => approvers.includes(name));
  const request = requestOf(kept);
  return (approvers) => isEligible(approvers, principal, request);
}

function candidateOf({ caller, ballot, circle, approval, state, nowMs }: AtDoor): ReceivedVote & { id: VoteId } {
  return {
    id: newVoteId(randomBytes),
    voter: caller.principal.subject,
    decision: ballot.decision,
    reason: ballot.reason ?? undefined,
    round: approval.round,
    // An edit without a digest is one of the round that stood when it came.
    digest: ballot.digest ?? circle?.digest ?? approval.digest,
    stage: state.progress.stage,
    madeAtMs: nowMs,
    authentic: true,
    ...(ballot.edit === null ? {} : { edits: pointersOf(ballot.edit) }),
  };
}

/** @param edit canonical JSON of an {@link EditRequest} */
function pointersOf(edit: string): string[] {
  return Object.keys(JSON.parse(edit) as EditRequest);
}

/** As the run will judge it, but for what the edit makes of the input. */
function refuseByTerms(
  { context, state }: AtDoor,
  vote: ReceivedVote,
  isApprover: IsApprover,
): VoteRefusal | undefined {
  const code = refuseVote(state, vote, isApprover);
  return code === undefined ? undefined : describeRefusal(code, vote, { terms: state.terms, redact: context.redact });
}

/** What an edit makes of the input is looked at last: only for somebody who may vote, and edit just this. */
async function refuseEdit({ context, tx, caller, ballot, circle, approval }: AtDoor): Promise<VoteRefusal | undefined> {
  const { edit, ref } = ballot;
  if (edit === null || circle === undefined) return undefined;
  const request = await tx.invocations.readRequest(ref);
  if (request === undefined) throw new Error("An approval has no invocation");
  const voter = caller.principal.subject;
  return findEditFault(context, tx, { edit, voter, approval, request, round: circle });
}

/** A grant for the call's run covers nothing where the call has none: better refused than given in vain. */
async function refuseGrant({ tx, ballot: { grantTerms, ref } }: AtDoor): Promise<VoteRefusal | undefined> {
  if (grantTerms === null || (JSON.parse(grantTerms) as GrantTerms).scope !== "run") return undefined;
  const request = await tx.invocations.readRequest(ref);
  if (request?.run !== null) return undefined;
  return { code: "invalid_request", message: "The call belongs to no run that a grant could be for" };
}

/** A round that ended while the vote waited for its lock: the vote can't mean the next one, which the voter hasn't seen. */
async function refuseSuperseded({ tx, ballot, approval }: AtDoor): Promise<VoteRefusal | undefined> {
  if (approval.status !== "superseded") return undefined;
  const newest = (await tx.approvals.lock(ballot.ref))?.approval;
  return describeCode(newest?.round === approval.round ? "already_resolved" : "digest_mismatch");
}

async function recordRefusal({ context, tx, caller, ballot, approval }: AtDoor, { code }: VoteRefusal): Promise<void> {
  await tx.audit.append(approval.tenant, [
    {
      type: "approval.vote_refused",
      principal: caller.principal.subject,
      actor: approval.actor,
      invocation: approval.invocation,
      action: approval.action,
      data: {
        decision: ballot.decision,
        code,
        at: "door",
        ...(ballot.edit === null ? {} : { edit: shownPlaces(context.redact, pointersOf(ballot.edit)) }),
      },
    },
  ]);
}

async function keepVote({ context, tx, ballot, approval }: AtDoor, vote: ReceivedVote & { id: VoteId }): Promise<void> {
  const { id, voter, decision, round, stage, digest, madeAtMs } = vote;
  const { reason, edit, grantTerms, idempotencyKey } = ballot;
  const { tenant, invocation } = approval;
  const row = { tenant, id, invocation, round, stage, digest, voter, decision, reason, edit };
  await tx.votes.insert({
    ...row,
    idempotency_key: idempotencyKey,
    made_at: madeAtMs,
    grant_terms: grantTerms,
    mac: computeVoteMac(context.signingKey, { ...row, grantTerms, madeAtMs }),
  });
}
