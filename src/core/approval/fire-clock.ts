import { clocksOf } from "./clocks.ts";
import { countDueReminders, reminderAtMs, type StageClocks } from "./stage-clocks.ts";
import type { AdvancedApproval, ApprovalProgress, ApprovalState, Happening } from "./state.ts";

/** A reminder or an escalation. */
type Fired = Extract<Happening, { kind: "reminded" | "escalated" }>;

/** What the clock alone does by an instant: the open stage's reminders and escalations that are due and weren't fired, then its end. */
export function fireClock(start: ApprovalState, nowMs: number): AdvancedApproval {
  if (start.resolution !== undefined) return { state: start, happenings: [] };
  const { progress } = start;
  const clocks = clocksOf(start, progress.stage);
  const escalations = dueEscalations(progress, clocks, nowMs);
  const fired = [...dueReminder(progress, clocks, nowMs), ...escalations].toSorted(
    (one, other) => one.atMs - other.atMs,
  );
  const state: ApprovalState = {
    ...start,
    progress: {
      ...progress,
      reminded: Math.max(progress.reminded, countDueReminders(clocks, nowMs)),
      escalated: progress.escalated + escalations.length,
    },
  };
  return nowMs <= clocks.deadlineAtMs
    ? { state, happenings: fired }
    : { state: expire(state, clocks.deadlineAtMs), happenings: [...fired, { kind: "resolved" }] };
}

/** One reminder for all that are overdue: who hears late hears once. */
function dueReminder({ reminded, stage }: ApprovalProgress, clocks: StageClocks, nowMs: number): Fired[] {
  const last = countDueReminders(clocks, nowMs);
  const atMs = reminderAtMs(clocks, last);
  if (last <= reminded || atMs === undefined) return [];
  return [{ kind: "reminded", stage, atMs, missed: last - reminded - 1 }];
}

function dueEscalations({ escalated, stage }: ApprovalProgress, clocks: StageClocks, nowMs: number): Fired[] {
  return clocks.escalations
    .slice(escalated)
    .filter(({ atMs }) => atMs <= nowMs)
    .map(({ atMs, index }) => ({ kind: "escalated", stage, index, atMs }));
}

function expire(state: ApprovalState, atMs: number): ApprovalState {
  return {
    ...state,
    resolution: { status: "expired", atMs, by: [], reason: undefined, executeByAtMs: undefined },
  };
}
