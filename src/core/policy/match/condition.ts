import type { CallFacts } from "../call.ts";
import type { Cursor } from "../document/cursor.ts";
import { allOf, anyOf, type Truth } from "../truth.ts";
import type { TextIndex } from "./text-index.ts";
import type { MatchFieldName } from "./match-fields.ts";

/** One field of a rule's `match`, read and ready to be asked. All conditions of an alternative must hold. */
export interface Condition {
  /** The field's name in the document. */
  readonly field: MatchFieldName;
  /** What the document asks for, as short texts for people. */
  readonly expected: readonly string[];
  /** The only action names with which it can hold, when those are known; the index by name is built from it. */
  readonly onlyActions?: ReadonlySet<string>;
  /** Texts at least one of which a whole flattened input must have for it to hold, in any letter case, by their numbers in an index. */
  readonly requires?: RequiredTexts;
  /** Whether it looks at nothing of a call but the action's name; it then answers yes or no. */
  readonly isOnName?: true;
  /** Whether it holds. Never throws. */
  readonly holds: (facts: CallFacts) => Truth;
  /** What it looks at in a call, for explanations; undefined when the call has nothing there. */
  readonly sees: (facts: CallFacts) => string | readonly string[] | undefined;
}

/** See {@link Condition.requires}. */
export interface RequiredTexts {
  /** The document's. */
  readonly index: TextIndex;
  readonly numbers: readonly number[];
}

/** What reading one document's conditions adds up. */
export interface PatternBudget {
  /** See `MAX_DOCUMENT_PATTERN_COST`. */
  spent: number;
  /** Texts without which the document's regexes over inputs find nothing. */
  requiredTexts?: TextIndex;
}

/** What a condition is read with. */
export interface MatchContext {
  /** Shared by the whole document. */
  readonly budget: PatternBudget;
  /**
   * Of a call's several commands, paths, addresses or statements: a rule that restricts holds when `any` fits,
   * one that permits only when there are some and `every` one fits, or else `git status; rm -rf /` would pass as git.
   */
  readonly quantifier: "any" | "every";
  /** Whether this is the older rule form: globs as fnmatch reads them, a leading `~` is a regex everywhere, any path of several counts. */
  readonly isOlderForm: boolean;
  /** The document's named lists, as conditions in CEL see them. */
  readonly sets: ReadonlyMap<string, readonly string[]>;
}

/** Makes the condition of one field; undefined after a fault, and for a field that counts as absent. */
export type ConditionReader = (cursor: Cursor, context: MatchContext) => Condition | undefined;

/** Asks all of a call's parts as the quantifier says; a call without any never fits. */
export function quantify<Item>(
  quantifier: MatchContext["quantifier"],
  items: readonly Item[],
  test: (item: Item) => Truth,
): Truth {
  if (items.length === 0) return "no";
  return quantifier === "any" ? anyOf(items, test) : allOf(items, test);
}
