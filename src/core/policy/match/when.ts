import { type Cursor, readText } from "../document/cursor.ts";
import type { Position } from "../document/faults.ts";
import { readCel } from "./cel/read-cel.ts";
import type { CelFault } from "./cel/scope.ts";
import { CALL_LANGUAGE, callVariables } from "./cel/variables.ts";
import type { ConditionReader } from "./condition.ts";

/** Reads `match.when`: a condition in CEL over `input`, `action`, `actor`, `run`, `risk` and `sets`. */
export const readWhenCondition: ConditionReader = (cursor, { budget, sets }) => {
  const expression = readText(cursor, { min: 1, max: Infinity });
  if (expression === undefined) return undefined;
  const read = readCel(expression, { budget, sets, language: CALL_LANGUAGE });
  if ("faults" in read) return addCelFaults(cursor, read.faults);
  const { places, ask, show } = read.condition;
  const asksInput = places.some((place) => /^input\b/.test(place));
  return {
    field: "when",
    expected: [expression],
    holds: (facts) => (asksInput && facts.facets.input.isCut ? "unknown" : ask(callVariables(facts))),
    sees: (facts) => show(callVariables(facts)),
  };
};

/** Reports what is wrong with the expression at a cursor, each fault at its own character where the document's text shows it. */
export function addCelFaults(cursor: Cursor, faults: readonly CelFault[]): undefined {
  for (const { message, hint, start } of faults) {
    cursor.log.add(message, { at: placeIn(cursor, start), path: cursor.path, hint });
  }
}

/** The place of a character of the expression, where the document's text shows it as it is; else that of the whole. */
function placeIn({ node }: Cursor, start: number): Position | undefined {
  if (node.kind !== "scalar" || node.textAt === undefined) return node.at;
  return { line: node.textAt.line, column: node.textAt.column + start };
}
