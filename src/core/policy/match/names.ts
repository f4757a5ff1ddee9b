import type { CallFacts } from "../call.ts";
import { addFault, type Cursor, readEach, readText, readWord } from "../document/cursor.ts";
import { type Truth, truthOf } from "../truth.ts";
import type { ConditionReader } from "./condition.ts";
import type { MatchFieldName } from "./match-fields.ts";

/** Reads a field that holds one of few words, such as the risk. */
export function wordsReader(
  field: MatchFieldName,
  words: readonly string[],
  sees: (facts: CallFacts) => string | undefined,
): ConditionReader {
  return (cursor) => {
    const expected = readEach(cursor, (item) => readWord(item, words));
    if (expected === undefined) return undefined;
    const holds = (facts: CallFacts): Truth => {
      const seen = sees(facts);
      return truthOf(seen !== undefined && expected.includes(seen));
    };
    return { field, expected, holds, sees };
  };
}

/** Reads a field that holds a name, or several any of which may be one of the expected, such as the actor's roles. */
export function namesReader(
  field: MatchFieldName,
  sees: (facts: CallFacts) => string | readonly string[] | undefined,
): ConditionReader {
  return (cursor) => {
    const names = readEach(cursor, readName);
    if (names === undefined) return undefined;
    const expected = new Set(names);
    const holds = (facts: CallFacts): Truth => {
      const seen = sees(facts);
      if (seen === undefined) return "no";
      return truthOf(typeof seen === "string" ? expected.has(seen) : seen.some((name) => expected.has(name)));
    };
    return { field, expected: names, holds, sees };
  };
}

/** A role, group, scope, tenant, subject or run, in the characters that principals' names have. */
function readName(cursor: Cursor): string | undefined {
  const name = readText(cursor, { min: 1, max: 200 });
  if (name === undefined) return undefined;
  if (!/^[\x21-\x7e]+$/.test(name))
    return addFault(cursor, "A name consists of visible ASCII characters without space");
  if (!/[*?]|^~|^re:/.test(name)) return name;
  return addFault(cursor, "Names are compared as they stand; patterns are supported for action only");
}
