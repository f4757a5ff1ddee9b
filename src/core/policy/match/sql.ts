import { addFault } from "../document/cursor.ts";
import type { ConditionReader } from "./condition.ts";

/** Reads `match.sql`. */
export const readSqlCondition: ConditionReader = (cursor) => addFault(cursor, "Not supported yet");
