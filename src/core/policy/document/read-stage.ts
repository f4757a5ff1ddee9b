import type { ApprovalStage } from "../../../contract/approval-terms.ts";
import { MAX_RULE_NAME_CHARS, MAX_STAGE_VOTES } from "../limits.ts";
import { DEFAULT_STAGE } from "./approval-terms.ts";
import { findStageShortage, type Headcount } from "./approval-values.ts";
import { addFault, type Cursor, readInteger, readMap, readText } from "./cursor.ts";
import { type Members, readClockMs, readMember } from "./limit-cursors.ts";
import { type ApproverContext, readApprovers } from "./read-approvers.ts";
import { readEscalations } from "./read-escalations.ts";

/** The keys of a stage that may also stand right in `approval`, where there is only one. */
export const SINGLE_STAGE_KEYS: readonly string[] = ["approvers", "approve", "deny", "remind_every", "escalate"];

const STAGE_KEYS = { known: ["name", ...SINGLE_STAGE_KEYS, "decide_by"] };
const VOTES = { min: 1, max: MAX_STAGE_VOTES };

/** Reads one of `stages`; what it leaves out comes from {@link DEFAULT_STAGE}. */
export function readStage(cursor: Cursor, context: ApproverContext): ApprovalStage | undefined {
  const members = readMap(cursor, STAGE_KEYS);
  return members && readStageMembers(members, context);
}

/** Reads a stage from the keys of a mapping. */
export function readStageMembers(members: Members, context: ApproverContext): ApprovalStage {
  const name = readMember(members, "name", readStageName);
  const approvers = readMember(members, "approvers", (at) => readApprovers(at, context));
  const decideByMs = readMember(members, "decide_by", readClockMs);
  const remindEveryMs = readMember(members, "remind_every", readClockMs);
  const escalate = readMember(members, "escalate", (at) => readEscalations(at, context));
  const stage: ApprovalStage = {
    ...(name === undefined ? {} : { name }),
    approvers: approvers ?? DEFAULT_STAGE.approvers,
    approve: readMember(members, "approve", readVotes) ?? DEFAULT_STAGE.approve,
    deny: readMember(members, "deny", readVotes) ?? DEFAULT_STAGE.deny,
    ...(decideByMs === undefined ? {} : { decideByMs }),
    ...(remindEveryMs === undefined ? {} : { remindEveryMs }),
    ...(escalate === undefined ? {} : { escalate }),
  };
  const shortage = findStageShortage(stage);
  if (shortage !== undefined) readMember(members, shortage.key, (at) => addShortage(at, shortage));
  return stage;
}

/** Reports terms that nobody could ever meet, at what makes them so. */
export function addShortage(cursor: Cursor, { people, votes }: Headcount): undefined {
  const named = people === 1 ? "1 person" : `${people} people`;
  return addFault(cursor, `Of ${named} named here ${votes} can't vote`, "name more people, a role or a group");
}

function readStageName(cursor: Cursor): string | undefined {
  return readText(cursor, { min: 1, max: MAX_RULE_NAME_CHARS });
}

function readVotes(cursor: Cursor): number | undefined {
  return readInteger(cursor, VOTES);
}
