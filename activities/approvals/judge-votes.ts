import type { EditRequest } from "../../src/contract/approval.ts";
import { applyEdit } from "../../src/core/approval/apply-edit.ts";
import { isEligible } from "../../src/core/approval/eligibility.ts";
import { readKeptEdit } from "../../src/core/approval/kept-vote.ts";
import type { IsApprover, ReceivedVote } from "../../src/core/approval/state.ts";
import { isAuthenticVote } from "../../src/core/vote-mac.ts";
import type { VoteRow } from "../../src/store/votes.ts";
import type { Deciding } from "../deciding.ts";
import { freezeInput } from "../revise-input.ts";
import { requestOf } from "../../src/core/approval/request-of.ts";

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

/** The current input with an edit, as canonical JSON; `undefined` where that can't be made or the action wouldn't take it. */
export function editInput({ row, action, knowledge }: Deciding, edit: EditRequest): string | undefined {
  const edited = applyEdit(JSON.parse(row.input), edit);
  if ("fault" in edited) return undefined;
  const frozen = freezeInput(edited.input);
  if ("fault" in frozen) return undefined;
  return knowledge.checkInput(action, frozen.input) === undefined ? frozen.input : undefined;
}
