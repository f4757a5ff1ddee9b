import { checkApproverCondition } from "../../approval/approver-condition.ts";
import type { MatchContext } from "../match/condition.ts";
import { addCelFaults } from "../match/when.ts";
import { CONDITION_PREFIX, isApproverName } from "./approval-values.ts";
import { addFault, type Cursor, readEach, readMap, readText } from "./cursor.ts";

/** What approvers are read with: regexes in their conditions are the document's expense. */
export type ApproverContext = Pick<MatchContext, "budget">;

const CONDITION_KEYS = { known: ["when"] };

/** Reads who may vote: names, conditions, and sets of names. */
export function readApprovers(cursor: Cursor, context: ApproverContext): string[] | undefined {
  return refuseNobody(
    cursor,
    readEach(cursor, (item) => (item.node.kind === "map" ? readCondition(item, context) : readApproverName(item))),
  );
}

/** Reads who only hears of something: names, and sets of names. */
export function readNotified(cursor: Cursor): string[] | undefined {
  return refuseNobody(cursor, readEach(cursor, readApproverName));
}

/** A list that names nothing but empty sets reads as an empty one. */
function refuseNobody(cursor: Cursor, names: readonly string[] | undefined): string[] | undefined {
  if (names?.length === 0) return addFault(cursor, "The sets named here are empty, so this is nobody");
  return names && [...names];
}

function readApproverName(cursor: Cursor): string | undefined {
  const name = readText(cursor, { min: 1, max: Infinity });
  if (name === undefined || isApproverName(name)) return name;
  const hint = name.startsWith(CONDITION_PREFIX) ? "a condition is written { when: '…' }" : "for example group:finance";
  return addFault(cursor, "An approver is user:, role: or group: and a name", hint);
}

/** `{ when: '…' }`: whoever the condition holds of. */
function readCondition(cursor: Cursor, { budget }: ApproverContext): string | undefined {
  const when = readMap(cursor, CONDITION_KEYS)?.get("when");
  if (when === undefined) return addFault(cursor, "An approver is a name, or a mapping with when");
  const text = readText(when, { min: 1, max: Infinity });
  if (text === undefined) return undefined;
  const faults = checkApproverCondition(text, budget);
  return faults.length === 0 ? CONDITION_PREFIX + text : addCelFaults(when, faults);
}
