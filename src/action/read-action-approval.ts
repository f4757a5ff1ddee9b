import type { ApprovalStage, ApprovalTerms, Escalation } from "../contract/approval-terms.ts";
import { DEFAULT_APPROVAL_TERMS, DEFAULT_STAGE } from "../core/policy/document/approval-terms.ts";
import {
  CONDITION_PREFIX,
  DRIFT_ANSWERS,
  EXCLUSIONS,
  findSharedShortage,
  findStageShortage,
  type Headcount,
  isApproverName,
  withRequester,
} from "../core/policy/document/approval-values.ts";
import { freezeDeep } from "../core/policy/document/freeze-deep.ts";
import {
  MAX_CONDITION_CHARS,
  MAX_ESCALATIONS,
  MAX_PATTERN_CHARS,
  MAX_RULE_NAME_CHARS,
  MAX_STAGES,
  MAX_STAGE_VOTES,
} from "../core/policy/limits.ts";
import type { Fault } from "./definition-fault.ts";
import {
  type Members,
  type Place,
  readClock,
  readCount,
  readEach,
  readMembers,
  readPointer,
  readText,
  readWord,
} from "./limit-fields.ts";

const STAGE = ["approvers", "approve", "deny", "remindEvery", "remindEveryMs", "escalate"];
const WHOLE = ["decideBy", "decideByMs", "executeBy", "executeByMs"];
const RULES = ["exclude", "requireReason", "reasonPattern", "edit", "onDrift"];
const NOBODY = "nobody could approve";

/**
 * Reads what a definition says about its approvals, into the form that policy uses. Terms in that form are read as they are.
 * Conditions and patterns are only read as texts: what is in them is checked when the action is described.
 * @throws invalid_request naming the field that is wrong
 */
export function readActionApproval(value: unknown, fault: Fault): Readonly<ApprovalTerms> | undefined {
  if (value === undefined) return undefined;
  const place = { value, field: "approval", fault };
  const members = readMembers(place, ["stages", ...STAGE, ...WHOLE, ...RULES]);
  const exclude = readOptional(members, "exclude", readExclusions) ?? [];
  const terms = {
    stages: readStages(place, members),
    decideByMs: readClock(members, "decideBy") ?? DEFAULT_APPROVAL_TERMS.decideByMs,
    ...withDefined("executeByMs", readClock(members, "executeBy")),
    exclude: withRequester(exclude),
    requireReason: readOptional(members, "requireReason", readReasonNeed) ?? DEFAULT_APPROVAL_TERMS.requireReason,
    ...withDefined("reasonPattern", readOptional(members, "reasonPattern", readPatterns)),
    ...withDefined("edit", readOptional(members, "edit", readEditable)),
    onDrift: readOptional(members, "onDrift", (at) => readWord(at, DRIFT_ANSWERS)) ?? DEFAULT_APPROVAL_TERMS.onDrift,
  };
  const shortage = findSharedShortage(terms);
  if (shortage !== undefined) throw fault("approval.exclude", describeShortage(shortage));
  return freezeDeep<ApprovalTerms>(terms);
}

function readStages(place: Place, members: Members): ApprovalStage[] {
  const list = members.at("stages");
  if (list === undefined) return [readStage(place, members)];
  const beside = STAGE.map((name) => members.at(name)).find((member) => member !== undefined);
  if (beside !== undefined)
    throw beside.fault(beside.field, "must not stand beside stages: it belongs into each of them");
  if (!Array.isArray(list.value)) throw list.fault(list.field, "must be a list");
  if (list.value.length > MAX_STAGES) throw list.fault(list.field, `must have at most ${MAX_STAGES} members`);
  return readEach(list, readListedStage, NOBODY);
}

function readListedStage(place: Place): ApprovalStage {
  const members = readMembers(place, ["name", ...STAGE, "decideBy", "decideByMs"]);
  const name = readOptional(members, "name", (at) => readText(at, MAX_RULE_NAME_CHARS));
  const decideByMs = readClock(members, "decideBy");
  return { ...withDefined("name", name), ...readStage(place, members), ...withDefined("decideByMs", decideByMs) };
}

/** What stands in a stage whether it is one of several or the only one. */
function readStage({ field, fault }: Place, members: Members): ApprovalStage {
  const escalate = members.at("escalate");
  const stage: ApprovalStage = {
    approvers: readOptional(members, "approvers", readApprovers) ?? [...DEFAULT_STAGE.approvers],
    approve: readOptional(members, "approve", readVotes) ?? DEFAULT_STAGE.approve,
    deny: readOptional(members, "deny", readVotes) ?? DEFAULT_STAGE.deny,
    ...withDefined("remindEveryMs", readClock(members, "remindEvery")),
    ...withDefined("escalate", escalate && readEscalations(escalate)),
  };
  const shortage = findStageShortage(stage);
  if (shortage !== undefined) throw fault(`${field}.${shortage.key}`, describeShortage(shortage));
  return stage;
}

function readEscalations(place: Place): Escalation[] {
  const escalations = readEach(place, readEscalation, "nothing would escalate");
  if (escalations.length <= MAX_ESCALATIONS) return escalations;
  throw place.fault(place.field, `must have at most ${MAX_ESCALATIONS} members`);
}

function readEscalation(place: Place): Escalation {
  const members = readMembers(place, ["after", "afterMs", "to", "notify"]);
  const afterMs = readClock(members, "after");
  if (afterMs === undefined)
    throw place.fault(`${place.field}.after`, "is missing: give after, such as 8h, or afterMs");
  // Lists may be empty here, but not both: so they are in terms that were read before.
  const to = readOptional(members, "to", (at) => (isEmptyList(at) ? [] : readApprovers(at))) ?? [];
  const notify = readOptional(members, "notify", (at) => (isEmptyList(at) ? [] : readNotified(at))) ?? [];
  if (to.length + notify.length === 0) throw place.fault(place.field, "must have to, notify or both");
  return { afterMs, to, notify };
}

function readApprovers(place: Place): string[] {
  return [...new Set(readEach(place, readApprover, NOBODY))];
}

function readNotified(place: Place): string[] {
  return [...new Set(readEach(place, readApproverName, "nobody would hear of it"))];
}

function readApprover(place: Place): string {
  const { value, field, fault } = place;
  if (typeof value === "string" && !value.startsWith(CONDITION_PREFIX)) return readApproverName(place);
  const when = typeof value === "string" ? value.slice(CONDITION_PREFIX.length) : undefined;
  const text = when === undefined ? readMembers(place, ["when"]).need("when") : { value: when, field, fault };
  return CONDITION_PREFIX + readText(text, MAX_CONDITION_CHARS);
}

function readApproverName({ value, field, fault }: Place): string {
  if (typeof value === "string" && isApproverName(value)) return value;
  throw fault(field, "must be user:, role: or group: and a name, such as group:finance");
}

function readExclusions(place: Place): ApprovalTerms["exclude"] {
  return isEmptyList(place) ? [] : readEach(place, (each) => readWord(each, EXCLUSIONS));
}

function readReasonNeed({ value, field, fault }: Place): ApprovalTerms["requireReason"] {
  if (typeof value === "boolean" || value === "on_reject") return value;
  throw fault(field, "must be true, false or on_reject");
}

function readPatterns(place: Place): string[] {
  const patterns = readEach(place, (each) => readText(each, MAX_PATTERN_CHARS), "no form would be asked for");
  return [...new Set(patterns)];
}

function readEditable(place: Place): ApprovalTerms["edit"] {
  const allow = readEach(readMembers(place, ["allow"]).need("allow"), readPointer, "nothing could be changed");
  return { allow: [...new Set(allow)] };
}

function readVotes(place: Place): number {
  return readCount(place, MAX_STAGE_VOTES);
}

function describeShortage({ people, votes }: Headcount): string {
  return `can't be met: ${votes} votes of ${people === 1 ? "the only person" : `the ${people} people`} named`;
}

function isEmptyList({ value }: Place): boolean {
  return Array.isArray(value) && value.length === 0;
}

function readOptional<Value>(members: Members, name: string, read: (place: Place) => Value): Value | undefined {
  const member = members.at(name);
  return member && read(member);
}

function withDefined<Name extends string, Value>(name: Name, value: Value | undefined): { [Key in Name]?: Value } {
  return (value === undefined ? {} : { [name]: value }) as { [Key in Name]?: Value };
}
