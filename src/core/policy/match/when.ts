import { type Cursor, readText } from "../document/cursor.ts";
import type { Position } from "../document/faults.ts";
import { readCel } from "./cel/read-cel.ts";
import type { ConditionReader } from "./condition.ts";

/** Reads `match.when`: a condition in CEL over `input`, `action`, `actor`, `run`, `risk` and `sets`. */
export const readWhenCondition: ConditionReader = (cursor, context) => {
  const expression = readText(cursor, { min: 1, max: Infinity });
  if (expression === undefined) return undefined;
  const read = readCel(expression, context);
  if ("condition" in read) return { field: "when", expected: [expression], ...read.condition };
  for (const { message, hint, start } of read.faults) {
    cursor.log.add(message, { at: placeIn(cursor, start), path: cursor.path, hint });
  }
  return undefined;
};

/** The place of a character of the expression, where the document's text shows it as it is; else that of the whole. */
function placeIn({ node }: Cursor, start: number): Position | undefined {
  if (node.kind !== "scalar" || node.textAt === undefined) return node.at;
  return { line: node.textAt.line, column: node.textAt.column + start };
}
