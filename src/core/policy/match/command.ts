import { addFault } from "../document/cursor.ts";
import type { ConditionReader } from "./condition.ts";

/** Reads `match.command`. */
export const readCommandCondition: ConditionReader = (cursor) => addFault(cursor, "Not supported yet");
