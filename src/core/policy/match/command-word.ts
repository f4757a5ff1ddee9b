import { addFault, type Cursor } from "../document/cursor.ts";
import type { DocumentNode } from "../document/document-tree.ts";
import type { Word } from "../facets/shell/command.ts";
import { MAX_SEARCHED_CHARS } from "../limits.ts";
import { type Truth, truthOf } from "../truth.ts";
import { compileWord, compileWordGlob, type WordGlob } from "./command-glob.ts";
import type { MatchContext } from "./condition.ts";
import { readPattern } from "./read-pattern.ts";

/** A pattern for words of commands. */
export interface WordPattern {
  /** The very word that fits, when it is only one. */
  readonly exact?: string;
  /** Whether a text of which all is known fits. */
  readonly fitsText: (text: string) => boolean;
  /** Whether a word fits; unknown where that depends on a part of it that can't be known. */
  readonly fits: (word: Word) => Truth;
}

/** Reads a pattern for words, given in place of what stands at the cursor where that is written shorter; undefined after a fault. */
export function readWordPattern(cursor: Cursor, context: MatchContext, inPlace?: string): WordPattern | undefined {
  if (cursor.node.kind === "scalar" && cursor.node.value === "") return addFault(cursor, "This must not be empty");
  const node: DocumentNode =
    inPlace === undefined ? cursor.node : { kind: "scalar", value: inPlace, at: cursor.node.at };
  const pattern = readPattern({ ...cursor, node }, context, { tilde: false });
  if (pattern === undefined) return undefined;
  const { kind, source } = pattern;
  if (kind === "regex") return { fitsText: pattern.matches, fits: (word) => searchWord(word, pattern.matches) };
  const glob = kind === "exact" ? compileWord(source) : compileWordGlob(source);
  if (kind === "glob") return { fitsText: glob.fitsAlways, fits: (word) => fitGlob(word, glob) };
  return {
    exact: source,
    fitsText: pattern.matches,
    fits: (word) => (isKnown(word) ? truthOf(word.text === source) : fitGlob(word, glob)),
  };
}

function isKnown(word: Word): boolean {
  return !word.isOpaque && !word.mayBeMany;
}

function searchWord(word: Word, matches: (text: string) => boolean): Truth {
  if (!isKnown(word) || word.text.length > MAX_SEARCHED_CHARS) return "unknown";
  return truthOf(matches(word.text));
}

function fitGlob({ text, isOpaque, mayBeMany, isGlob }: Word, glob: WordGlob): Truth {
  if (text.length > MAX_SEARCHED_CHARS) return "unknown";
  // An expansion that is split into words may make one of any text.
  if (mayBeMany && !isGlob) return "unknown";
  if (glob.fitsAlways(text)) return "yes";
  return isOpaque && glob.fitsSometimes(text) ? "unknown" : "no";
}
