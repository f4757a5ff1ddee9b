import { MAX_SEARCHED_CHARS } from "../limits.ts";
import { type Truth, truthOf } from "../truth.ts";
import type { MatchContext } from "./condition.ts";
import type { Pattern } from "./patterns.ts";

/** A text that is searched. */
export interface SearchedText {
  /** The text, or its beginning. */
  readonly text: string;
  /** Whether there is more than that, unknown or too long to be looked at. */
  readonly isCut: boolean;
}

/**
 * Whether one of the patterns fits a text. What a regex finds in the beginning of a longer text is enough for a rule that
 * restricts, but not for one that permits: the end could belie an anchor.
 */
export function searchText(
  { text, isCut }: SearchedText,
  patterns: readonly Pattern[],
  quantifier: MatchContext["quantifier"],
): Truth {
  if (!isCut && text.length <= MAX_SEARCHED_CHARS) return truthOf(patterns.some((pattern) => pattern.matches(text)));
  if (quantifier === "every") return "unknown";
  const beginning = text.slice(0, MAX_SEARCHED_CHARS);
  return patterns.some(({ kind, matches }) => kind === "regex" && matches(beginning)) ? "yes" : "unknown";
}
