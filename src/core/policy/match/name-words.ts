import { addFault, type Cursor, readEach, readMap, readText } from "../document/cursor.ts";
import { splitNameWords } from "../facets/names/name-words.ts";
import { truthOf } from "../truth.ts";
import type { ConditionReader } from "./condition.ts";

const KEYS = { known: ["any", "none"] };

/** Reads `match.name_words`: whole words of the action's name, of which `any` must be there and of `none` not one. */
export const readNameWordsCondition: ConditionReader = (cursor) => {
  const members = readMap(cursor, KEYS);
  if (members === undefined) return undefined;
  if (members.size === 0) return addFault(cursor, "This names no words", "give any or none a list of words");
  const any = readWords(members.get("any"));
  const none = readWords(members.get("none"));
  return {
    field: "name_words",
    isOnName: true,
    expected: [...(any ?? []), ...[...(none ?? [])].map((word) => `not ${word}`)],
    holds: ({ facets: { nameWords } }) => {
      if (any !== undefined && !hasAny(nameWords, any)) return "no";
      return truthOf(none === undefined || !hasAny(nameWords, none));
    },
    sees: ({ facets }) => [...facets.nameWords],
  };
};

/** Names have fewer words than lists. */
function hasAny(nameWords: ReadonlySet<string>, wanted: ReadonlySet<string>): boolean {
  for (const word of nameWords) {
    if (wanted.has(word)) return true;
  }
  return false;
}

function readWords(cursor: Cursor | undefined): ReadonlySet<string> | undefined {
  const words = cursor && readEach(cursor, readNameWord);
  return words && new Set(words);
}

/** One word as names are split into: what they would be split at would never be found. */
function readNameWord(cursor: Cursor): string | undefined {
  const word = readText(cursor, { min: 1, max: 200 });
  if (word === undefined || splitNameWords(word).has(word)) return word;
  return addFault(cursor, "A word of a name is written in lower case, without spaces or signs");
}
