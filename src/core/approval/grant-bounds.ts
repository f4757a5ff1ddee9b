import { addFault, type Cursor } from "../policy/document/cursor.ts";
import { entriesOf } from "../policy/document/document-tree.ts";
import { FaultLog, formatFault } from "../policy/document/faults.ts";
import { isPointerInside, parsePointer } from "../policy/document/pointers.ts";
import { readObject } from "../policy/document/read-object.ts";
import { readValueTests, type ValueTest } from "../policy/match/args-tests.ts";
import type { MatchContext } from "../policy/match/condition.ts";
import type { PresentValue } from "../policy/match/json-path.ts";
import { valueAt } from "../guards/value-at.ts";

/** A grant's bounds, ready to be asked. */
export interface CompiledBounds {
  /** The bounded places, each as the keys that lead to it. */
  readonly places: readonly (readonly string[])[];
  /**
   * Whether an input keeps within all of them; what nobody can tell (a text where a number is compared) does not. Where nothing stands
   * only `exists: false` holds, and for null no comparator does.
   */
  readonly holds: (input: unknown) => boolean;
}

/** Bounds that can be asked, or the first thing that is wrong with them. */
export type GrantBoundsResult = { readonly bounds: CompiledBounds } | { readonly fault: string };

/** Places that one grant may bound. Our choice: more than a person reviews. */
export const MAX_BOUNDED_PLACES = 50;

/** Characters of a pointer that messages repeat. */
const MAX_SHOWN_CHARS = 60;

interface Bound {
  readonly pointer: string;
  readonly keys: readonly string[];
  readonly tests: readonly ValueTest[];
}

/**
 * Reads a grant's bounds: JSON pointers into an input, each with comparators of policy's `args` (`eq`, `ne`, `gt`, `gte`, `lt`, `lte`,
 * `in`, `not_in`, `glob`, `matches`, `exists`) as a rule that permits takes them. None at all are fine. Never throws.
 */
export function readGrantBounds(document: unknown): GrantBoundsResult {
  const log = new FaultLog();
  const node = readObject(document, log);
  const bounds = node === undefined ? [] : readBounds({ node, path: "", log });
  const [fault] = log.faults;
  if (fault !== undefined) return { fault: formatFault(fault) };
  return {
    bounds: {
      places: bounds.map(({ keys }) => keys),
      holds: (input) => bounds.every((bound) => isWithin(bound, input)),
    },
  };
}

function readBounds(cursor: Cursor): Bound[] {
  const { node } = cursor;
  const entries = entriesOf(node);
  if (node.kind !== "map") addFault(cursor, "Bounds must be a mapping of JSON pointers to comparators");
  if (entries.length > MAX_BOUNDED_PLACES) addFault(cursor, `A grant bounds at most ${MAX_BOUNDED_PLACES} places`);
  // One budget for the patterns of all bounds, as a document's rules have.
  const context: MatchContext = { budget: { spent: 0 }, quantifier: "every", isOlderForm: false, sets: new Map() };
  return entries
    .slice(0, MAX_BOUNDED_PLACES)
    .map(({ key, value }) => readBound(key, { ...cursor, node: value, path: key.slice(0, MAX_SHOWN_CHARS) }, context))
    .filter((bound) => bound !== undefined);
}

function readBound(pointer: string, cursor: Cursor, context: MatchContext): Bound | undefined {
  const keys = parsePointer(pointer);
  if (keys === undefined || !isPointerInside(pointer))
    return addFault(cursor, "This must be a JSON pointer", "for example /amountCents");
  if (cursor.node.kind !== "map")
    return addFault(cursor, "This must be a mapping of comparators", "for example { lte: 100 }");
  const tests = readValueTests(cursor, context);
  return tests && { pointer, keys, tests };
}

function isWithin({ pointer, tests }: Bound, input: unknown): boolean {
  const value = valueAt(input, pointer);
  if (value === undefined) return tests.every(({ missing }) => missing === "yes");
  return value !== null && tests.every(({ test }) => test(value as PresentValue) === "yes");
}
