import type { ApprovalStage, Escalation } from "../../contract/approval-terms.ts";

/** An escalation that comes before its stage is over. */
export interface TimedEscalation extends Escalation {
  /** Its place in the terms' list, from 0. */
  readonly index: number;
  /** When it is due, epoch milliseconds. */
  readonly atMs: number;
}

/** Every instant that a stage's terms fix once it is open; epoch milliseconds. */
export interface StageClocks {
  readonly openedAtMs: number;
  /** The last millisecond in which a vote is in time: the stage's own limit, or the whole's if that comes first. */
  readonly deadlineAtMs: number;
  /** How long from one reminder to the next; `Infinity` where nobody is reminded. */
  readonly remindEveryMs: number;
  /** How many reminders come before the deadline. */
  readonly reminderCount: number;
  /** Those that come before the deadline, the earliest first; of equal ones in the order of the terms. */
  readonly escalations: readonly TimedEscalation[];
}

/** The instants of a stage that was opened then, within the end of the whole; both epoch milliseconds. */
export function stageClocks(
  stage: ApprovalStage,
  { openedAtMs, decideByAtMs }: { readonly openedAtMs: number; readonly decideByAtMs: number },
): StageClocks {
  const deadlineAtMs = Math.min(openedAtMs + (stage.decideByMs ?? Infinity), decideByAtMs);
  const remindEveryMs = stage.remindEveryMs ?? Infinity;
  const escalations = (stage.escalate ?? [])
    .map((escalation, index) => ({ ...escalation, index, atMs: openedAtMs + escalation.afterMs }))
    .filter((escalation) => escalation.atMs < deadlineAtMs)
    .toSorted((one, other) => one.atMs - other.atMs);
  const reminderCount = Math.max(0, Math.ceil((deadlineAtMs - openedAtMs) / remindEveryMs) - 1);
  return { openedAtMs, deadlineAtMs, remindEveryMs, reminderCount, escalations };
}

/** When a stage's reminder of this number (1, 2, …) is due, epoch milliseconds; none that would come at its deadline or later. */
export function reminderAtMs(clocks: StageClocks, number: number): number | undefined {
  return number > clocks.reminderCount ? undefined : clocks.openedAtMs + number * clocks.remindEveryMs;
}

/** The number of the last reminder that is due by an instant; 0 when none is. */
export function countDueReminders(clocks: StageClocks, nowMs: number): number {
  const passed = Math.floor((nowMs - clocks.openedAtMs) / clocks.remindEveryMs);
  return Math.max(0, Math.min(passed, clocks.reminderCount));
}
