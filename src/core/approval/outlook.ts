import { deadlineOf, nextChangeAtMs, openStageOf } from "./clocks.ts";
import { tallyVotes } from "./count-votes.ts";
import { countSpareApprovers } from "./reach.ts";
import type { ApprovalState } from "./state.ts";

/** What one more person's vote would do: only count, or decide the stage. */
export interface Prospect {
  /** How many more votes of other people it then still takes; 0 when it decides. */
  readonly missing: number;
}

/** What will happen to an open approval on yes, on no and on silence; instants in epoch milliseconds. */
export interface Outlook {
  /** `opensStage` is the stage that a deciding yes opens, from 0; absent for the last, whose yes approves. */
  readonly onApprove: Prospect & {
    readonly opensStage: number | undefined;
    /** The latest instant at which the call could begin if people answer at the last moment; absent where an approval has no end. */
    readonly latestExecuteByAtMs: number | undefined;
  };
  readonly onReject: Prospect;
  /** The end, which never means yes: the last instant for a vote on the open stage; and what comes first, a reminder, an escalation or that end. */
  readonly onSilence: { readonly expiresAtMs: number; readonly nextChangeAtMs: number };
}

/** What will happen to an approval; `undefined` once it is resolved. */
export function foreseeOutcome(state: ApprovalState): Outlook | undefined {
  const nextAtMs = nextChangeAtMs(state);
  if (nextAtMs === undefined) return undefined;
  const stage = openStageOf(state);
  const tally = tallyVotes(state.counted);
  const next = state.progress.stage + 1;
  const isLast = next >= state.terms.stages.length;
  const { executeByMs } = state.terms;
  const expiresAtMs = deadlineOf(state);
  const lastVoteAtMs = isLast ? expiresAtMs : state.decideByAtMs;
  return {
    onApprove: {
      missing: missingAfterOne(stage.approve, tally.approve),
      opensStage: isLast ? undefined : next,
      latestExecuteByAtMs: executeByMs === undefined ? undefined : lastVoteAtMs + executeByMs,
    },
    onReject: { missing: Math.min(missingAfterOne(stage.deny, tally.reject), countSpareApprovers(state)) },
    onSilence: { expiresAtMs, nextChangeAtMs: nextAtMs },
  };
}

/** Never below none, though an edit may leave a round with more votes than decide it. */
function missingAfterOne(needed: number, standing: number): number {
  return Math.max(0, needed - standing - 1);
}
