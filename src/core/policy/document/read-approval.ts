import type { ApprovalExclusion, ApprovalStage, ApprovalTerms } from "../../../contract/approval-terms.ts";
import { MAX_STAGES } from "../limits.ts";
import { parseRegex } from "../match/patterns.ts";
import { chargePattern } from "../match/read-pattern.ts";
import { DEFAULT_APPROVAL_TERMS } from "./approval-terms.ts";
import { DRIFT_ANSWERS, EXCLUSIONS, findSharedShortage, withRequester } from "./approval-values.ts";
import { addFault, type Cursor, readEach, readListItems, readMap, readText, readWord } from "./cursor.ts";
import { freezeDeep } from "./freeze-deep.ts";
import { type Members, readClockMs, readMember } from "./limit-cursors.ts";
import { readPointer } from "./pointers.ts";
import type { ApproverContext } from "./read-approvers.ts";
import { addShortage, readStage, readStageMembers, SINGLE_STAGE_KEYS } from "./read-stage.ts";

const KEYS = {
  known: [
    ...["stages", ...SINGLE_STAGE_KEYS],
    ...["decide_by", "execute_by", "exclude", "require_reason", "reason_pattern", "edit", "on_drift"],
  ],
};

/** Reads a rule's `approval`, in stages or with the keys of the only one; what it leaves out comes from {@link DEFAULT_APPROVAL_TERMS}. */
export function readApprovalTerms(cursor: Cursor, context: ApproverContext): Readonly<ApprovalTerms> | undefined {
  const members = readMap(cursor, KEYS);
  if (members === undefined) return undefined;
  const stages = readStages(members, context);
  const executeByMs = readMember(members, "execute_by", readClockMs);
  const exclude = readMember(members, "exclude", readExclusions) ?? DEFAULT_APPROVAL_TERMS.exclude;
  const reasonPattern = readMember(members, "reason_pattern", (at) => readReasonPatterns(at, context));
  const allow = readMember(members, "edit", readEditable);
  const shortage = findSharedShortage({ stages, exclude });
  if (shortage !== undefined) readMember(members, "exclude", (at) => addShortage(at, shortage));
  return freezeDeep({
    stages,
    decideByMs: readMember(members, "decide_by", readClockMs) ?? DEFAULT_APPROVAL_TERMS.decideByMs,
    ...(executeByMs === undefined ? {} : { executeByMs }),
    exclude: withRequester(exclude),
    requireReason: readMember(members, "require_reason", readReasonNeed) ?? DEFAULT_APPROVAL_TERMS.requireReason,
    ...(reasonPattern === undefined ? {} : { reasonPattern }),
    ...(allow === undefined ? {} : { edit: { allow } }),
    onDrift: readMember(members, "on_drift", (at) => readWord(at, DRIFT_ANSWERS)) ?? DEFAULT_APPROVAL_TERMS.onDrift,
  });
}

function readStages(members: Members, context: ApproverContext): ApprovalStage[] {
  const list = members.get("stages");
  const own = [...members].filter(([key]) => SINGLE_STAGE_KEYS.includes(key));
  if (list === undefined) return [readStageMembers(new Map(own), context)];
  for (const [key, member] of own) addFault(member, `${key} can't stand beside stages`, "write it in each stage");
  const items = readListItems(list) ?? [];
  if (items.length === 0 && list.node.kind === "list") addFault(list, "This list is empty, so nobody could approve");
  if (items.length > MAX_STAGES) addFault(list, `An approval has at most ${MAX_STAGES} stages`);
  return items.slice(0, MAX_STAGES).flatMap((item) => readStage(item, context) ?? []);
}

function readExclusions(cursor: Cursor): readonly ApprovalExclusion[] | undefined {
  return readEach(cursor, (item) => readWord(item, EXCLUSIONS));
}

/** True, false, or `on_reject`. */
function readReasonNeed(cursor: Cursor): ApprovalTerms["requireReason"] | undefined {
  const { node } = cursor;
  if (node.kind === "scalar" && node.value === "on_reject") return "on_reject";
  if (node.kind === "scalar" && typeof node.value === "boolean") return node.value;
  return addFault(cursor, "This must be true, false or on_reject");
}

/** One or several regexes, all of which are searched for in reasons. */
function readReasonPatterns(cursor: Cursor, context: ApproverContext): string[] | undefined {
  const patterns = readEach(cursor, (item) => readReasonPattern(item, context));
  if (patterns?.length === 0) return addFault(cursor, "The sets named here are empty, so no form would be asked for");
  return patterns && [...patterns];
}

function readReasonPattern(cursor: Cursor, { budget }: ApproverContext): string | undefined {
  const source = readText(cursor, { min: 1, max: Infinity });
  if (source === undefined) return undefined;
  const result = chargePattern(parseRegex(source), { budget });
  return "fault" in result ? addFault(cursor, result.fault) : source;
}

/** `{ allow: [/amountCents] }`: fields of the input that approvers may change. */
function readEditable(cursor: Cursor): string[] | undefined {
  const members = readMap(cursor, { known: ["allow"] });
  if (members === undefined) return undefined;
  const allow = members.get("allow");
  if (allow === undefined) return addFault(cursor, "The key allow is missing", "for example allow: [/amountCents]");
  const pointers = readEach(allow, readPointer);
  if (pointers?.length === 0) return addFault(allow, "The sets named here are empty, so nothing could be changed");
  return pointers && [...pointers];
}
