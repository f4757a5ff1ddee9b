import { areUsersOnly, excludedFrom, namedUsers, possibleApprovers } from "./approvers.ts";
import { clocksOf, openStageOf } from "./clocks.ts";
import { votersWho } from "./count-votes.ts";
import type { ApprovalState } from "./state.ts";

/**
 * How many more people the open stage could lose before too few are left who may approve it; negative when there are too few already.
 * `Infinity` where that can't be told: a role, a group or a condition may fit anybody. Lost is who asked, who approved a stage before
 * where the terms exclude them, and who stands against it.
 */
export function countSpareApprovers(state: ApprovalState): number {
  const stage = openStageOf(state);
  const { stage: index } = state.progress;
  const approvers = possibleApprovers(stage, clocksOf(state, index));
  if (!areUsersOnly(approvers)) return Infinity;
  const lost = new Set([...state.requesters, ...excludedFrom(state, index), ...votersWho("reject", state.counted)]);
  return namedUsers(approvers).filter((subject) => !lost.has(subject)).length - stage.approve;
}
