import { addFault, type Cursor, readItems, readMap } from "../document/cursor.ts";
import type { Condition, MatchContext } from "./condition.ts";
import { MATCH_FIELD_NAMES, MATCH_FIELDS } from "./match-fields.ts";

const MATCH_KEYS = { known: [...MATCH_FIELD_NAMES, "tool"] };

/** One alternative that has no conditions: it matches every call. */
export const MATCHES_ALL: readonly (readonly Condition[])[] = Object.freeze([Object.freeze([])]);

/** Reads a rule's `match`: a mapping whose fields must all hold, or a list of such mappings any of which may hold. */
export function readMatch(cursor: Cursor, context: MatchContext): readonly (readonly Condition[])[] {
  const items = readItems(cursor) ?? [];
  return Object.freeze(items.map((item) => Object.freeze(readAlternative(item, context))));
}

function readAlternative(cursor: Cursor, context: MatchContext): Condition[] {
  const members = readMap(cursor, MATCH_KEYS);
  if (members === undefined) return [];
  const tool = members.get("tool");
  if (tool !== undefined && members.has("action"))
    addFault(tool, "tool means the same as action; only one can stand here");
  const conditions: Condition[] = [];
  for (const field of MATCH_FIELD_NAMES) {
    const member = members.get(field) ?? (field === "action" ? tool : undefined);
    const condition = member && MATCH_FIELDS[field](member, context);
    if (condition !== undefined) conditions.push(Object.freeze(condition));
  }
  return conditions;
}
