import type { ApprovalTerms } from "../../contract/approval-terms.ts";
import { excludedFrom } from "./approvers.ts";
import { currentApprovers, deadlineOf } from "./clocks.ts";
import type { ApprovalState, IsApprover } from "./state.ts";

/** A person, and the instant (epoch milliseconds) that is asked about. */
interface Moment {
  readonly subject: string;
  readonly nowMs: number;
}

/** Whether a person's vote on the open stage can count at an instant, whatever it says: the same that a vote is asked at the door. */
export function mayVote(state: ApprovalState, { subject, nowMs }: Moment, isApprover: IsApprover): boolean {
  if (state.resolution !== undefined || nowMs > deadlineOf(state)) return false;
  if (state.requesters.includes(subject) || excludedFrom(state, state.progress.stage).includes(subject)) return false;
  return isApprover(currentApprovers(state, nowMs), subject);
}

/** Everybody whom the terms name, each name once: of every stage, and of every escalation, whether it comes or not. */
export function everyApprover({ stages }: ApprovalTerms): string[] {
  const named = stages.flatMap(({ approvers, escalate = [] }) => [...approvers, ...escalate.flatMap(({ to }) => to)]);
  return [...new Set(named)];
}
