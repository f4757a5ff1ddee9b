import { addFault } from "../document/cursor.ts";
import type { ConditionReader } from "./condition.ts";

/** Reads `match.path_patterns`. */
export const readPathPatternsCondition: ConditionReader = (cursor) => addFault(cursor, "Not supported yet");
