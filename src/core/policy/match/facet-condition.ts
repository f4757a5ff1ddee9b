import type { CallFacts } from "../call.ts";
import { addFault, type Cursor, readBoolean, readItems, readMap } from "../document/cursor.ts";
import { allOf, anyOf, type Truth, truthOf } from "../truth.ts";
import { type Condition, type MatchContext, quantify } from "./condition.ts";
import type { MatchFieldName } from "./match-fields.ts";

/** What one key of a mapping asks of a command, path, address or statement. */
export interface KeyTest<Item> {
  /** For people. */
  readonly expected: readonly string[];
  /** Whether it holds of one. */
  readonly holds: (item: Item) => Truth;
}

/** Makes the test of one key; undefined after a fault. */
export type KeyReader<Item> = (cursor: Cursor, context: MatchContext) => KeyTest<Item> | undefined;

/** A field of `match` that asks about the things that a call does. */
export interface FacetField<Item> {
  /** Its name in the document. */
  readonly field: MatchFieldName;
  /** How each key of its mappings is read. */
  readonly keys: Readonly<Record<string, KeyReader<Item>>>;
  /** What the call does. */
  readonly itemsOf: (facts: CallFacts) => readonly Item[];
  /** Whether a thing may not be there at all, because nothing of it can be known. */
  readonly mayBeNothing: (item: Item) => boolean;
  /** A thing in few words for explanations; without anything that may be secret. */
  readonly describe: (item: Item) => string;
}

/** One mapping: all of its keys must hold of the same thing. */
interface Alternative<Item> {
  readonly tests: readonly KeyTest<Item>[];
  readonly isOptional: boolean;
}

/**
 * Reads such a field: a mapping, a list of mappings any of which may fit, or the word `none`. A mapping with
 * `optional: true` holds also of a call that has no such thing.
 */
export function readFacetCondition<Item>(
  cursor: Cursor,
  context: MatchContext,
  facet: FacetField<Item>,
): Condition | undefined {
  const sees = (facts: CallFacts): readonly string[] => facet.itemsOf(facts).map(facet.describe);
  const { field } = facet;
  if (cursor.node.kind === "scalar" && cursor.node.value === "none")
    return { field, expected: ["none"], holds: (facts) => hasNone(facet, facts), sees };
  const items = readItems(cursor);
  const read = items?.map((item) => readAlternative(item, context, facet.keys));
  const alternatives = read?.filter((alternative) => alternative !== undefined) ?? [];
  if (alternatives.length === 0) return undefined;
  const isOptional = alternatives.some((alternative) => alternative.isOptional);
  return {
    field,
    expected: alternatives.flatMap(({ tests }) => tests.flatMap(({ expected }) => expected)),
    holds: (facts) => {
      const things = facet.itemsOf(facts);
      if (things.length === 0) return truthOf(isOptional);
      return quantify(context.quantifier, things, (thing) =>
        anyOf(alternatives, ({ tests }) => allOf(tests, (test) => test.holds(thing))),
      );
    },
    sees,
  };
}

function hasNone<Item>({ itemsOf, mayBeNothing }: FacetField<Item>, facts: CallFacts): Truth {
  const items = itemsOf(facts);
  if (items.length === 0) return "yes";
  return items.every(mayBeNothing) ? "unknown" : "no";
}

function readAlternative<Item>(
  cursor: Cursor,
  context: MatchContext,
  readers: FacetField<Item>["keys"],
): Alternative<Item> | undefined {
  const members = readMap(cursor, { known: [...Object.keys(readers), "optional"] });
  if (members === undefined) return undefined;
  const optional = members.get("optional");
  const tests = Object.entries(readers).flatMap(([key, read]) => {
    const member = members.get(key);
    return (member && read(member, context)) ?? [];
  });
  const isOptional = (optional && readBoolean(optional)) ?? false;
  if (members.size > (optional === undefined ? 0 : 1)) return { tests, isOptional };
  return addFault(cursor, "This mapping asks for nothing", `give it one of ${Object.keys(readers).join(", ")}`);
}
