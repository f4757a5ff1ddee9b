import type { ApprovalTerms } from "../../contract/approval-terms.ts";
import type { ErrorCode } from "../errors.ts";
import { parseRegex } from "../policy/match/patterns.ts";
import { excludedFrom } from "./approvers.ts";
import { approversAt, deadlineOf } from "./clocks.ts";
import type { ApprovalState, IsApprover, ReceivedVote } from "./state.ts";

/**
 * Why a vote can't count, as a code; `undefined` when it counts. The same answer at the door and where votes are judged.
 * Who votes is asked before anything else, so that a stranger learns nothing of the approval.
 */
export function refuseVote(state: ApprovalState, vote: ReceivedVote, isApprover: IsApprover): ErrorCode | undefined {
  return refuseVoter(state, vote, isApprover) ?? refuseMoment(state, vote) ?? refuseContent(state.terms, vote);
}

/** Whether an input's place may be changed by an approver's edit: one of the allowed pointers, or a place below it. */
export function isEditable(terms: ApprovalTerms, pointer: string): boolean {
  const allowed = terms.edit?.allow ?? [];
  return allowed.some((place) => pointer === place || pointer.startsWith(`${place}/`));
}

/** Whether a vote asks for another input. */
export function changesInput({ edits = [] }: ReceivedVote): boolean {
  return edits.length > 0;
}

function refuseVoter(state: ApprovalState, vote: ReceivedVote, isApprover: IsApprover): ErrorCode | undefined {
  if (!vote.authentic) return "forbidden";
  if (state.requesters.includes(vote.voter)) return "self_approval";
  const stage = stageSeen(state, vote);
  if (!isApprover(approversAt(state, stage, vote.madeAtMs), vote.voter)) return "not_an_approver";
  return excludedFrom(state, stage).includes(vote.voter) ? "not_an_approver" : undefined;
}

/** The stage by whose approvers a vote is judged: the one it was made for, or the open one, where that can't be one of this round's. */
function stageSeen({ round, progress }: ApprovalState, vote: ReceivedVote): number {
  return vote.round === round ? Math.min(vote.stage, progress.stage) : progress.stage;
}

function refuseMoment(state: ApprovalState, vote: ReceivedVote): ErrorCode | undefined {
  if (state.resolution !== undefined) return "already_resolved";
  if (vote.madeAtMs > deadlineOf(state)) return "approval_expired";
  if (vote.round !== state.round || vote.digest !== state.digest) return "digest_mismatch";
  return isOfOpenStage(state, vote) ? undefined : "already_resolved";
}

/** Whether the stage that is open now was open when the vote was made, and is the one that it was made for. */
function isOfOpenStage({ progress }: ApprovalState, vote: ReceivedVote): boolean {
  return vote.stage === progress.stage && vote.madeAtMs >= progress.stageOpenedAtMs;
}

function refuseContent(terms: ApprovalTerms, vote: ReceivedVote): ErrorCode | undefined {
  if (!hasDueReason(terms, vote)) return "invalid_request";
  const edits = vote.edits ?? [];
  if (changesInput(vote) && vote.decision === "reject") return "forbidden";
  if (!edits.every((pointer) => isEditable(terms, pointer))) return "forbidden";
  return vote.fault;
}

/** Whether the vote gives a reason where the terms ask for one, and any reason it gives is of the form that they ask for. */
function hasDueReason(terms: ApprovalTerms, { decision, reason = "" }: ReceivedVote): boolean {
  const isDue = terms.requireReason === true || (terms.requireReason === "on_reject" && decision === "reject");
  if (reason.trim() === "") return !isDue;
  return (terms.reasonPattern ?? []).every((source) => {
    // Terms are checked where they are taken in; a pattern that is none all the same is met by nothing.
    const read = parseRegex(source);
    return "pattern" in read && read.pattern.matches(reason);
  });
}
