import { MAX_PRIORITY } from "../limits.ts";
import type { IntegerRange } from "./cursor.ts";

/** Priority of a rule that names none. */
export const DEFAULT_PRIORITY = 100;

/** Priorities that a rule may have. */
export const PRIORITY_RANGE: IntegerRange = { min: -MAX_PRIORITY, max: MAX_PRIORITY };
