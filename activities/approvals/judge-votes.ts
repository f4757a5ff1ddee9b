import type { EditRequest } from "../../src/contract/approval.ts";
import { applyEdit } from "../../src/core/approval/apply-edit.ts";
import { isEligible } from "../../src/core/approval/eligibility.ts";
import { readKeptEdit } from "../../src/core/approval/kept-vote.ts";
import { requestOf } from "../../src/core/approval/request-of.ts";
import type { IsApprover, ReceivedVote } from "../../src/core/approval/state.ts";
import { isAuthenticVote } from "../../src/core/vote-mac.ts";
import type { VoteRow } from "../../src/store/votes.ts";
import type { Deciding } from "../deciding.ts";
import { freezeInput } from "../revise-input.ts";

/** Asks the directory's present answer about a person. */
export function createIsApprover({ row, knowledge }: Pick<Deciding, "row" | "knowledge">): IsApprover {
  const request = requestOf(row);
  return (approvers, subject) => isEligible(approvers, knowledge.person(subject), request);
}

/** A vote with what can be said of it now: whether a door wrote it, and whether the input can be edited as it wants. */
export function receivedVote(deciding: Deciding, vote: VoteRow): ReceivedVote {
  const edit = readKeptEdit(vote.edit);
  const authentic = isAuthenticVote(deciding.ports.signingKey, vote);
  return {
    id: vote.id,
    voter: vote.voter,
    decision: vote.decision,
    reason: vote.reason ?? undefined,
    round: vote.round,
    digest: vote.digest,
    stage: vote.stage,
    madeAtMs: vote.made_at,
    authentic,
    ...(edit === undefined ? {} : { edits: Object.keys(edit) }),
    // What nobody is known to have written isn't looked at any closer.
    ...(edit !== undefined && authentic && editInput(deciding, edit) === undefined ? { fault: "invalid_input" } : {}),
  };
}

/**
 * What policy is to be asked about once an edit is made, as canonical JSON; `undefined` where it can't be made in the input as it is
 * shown or as policy sees it, or where the action wouldn't take it.
 */
export function editInput({ row, action, knowledge }: Deciding, edit: EditRequest): string | undefined {
  const shown = applyTo(row.input, edit);
  const judged = row.judged === row.input ? shown : applyTo(row.judged, edit);
  return shown !== undefined && knowledge.checkInput(action, shown) === undefined ? judged : undefined;
}

function applyTo(input: string, edit: EditRequest): string | undefined {
  const edited = applyEdit(JSON.parse(input), edit);
  if ("fault" in edited) return undefined;
  const frozen = freezeInput(edited.input);
  return "fault" in frozen ? undefined : frozen.input;
}
