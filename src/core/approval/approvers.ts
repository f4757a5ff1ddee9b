import type { ApprovalStage } from "../../contract/approval-terms.ts";
import type { StageClocks } from "./stage-clocks.ts";
import type { ApprovalState } from "./state.ts";

/** What stands before the name of one person among approvers. */
const USER_PREFIX = "user:";

/** A stage's approvers together with those of some of its escalations, each once. */
export function approversWith(stage: ApprovalStage, escalations: StageClocks["escalations"]): string[] {
  return [...new Set([...stage.approvers, ...escalations.flatMap((escalation) => escalation.to)])];
}

/** Whom a stage will have named as its approvers by its deadline, if nothing ends it before. */
export function possibleApprovers(stage: ApprovalStage, clocks: StageClocks): string[] {
  return approversWith(stage, clocks.escalations);
}

/** Who can't vote on a stage since they approved one before it; nobody, unless the terms say so. */
export function excludedFrom({ terms, progress }: ApprovalState, index: number): string[] {
  if (!terms.exclude.includes("previous_stage")) return [];
  return progress.done.slice(0, index).flatMap((stage) => stage.by);
}

/** The people whom approvers name one by one. */
export function namedUsers(approvers: readonly string[]): string[] {
  return approvers.filter(isUserName).map((entry) => entry.slice(USER_PREFIX.length));
}

/** Whether approvers name all of their people one by one; a role, a group or a condition may mean anybody. */
export function areUsersOnly(approvers: readonly string[]): boolean {
  return approvers.every(isUserName);
}

function isUserName(entry: string): boolean {
  return entry.startsWith(USER_PREFIX);
}
