import { approversAt, clocksOf } from "./clocks.ts";
import { countDueReminders } from "./stage-clocks.ts";
import type { AdvancedApproval, ApprovalEvents, ApprovalState, CountedVote, Happening } from "./state.ts";

/** The look at which a vote was counted. */
export type Look = Pick<ApprovalEvents, "nowMs" | "isApprover">;

/** Takes out the standing votes of the open stage whose voters are approvers no longer. */
export function dropLapsed(state: ApprovalState, look: Look): AdvancedApproval {
  const { kept, happenings } = askAgain(state, { index: state.progress.stage, votes: state.counted }, look);
  return { state: { ...state, counted: kept }, happenings };
}

/**
 * Opens again the first approved stage that somebody approved who is an approver no longer; `undefined` where all still are. It goes on
 * as if that vote had never counted: by its own clock, with the other votes that stood in it. Votes of the stages after it lapse, since
 * these come anew once it is approved.
 */
export function fallBack(state: ApprovalState, look: Look): AdvancedApproval | undefined {
  const { done } = state.progress;
  const index = done.findIndex(({ by }, place) => {
    const approvers = approversAt(state, place, look.nowMs);
    return by.some((voter) => !look.isApprover(approvers, voter));
  });
  const stage = done[index];
  if (stage === undefined) return undefined;
  const { kept, happenings } = askAgain(state, { index, votes: stage.standing }, look);
  const later = [...done.slice(index + 1).flatMap(({ standing }) => standing), ...state.counted];
  const progress = {
    stage: index,
    stageOpenedAtMs: stage.openedAtMs,
    done: done.slice(0, index),
    // Whoever is told that the stage is open again needs no reminder of the time in which it was not.
    reminded: countDueReminders(clocksOf(state, index), look.nowMs),
    escalated: stage.escalated,
  };
  return {
    state: { ...state, counted: kept, progress },
    happenings: [
      ...happenings,
      ...later.map((vote) => lapse(vote, "already_resolved")),
      { kind: "stage_opened", stage: index },
    ],
  };
}

function askAgain(
  state: ApprovalState,
  { index, votes }: { readonly index: number; readonly votes: readonly CountedVote[] },
  { nowMs, isApprover }: Look,
): { readonly kept: CountedVote[]; readonly happenings: Happening[] } {
  const approvers = approversAt(state, index, nowMs);
  const lapsed = votes.filter((vote) => !isApprover(approvers, vote.voter));
  return {
    kept: votes.filter((vote) => !lapsed.includes(vote)),
    happenings: lapsed.map((vote) => lapse(vote, "not_an_approver")),
  };
}

function lapse({ id, voter }: CountedVote, code: "not_an_approver" | "already_resolved"): Happening {
  return { kind: "lapsed", vote: id, voter, code };
}
