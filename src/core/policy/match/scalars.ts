import { addFault, type Cursor } from "../document/cursor.ts";
import type { Truth } from "../truth.ts";

/** A single value that rules compare with. */
export type Scalar = string | number | boolean;

/** Reads a single value to compare with: text, a finite number, true or false. */
export function readScalar(cursor: Cursor): Scalar | undefined {
  const { node } = cursor;
  const value = node.kind === "scalar" ? node.value : undefined;
  if (value === null) return addFault(cursor, "Null can't be compared with", "ask with exists: false");
  if (value === undefined) return addFault(cursor, "This must be a single value");
  return typeof value === "number" && !Number.isFinite(value) ? addFault(cursor, "This must be a number") : value;
}

/**
 * Whether a value is one of those expected. Types are not mixed: where the expected number stands as a text, or the other
 * way round, nobody can tell what the action makes of it.
 */
export function compileMembership(expected: readonly Scalar[]): (value: Scalar) => Truth {
  const exact = new Set(expected);
  const readings = new Map(
    ["string", "number", "boolean"].map((type) => [
      type,
      new Set(expected.filter((each) => typeof each !== type).map(readLoosely)),
    ]),
  );
  return (value) => {
    if (exact.has(value)) return "yes";
    const others = readings.get(typeof value);
    return others !== undefined && others.size > 0 && others.has(readLoosely(value)) ? "unknown" : "no";
  };
}

/** How a lenient reader takes a value: `" 5.0"` as 5, `"True"` and 1 as true. */
function readLoosely(value: Scalar): string {
  const text = String(value).trim().toLowerCase();
  if (text === "true") return "1";
  if (text === "false") return "0";
  const number = Number(text);
  return text === "" || Number.isNaN(number) ? text : String(number);
}
