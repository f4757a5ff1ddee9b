import type { ApprovalStage, ApprovalTerms } from "../../contract/approval-terms.ts";
import { approversWith } from "./approvers.ts";
import { reminderAtMs, stageClocks, type StageClocks } from "./stage-clocks.ts";
import type { ApprovalProgress, ApprovalState } from "./state.ts";

/** Where a round stands that was opened at an instant, epoch milliseconds, and that nothing has happened to. */
export function openingProgress(openedAtMs: number): ApprovalProgress {
  return { stage: 0, stageOpenedAtMs: openedAtMs, done: [], reminded: 0, escalated: 0 };
}

/**
 * One stage of the terms, from 0.
 * @throws RangeError for an index that the terms don't have: what is kept of the approval is broken
 */
export function stageAt({ stages }: ApprovalTerms, index: number): ApprovalStage {
  const stage = stages[index];
  if (stage === undefined) throw new RangeError(`The terms have ${stages.length} stages and no stage ${index}`);
  return stage;
}

/** The stage that is open, or was when the approval was resolved. */
export function openStageOf({ terms, progress }: ApprovalState): ApprovalStage {
  return stageAt(terms, progress.stage);
}

/** The instants of a stage that was approved, or else of the open one. */
export function clocksOf(state: ApprovalState, index: number): StageClocks {
  const { decideByAtMs, progress, terms } = state;
  const openedAtMs = progress.done[index]?.openedAtMs ?? progress.stageOpenedAtMs;
  return stageClocks(stageAt(terms, index), { openedAtMs, decideByAtMs });
}

/** The last millisecond in which a vote on the open stage is in time, epoch milliseconds: the stage's own limit, or the whole's if that comes first. */
export function deadlineOf(state: ApprovalState): number {
  return clocksOf(state, state.progress.stage).deadlineAtMs;
}

/** When the open stage's next reminder is due, epoch milliseconds; none where no further one comes before its deadline. */
export function nextReminderAtMs(state: ApprovalState): number | undefined {
  const { progress } = state;
  return reminderAtMs(clocksOf(state, progress.stage), progress.reminded + 1);
}

/** When the open stage's next escalation is due, epoch milliseconds; none where no further one comes before its deadline. */
export function nextEscalationAtMs(state: ApprovalState): number | undefined {
  const { progress } = state;
  return clocksOf(state, progress.stage).escalations[progress.escalated]?.atMs;
}

/** The next instant at which the approval changes by itself, epoch milliseconds; none once it is resolved. Its end is one millisecond after the deadline, since a vote in that very millisecond is still in time. */
export function nextChangeAtMs(state: ApprovalState): number | undefined {
  if (state.resolution !== undefined) return undefined;
  return Math.min(deadlineOf(state) + 1, nextReminderAtMs(state) ?? Infinity, nextEscalationAtMs(state) ?? Infinity);
}

/** Whom an approved stage, or the open one, named as its approvers at an instant: those of the terms, and of every escalation that was due by then, fired or not. */
export function approversAt(state: ApprovalState, index: number, atMs: number): string[] {
  const due = clocksOf(state, index).escalations.filter((escalation) => escalation.atMs <= atMs);
  return approversWith(stageAt(state.terms, index), due);
}

/** {@link approversAt} of the open stage. */
export function currentApprovers(state: ApprovalState, atMs: number): string[] {
  return approversAt(state, state.progress.stage, atMs);
}
