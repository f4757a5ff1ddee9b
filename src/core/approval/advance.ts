import { countVote } from "./count-votes.ts";
import { fireClock } from "./fire-clock.ts";
import { changesInput, refuseVote } from "./refuse-vote.ts";
import { settleStage } from "./settle-stage.ts";
import type {
  AdvancedApproval,
  ApprovalEvents,
  ApprovalState,
  Happening,
  ReceivedVote,
  RequestedCancel,
} from "./state.ts";

/**
 * Moves a round of an approval on: a cancel first, then every vote in the order it was made, then the clock.
 * A vote counts by the time it was made, whenever it arrives; silence never approves.
 *
 * A counted vote that edits the input ends the round without a resolution: it happens as `counted` and `edited`, decides nothing by
 * itself, and later votes of the look are refused, since they speak of an input that is no longer asked about.
 */
export function advanceApproval(start: ApprovalState, events: ApprovalEvents): AdvancedApproval {
  const happenings: Happening[] = [];
  let state = start;
  const take = (advanced: AdvancedApproval): void => {
    state = advanced.state;
    happenings.push(...advanced.happenings);
  };
  if (events.cancel !== undefined) take(cancelApproval(state, events.cancel));
  let edited = false;
  for (const vote of events.votes.toSorted(byTimeMade)) {
    const code = refuseVote(state, vote, events.isApprover) ?? (edited ? "digest_mismatch" : undefined);
    if (code !== undefined) {
      happenings.push({ kind: "refused", vote: vote.id, code });
      continue;
    }
    take(addVote(state, vote));
    edited = changesInput(vote);
    if (edited) happenings.push({ kind: "edited", vote: vote.id });
    else take(settleStage(state, vote, events));
  }
  if (!edited) take(fireClock(state, events.nowMs));
  return { state, happenings };
}

/** Of one millisecond by their ids, so that the order in which votes arrive decides nothing. */
function byTimeMade(one: ReceivedVote, other: ReceivedVote): number {
  return one.madeAtMs - other.madeAtMs || (one.id < other.id ? -1 : 1);
}

function addVote(state: ApprovalState, vote: ReceivedVote): AdvancedApproval {
  const { counted, replaces } = countVote(state.counted, vote);
  return { state: { ...state, counted }, happenings: [{ kind: "counted", vote: vote.id, replaces }] };
}

function cancelApproval(state: ApprovalState, cancel: RequestedCancel): AdvancedApproval {
  if (state.resolution !== undefined) return { state, happenings: [] };
  const { atMs, reason } = cancel;
  const by = cancel.by === undefined ? [] : [cancel.by];
  const resolution = { status: "canceled", atMs, by, reason, executeByAtMs: undefined } as const;
  return { state: { ...state, resolution }, happenings: [{ kind: "resolved" }] };
}
