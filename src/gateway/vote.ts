import { randomBytes } from "node:crypto";
import type { InvocationRef, VoteId } from "../contract/ids.ts";
import { refuseVote } from "../core/approval/approval.ts";
import { isEligible } from "../core/approval/eligibility.ts";
import { CountersignError } from "../core/countersign-error.ts";
import type { ErrorCode } from "../core/errors.ts";
import { newVoteId, parseInvocationId } from "../core/ids.ts";
import { findJsonFault } from "../core/json-guard.ts";
import { computeVoteMac, isAuthenticVote } from "../core/vote-mac.ts";
import type { ApprovalRow } from "../store/approvals.ts";
import { approvalStateOf } from "../core/approval/read-approval.ts";
import type { TransactionTables } from "../store/store.ts";
import type { VoteRow } from "../store/votes.ts";
import type { GatewayContext } from "./context.ts";
import type { Ballot, Caller, VoteAnswer } from "./gateway.ts";
import { assertIdempotencyKey } from "./assert-idempotency-key.ts";
import { assertPermission } from "./permissions.ts";
import { readApprovalView } from "./read-approvals.ts";
import { notFound } from "./read-invocations.ts";

/** How long a vote's caller waits for the judgement before hearing that the vote is kept (HTTP 202). */
const JUDGEMENT_WAIT_MS = 3_000;

/** Keeps a vote as a row with its MAC, wakes the run, and waits until the vote is judged. */
export async function vote(context: GatewayContext, caller: Caller, ballot: AddressedBallot): Promise<VoteAnswer> {
  await assertPermission(context, caller, "approve");
  assertIdempotencyKey(ballot.idempotencyKey);
  const id = parseInvocationId(ballot.id);
  if (id === undefined) throw notFound();
  const ref: InvocationRef = { tenant: caller.principal.tenant, id };
  const received = await receiveVote(context, caller, { ...ballot, ref });
  if (received.kind === "absent") throw notFound();
  if (received.kind === "refused") throw await refusal(context, ref, received.code);
  if (received.kind === "repeated" && received.judged)
    return { approval: await readApprovalView(context, ref), confirmed: true };

  const judged = waitForJudgement(context, ref, received.voteId);
  context.runs.wake(ref, received.voteId).catch((error: unknown) => {
    // The vote is kept: the relay wakes the run again, and the deadline's own look judges it at the latest.
    context.log("warn", "Could not wake the run, the relay will", { invocation: ref.id, error });
  });
  const row = await judged;
  if (row?.state === "refused") throw await refusal(context, ref, (row.code ?? "internal") as ErrorCode);
  return { approval: await readApprovalView(context, ref), confirmed: row?.state === "counted" };
}

/** A vote and what it is about. */
type AddressedBallot = Ballot & { readonly id: string };

type Received =
  | { readonly kind: "absent" }
  | { readonly kind: "refused"; readonly code: ErrorCode }
  | { readonly kind: "repeated"; readonly voteId: VoteId; readonly judged: boolean }
  | { readonly kind: "received"; readonly voteId: VoteId };

/** Checks under the approval's lock all that the door can, and keeps the vote. Its time is taken after the lock was had, so votes are kept in the order they were made. */
function receiveVote(
  context: GatewayContext,
  caller: Caller,
  ballot: Ballot & { readonly ref: InvocationRef },
): Promise<Received> {
  const { principal } = caller;
  const { decision } = ballot;
  const fault = findJsonFault(ballot.reason ?? "");
  if (fault !== undefined) throw new CountersignError("invalid_input", `The reason ${fault.message}`);
  const reason = ballot.reason === undefined ? null : String(context.redact(ballot.reason));
  return context.store.transaction(async (tx) => {
    const locked = await tx.approvals.lock(ballot.ref);
    if (locked === undefined) return { kind: "absent" };
    const { approval, nowMs } = locked;
    const votes = await tx.votes.listOfRound(ballot.ref, approval.round);
    const state = approvalStateOf(approval, votes);
    const eligible = isEligible(approval.approvers, principal);
    const earlier = votes.findLast(
      (row) => row.voter === principal.subject && row.decision === decision && isStanding(context, row),
    );
    if (eligible && earlier !== undefined && sameDigest(ballot, approval)) {
      return { kind: "repeated", voteId: earlier.id, judged: earlier.state !== "received" };
    }
    const voteId = newVoteId(randomBytes);
    const digest = ballot.digest ?? approval.digest;
    const candidate = {
      id: voteId,
      voter: principal.subject,
      decision,
      reason: reason ?? undefined,
      round: approval.round,
      digest,
    };
    const code = refuseVote(state, { ...candidate, madeAtMs: nowMs, authentic: true, eligible });
    if (code !== undefined) {
      await recordRefusal(tx, approval, { caller, decision, code });
      return { kind: "refused", code };
    }
    const unsigned = {
      tenant: approval.tenant,
      id: voteId,
      invocation: approval.invocation,
      round: approval.round,
      digest,
      voter: principal.subject,
      decision,
      reason,
      idempotency_key: ballot.idempotencyKey ?? null,
      made_at: nowMs,
    };
    await tx.votes.insert({ ...unsigned, mac: computeVoteMac(context.signingKey, { ...unsigned, madeAtMs: nowMs }) });
    return { kind: "received", voteId };
  });
}

/** Whether a vote was made at a door and counts, or may yet. One that was refused, or that somebody forged, keeps nobody from voting. */
function isStanding({ signingKey }: GatewayContext, row: VoteRow): boolean {
  return row.state !== "refused" && isAuthenticVote(signingKey, row);
}

function sameDigest(ballot: Ballot, approval: ApprovalRow): boolean {
  return ballot.digest === undefined || ballot.digest === approval.digest;
}

async function recordRefusal(
  tx: TransactionTables,
  approval: ApprovalRow,
  refused: { readonly caller: Caller; readonly decision: string; readonly code: ErrorCode },
): Promise<void> {
  await tx.audit.append(approval.tenant, [
    {
      type: "approval.vote_refused",
      principal: refused.caller.principal.subject,
      invocation: approval.invocation,
      action: approval.action,
      data: { decision: refused.decision, code: refused.code, at: "door" },
    },
  ]);
}

async function waitForJudgement(
  context: GatewayContext,
  ref: InvocationRef,
  voteId: VoteId,
): Promise<VoteRow | undefined> {
  let row: VoteRow | undefined;
  await context.waiter.wait({
    ref,
    about: "votes",
    timeoutMs: JUDGEMENT_WAIT_MS,
    skipFirstLook: true,
    look: async () => {
      row = await context.store.votes.get(ref.tenant, voteId);
      return row !== undefined && row.state !== "received";
    },
  });
  return row;
}

const REFUSALS: Partial<Record<ErrorCode, string>> = {
  self_approval: "Whoever asked for a call can't vote on it",
  not_an_approver: "The approval's terms don't name the voter",
  already_resolved: "The approval has its resolution already",
  approval_expired: "The approval's time to decide has passed",
  digest_mismatch: "The vote speaks of another digest than the one being decided",
  invalid_request: "The approval's terms ask for a reason with every vote",
};

async function refusal(context: GatewayContext, ref: InvocationRef, code: ErrorCode): Promise<CountersignError> {
  const message = REFUSALS[code] ?? "The vote does not count";
  if (code === "not_an_approver" || code === "self_approval") return new CountersignError(code, message);
  const approval = await readApprovalView(context, ref);
  const resolution = approval.resolution === undefined ? {} : { resolution: approval.resolution };
  return new CountersignError(code, message, { details: { approval, ...resolution } });
}
