import { addFault, type Cursor, readText } from "../document/cursor.ts";
import { type Flags, type Presence, strongest } from "../facets/shell/programs/flags.ts";
import { MAX_PATTERN_CHARS } from "../limits.ts";
import { anyOf, type Truth } from "../truth.ts";
import { settle } from "./command-test.ts";
import { readWordPattern, type WordPattern } from "./command-word.ts";
import type { MatchContext } from "./condition.ts";

/** An option that a rule asks for. */
export interface FlagQuery {
  /** With its dashes. */
  readonly name: string;
  /** What one of its values must fit; undefined for any value, or none. */
  readonly value: WordPattern | undefined;
}

/** Reads `--force`, `-f`, `-delete`, `--prune=now*`, or `--` for the word behind which no options stand. */
export function readFlagQuery(cursor: Cursor, context: MatchContext): FlagQuery | undefined {
  const text = readText(cursor, { min: 1, max: MAX_PATTERN_CHARS });
  if (text === undefined) return undefined;
  const [, name, value] = /^(-[^\s=]+)(?:=(.*))?$/s.exec(text) ?? [];
  if (name === undefined)
    return addFault(cursor, "An option begins with a dash and has no space", "for example --force");
  if (value === undefined) return { name, value: undefined };
  const pattern = readWordPattern(cursor, context, value);
  return pattern && { name, value: pattern };
}

/** Whether an option stands on a command; `isRestricting` as in `settle`. */
export function hasFlag(flags: readonly Flags[], { name, value }: FlagQuery, isRestricting: boolean): Truth {
  const presence = findPresence(flags, name);
  if (value === undefined || presence === "no" || presence === "unknown") return settle(presence, isRestricting);
  const words = flags.flatMap((known) => known.valuesOf(name));
  const fit = anyOf(words, value.fits);
  if (fit === "yes") return settle(presence, isRestricting);
  // Beside a word that can't be known, the option may stand once more, with another value.
  return fit === "no" && presence === "yes" ? "no" : "unknown";
}

function findPresence(flags: readonly Flags[], name: string): Presence {
  let best: Presence = "no";
  for (const known of flags) best = strongest(best, known.presenceOf(name));
  return best;
}
