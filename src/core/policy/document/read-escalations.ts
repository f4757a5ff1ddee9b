import type { Escalation } from "../../../contract/approval-terms.ts";
import { MAX_ESCALATIONS } from "../limits.ts";
import { addFault, type Cursor, readItems, readMap } from "./cursor.ts";
import { readClockMs, readMember, requireKeys } from "./limit-cursors.ts";
import { type ApproverContext, readApprovers, readNotified } from "./read-approvers.ts";

const KEYS = { known: ["after", "to", "notify"] };

/** Reads `escalate`: one mapping or a list of them. */
export function readEscalations(cursor: Cursor, context: ApproverContext): Escalation[] | undefined {
  const items = readItems(cursor);
  if (items === undefined) return undefined;
  if (items.length > MAX_ESCALATIONS) return addFault(cursor, `A stage has at most ${MAX_ESCALATIONS} escalations`);
  const escalations = items.map((item) => readEscalation(item, context));
  return escalations.filter((escalation) => escalation !== undefined);
}

function readEscalation(cursor: Cursor, context: ApproverContext): Escalation | undefined {
  const members = readMap(cursor, KEYS);
  if (members === undefined) return undefined;
  requireKeys(cursor, members, ["after"]);
  if (!members.has("to") && !members.has("notify")) addFault(cursor, "This escalates to nobody", "name to or notify");
  const afterMs = readMember(members, "after", readClockMs);
  const to = readMember(members, "to", (at) => readApprovers(at, context)) ?? [];
  const notify = readMember(members, "notify", readNotified) ?? [];
  return afterMs === undefined ? undefined : { afterMs, to, notify };
}
