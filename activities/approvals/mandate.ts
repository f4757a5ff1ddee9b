import type { Resolution } from "../../src/contract/approval.ts";
import type { ApprovalTerms } from "../../src/contract/approval-terms.ts";
import type { RecordedVerdict } from "../../src/contract/policy.ts";
import type { ActionContext } from "../../src/action/action.ts";
import { inputDigest } from "../../src/core/digest.ts";
import { isAuthenticVote } from "../../src/core/vote-mac.ts";
import type { ApprovalRow } from "../../src/store/approvals.ts";
import type { LockedInvocation } from "../../src/store/invocations.ts";
import type { TransactionTables } from "../../src/store/store.ts";
import type { VoteRow } from "../../src/store/votes.ts";
import type { Closing } from "../close-row.ts";
import { canceledError, createErrorView } from "../error-view.ts";
import type { ActivityPorts } from "../ports.ts";

/** What a call runs on: the approval that its verdict asks for, and the votes behind it. */
export interface Mandate {
  readonly approval: ApprovalRow;
  /** Votes of the round that a door wrote and that nobody refused, oldest first. */
  readonly votes: readonly VoteRow[];
}

/** The approval that the recorded verdict asks for, locked, with the votes that are no forgeries; none for a recorded allow. */
export async function lockMandate(
  { signingKey }: ActivityPorts,
  tx: TransactionTables,
  row: LockedInvocation,
): Promise<Mandate | undefined> {
  if (effectOf(row) !== "require_approval") return undefined;
  const locked = await tx.approvals.lock(row);
  if (locked === undefined) return undefined;
  const { approval } = locked;
  const votes = await tx.votes.listOfRound(row, approval.round);
  return { approval, votes: votes.filter((vote) => isAuthenticVote(signingKey, vote)) };
}

/** Why an invocation that nobody has begun may not run after all; `undefined` when it may. */
export function findObstacle(row: LockedInvocation, mandate: Mandate | undefined): Closing | undefined {
  if (row.cancel_at !== null) {
    return { status: "canceled", error: canceledError(row) };
  }
  if (!isUntouched(row))
    return { status: "failed", error: createErrorView("digest_mismatch", "The input is not the one that was decided") };
  const effect = effectOf(row);
  // An allow with changes stands for the input that policy made, never for the one that was sent.
  if (effect === "allow" || (effect === "sanitize" && row.round > 1)) return undefined;
  if (mandate === undefined || !isCovered(row, mandate)) {
    return { status: "failed", error: createErrorView("digest_mismatch", "No approval covers this input") };
  }
  const { approval } = mandate;
  if (approval.execute_by !== null && row.now > approval.execute_by) {
    return { status: "expired", error: createErrorView("approval_expired", "The approval was not used in time") };
  }
  return undefined;
}

/** Whether the approval says yes to this very input, with enough votes behind each stage: a resolution that was written by hand has none. */
function isCovered(row: LockedInvocation, { approval, votes }: Mandate): boolean {
  if (approval.status !== "approved" || approval.digest !== row.digest || resolvedDigest(approval) !== row.digest)
    return false;
  if (approval.consumed_at !== null) return false;
  const { stages } = JSON.parse(approval.terms) as ApprovalTerms;
  return stages.every(({ approve }, stage) => countApprovals(approval, votes, stage) >= approve);
}

/** People whose standing vote in a stage is a yes to what is about to run, made in time. */
function countApprovals({ requesters, digest, decide_by }: ApprovalRow, votes: readonly VoteRow[], stage: number) {
  const counting = votes.filter(
    (vote) =>
      vote.state === "counted" &&
      vote.stage === stage &&
      vote.decision === "approve" &&
      vote.digest === digest &&
      vote.edit === null &&
      vote.made_at <= decide_by &&
      !requesters.includes(vote.voter),
  );
  return new Set(counting.map(({ voter }) => voter)).size;
}

/** Whether the input is still, to the byte, what the digest was made of. */
export function isUntouched(row: LockedInvocation): boolean {
  const { id: invocation, tenant, actor, action, action_version: actionVersion, round, salt } = row;
  const input = JSON.parse(row.input) as unknown;
  return inputDigest({ invocation, tenant, actor, action, actionVersion, round, salt, input }) === row.digest;
}

/** What the action's function learns about its approval. */
export function approvalContext(approval: ApprovalRow | undefined): ActionContext["approval"] {
  if (approval === undefined || approval.resolution === null) return undefined;
  const { by, at, digest } = JSON.parse(approval.resolution) as Resolution;
  return { by, at, digest };
}

function effectOf(row: LockedInvocation): RecordedVerdict["effect"] | undefined {
  return row.verdict === null ? undefined : (JSON.parse(row.verdict) as RecordedVerdict).effect;
}

function resolvedDigest(approval: ApprovalRow): string | undefined {
  return approval.resolution === null ? undefined : (JSON.parse(approval.resolution) as Resolution).digest;
}
