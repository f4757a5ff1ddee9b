import type { Resolution } from "../src/contract/approval.ts";
import type { InvocationRef } from "../src/contract/ids.ts";
import type { ErrorView } from "../src/contract/invocation.ts";
import type { RecordedVerdict } from "../src/contract/policy.ts";
import type { Step } from "../src/contract/run.ts";
import {
  advanceApproval,
  type AdvancedApproval,
  type Judgement,
  type ReceivedVote,
  type RequestedCancel,
  type ResolvedApproval,
} from "../src/core/approval/approval.ts";
import { isEligible } from "../src/core/approval/eligibility.ts";
import { canonicalJson } from "../src/core/canonical.ts";
import { isClosed } from "../src/core/invocation.ts";
import { isAuthenticVote } from "../src/core/vote-mac.ts";
import { votesTopic } from "../src/core/topics.ts";
import type { ApprovalRow } from "../src/store/approvals.ts";
import { approvalStateOf } from "../src/core/approval/read-approval.ts";
import type { AuditEntry } from "../src/store/audit.ts";
import type { LockedInvocation } from "../src/store/invocations.ts";
import type { TransactionTables } from "../src/store/store.ts";
import type { VoteWithVoter } from "../src/store/votes.ts";
import { closeRow } from "./close-row.ts";
import { eventOf } from "./event-of.ts";
import { canceledError, createErrorView } from "./error-view.ts";
import type { ActivityPorts } from "./ports.ts";
import { requireAction, requireRow } from "./require.ts";
import { closedStep, executeStep, releaseOf, waitStep } from "./steps.ts";

/** A locked approval with what has happened to it. */
interface Judging {
  readonly tx: TransactionTables;
  readonly row: LockedInvocation;
  readonly approval: ApprovalRow;
  readonly votes: readonly VoteWithVoter[];
}

/**
 * Judges every vote that was received, the cancel if there is one, and the clock, and records what came of it in one transaction.
 * Runs when the run was woken and when its timer fired; running twice changes nothing.
 * @param options.canceled the run itself was asked to stop; without a cancel in the store, somebody did so in the Temporal UI
 */
export async function recordVotes(
  ports: ActivityPorts,
  ref: InvocationRef,
  options: { readonly canceled: boolean },
): Promise<Step> {
  return ports.store.transaction(async (tx) => {
    const row = requireRow(await tx.invocations.lock(ref));
    if (isClosed(row.status)) return closedStep(row);
    const locked = await tx.approvals.lock(ref);
    if (locked === undefined) throw new Error("A run waits for people without an approval");
    const kept = await tx.votes.listOfRound(ref, locked.approval.round);
    // A forged row that says it was counted is none; one that says it was received is judged, so that the record names it.
    const votes = kept.filter((vote) => vote.state === "received" || isAuthenticVote(ports.signingKey, vote));
    const judging: Judging = { tx, row, approval: locked.approval, votes };
    const state = approvalStateOf(locked.approval, votes);
    const action = requireAction(ports, row.action);
    if (state.resolution !== undefined) return executeStep(row, action, releaseOf(state.resolution, locked.nowMs));
    const advanced = advanceApproval(state, {
      votes: votes
        .filter((vote) => vote.state === "received")
        .map((vote) => receivedVote(ports, locked.approval, vote)),
      cancel: cancelOf(row, options.canceled),
      nowMs: locked.nowMs,
    });
    return writeAdvance(ports, judging, { advanced, nowMs: locked.nowMs });
  });
}

async function writeAdvance(
  ports: ActivityPorts,
  judging: Judging,
  { advanced, nowMs }: { readonly advanced: AdvancedApproval; readonly nowMs: number },
): Promise<Step> {
  const { tx, row } = judging;
  const { state, judgements } = advanced;
  await tx.votes.judge(row.tenant, judgements);
  if (judgements.length > 0) tx.notify(votesTopic(row));
  const events = judgements.map((judgement) => voteEvent(judging, judgement));
  if (state.resolution === undefined) {
    if (events.length > 0) await tx.audit.append(row.tenant, events);
    return waitStep(row, state, nowMs);
  }
  const resolved = await writeResolution(judging, state.resolution);
  if (state.resolution.status === "approved") {
    await tx.audit.append(row.tenant, [...events, resolved]);
    return executeStep(row, requireAction(ports, row.action), releaseOf(state.resolution, nowMs));
  }
  const { status } = state.resolution;
  return closeRow(tx, row, { status, error: errorOf(state.resolution, status), events: [...events, resolved] });
}

async function writeResolution({ tx, row, approval }: Judging, resolution: ResolvedApproval): Promise<AuditEntry> {
  const document: Resolution = {
    status: resolution.status,
    at: new Date(resolution.atMs).toISOString(),
    by: [...resolution.by],
    ...(resolution.reason === undefined ? {} : { reason: resolution.reason }),
    digest: approval.digest,
    actionVersion: row.action_version,
    policyVersion: (JSON.parse(row.verdict ?? "{}") as RecordedVerdict).policyVersion,
  };
  await tx.approvals.update(approval, {
    status: resolution.status,
    resolution: canonicalJson(document),
    resolved_at: new Date(resolution.atMs),
    execute_by: resolution.executeByAtMs === undefined ? null : new Date(resolution.executeByAtMs),
  });
  return eventOf(row, "approval.resolved", { ...document, round: approval.round });
}

function errorOf(resolution: ResolvedApproval, status: "rejected" | "expired" | "canceled"): ErrorView {
  switch (status) {
    case "rejected":
      return createErrorView("approval_rejected", resolution.reason ?? "An approver rejected the call");
    case "expired":
      return createErrorView("approval_expired", "Nobody decided in time");
    case "canceled":
      return canceledError({ cancel_reason: resolution.reason ?? null });
  }
}

/** A vote with what can be said of it now: whether a door wrote it, and whether the voter may still approve. */
function receivedVote(ports: ActivityPorts, approval: ApprovalRow, vote: VoteWithVoter): ReceivedVote {
  const rights = { subject: vote.voter, roles: vote.roles ?? [], groups: vote.groups ?? [] };
  return {
    id: vote.id,
    voter: vote.voter,
    decision: vote.decision,
    reason: vote.reason ?? undefined,
    round: vote.round,
    digest: vote.digest,
    madeAtMs: vote.made_at,
    authentic: isAuthenticVote(ports.signingKey, vote),
    eligible: isEligible(approval.approvers, rights),
  };
}

function cancelOf(row: LockedInvocation, canceled: boolean): RequestedCancel | undefined {
  if (row.cancel_at !== null)
    return { atMs: row.cancel_at, by: row.cancel_by ?? undefined, reason: row.cancel_reason ?? undefined };
  return canceled ? { atMs: row.now, by: undefined, reason: "Canceled in Temporal" } : undefined;
}

function voteEvent({ row, votes }: Judging, judgement: Judgement): AuditEntry {
  const vote = votes.find((candidate) => candidate.id === judgement.id);
  const refused = judgement.state === "refused";
  const data = {
    vote: judgement.id,
    decision: vote?.decision,
    digest: vote?.digest,
    ...(vote === undefined || vote.reason === null ? {} : { reason: vote.reason }),
    ...(vote === undefined ? {} : { madeAt: new Date(vote.made_at).toISOString() }),
    ...(refused ? { code: judgement.code } : {}),
  };
  const event = eventOf(row, refused ? "approval.vote_refused" : "approval.vote_recorded", data);
  return vote === undefined ? event : { ...event, principal: vote.voter };
}
