import { addFault } from "../document/cursor.ts";
import type { ConditionReader } from "./condition.ts";

/** Reads `match.path`. */
export const readPathCondition: ConditionReader = (cursor) => addFault(cursor, "Not supported yet");
