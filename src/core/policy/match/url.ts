import { addFault } from "../document/cursor.ts";
import type { ConditionReader } from "./condition.ts";

/** Reads `match.url`. */
export const readUrlCondition: ConditionReader = (cursor) => addFault(cursor, "Not supported yet");
