import { openStageOf } from "./clocks.ts";
import { tallyVotes, votersWho } from "./count-votes.ts";
import { dropLapsed, fallBack, type Look } from "./fall-back.ts";
import { countSpareApprovers } from "./reach.ts";
import type { AdvancedApproval, ApprovalProgress, ApprovalState, ReceivedVote } from "./state.ts";

/** Said where nobody's vote says why. */
const TOO_FEW_LEFT = "Too few people are left who could approve";

/** How the open stage ends by the votes that stand. */
type StageEnd = "approved" | "rejected";

/**
 * Ends the open stage if the vote that was just counted decides it. Everybody standing is asked for first: whoever is an approver
 * no longer lapses, and the stage ends only if what is left still decides it. Before the last stage approves the whole, the people
 * of those before it are asked for as well.
 */
export function settleStage(start: ApprovalState, last: ReceivedVote, look: Look): AdvancedApproval {
  if (findStageEnd(start) === undefined) return { state: start, happenings: [] };
  const { state, happenings } = dropLapsed(start, look);
  const ended = endStage(state, last, look);
  return { state: ended.state, happenings: [...happenings, ...ended.happenings] };
}

function endStage(state: ApprovalState, last: ReceivedVote, look: Look): AdvancedApproval {
  switch (findStageEnd(state)) {
    case undefined:
      return { state, happenings: [] };
    case "rejected":
      return reject(state, last);
    case "approved":
      return rejectHopeless(approveStage(state, last, look), last);
  }
}

function findStageEnd(state: ApprovalState): StageEnd | undefined {
  const stage = openStageOf(state);
  const tally = tallyVotes(state.counted);
  if (tally.reject >= stage.deny) return "rejected";
  if (tally.approve >= stage.approve) return "approved";
  return countSpareApprovers(state) < 0 ? "rejected" : undefined;
}

function reject(state: ApprovalState, last: ReceivedVote): AdvancedApproval {
  const by = votersWho("reject", state.counted);
  const reason = last.decision === "reject" ? last.reason : TOO_FEW_LEFT;
  const resolution = { status: "rejected", atMs: last.madeAtMs, by, reason, executeByAtMs: undefined } as const;
  return { state: { ...state, resolution }, happenings: [{ kind: "resolved" }] };
}

/** Ends an approval whose next stage can't be approved: whoever approved those before it may be whom this one would need. */
function rejectHopeless({ state, happenings }: AdvancedApproval, last: ReceivedVote): AdvancedApproval {
  if (state.resolution !== undefined || countSpareApprovers(state) >= 0) return { state, happenings };
  const rejected = reject(state, last);
  return { state: rejected.state, happenings: [...happenings, ...rejected.happenings] };
}

function approveStage(state: ApprovalState, last: ReceivedVote, look: Look): AdvancedApproval {
  const next = state.progress.stage + 1;
  if (next === state.terms.stages.length) return fallBack(state, look) ?? approveWhole(state, last);
  const progress = nextProgress(state, last.madeAtMs, look.nowMs);
  return { state: { ...state, counted: [], progress }, happenings: [{ kind: "stage_opened", stage: next }] };
}

function approveWhole(state: ApprovalState, { madeAtMs: atMs, reason }: ReceivedVote): AdvancedApproval {
  const { terms, progress, counted } = state;
  const by = [...new Set([...progress.done.flatMap((stage) => stage.by), ...votersWho("approve", counted)])];
  const executeByAtMs = terms.executeByMs === undefined ? undefined : atMs + terms.executeByMs;
  const resolution = { status: "approved", atMs, by, reason, executeByAtMs } as const;
  return { state: { ...state, resolution }, happenings: [{ kind: "resolved" }] };
}

function nextProgress({ progress, counted }: ApprovalState, atMs: number, nowMs: number): ApprovalProgress {
  const { stage, stageOpenedAtMs: openedAtMs, escalated } = progress;
  const approved = { by: votersWho("approve", counted), atMs, openedAtMs, escalated, standing: counted };
  return { stage: stage + 1, stageOpenedAtMs: nowMs, done: [...progress.done, approved], reminded: 0, escalated: 0 };
}
