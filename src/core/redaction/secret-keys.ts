import {
  ABOUT_WORDS,
  CLOSING_WORDS,
  COUNTING_WORDS,
  SECRET_ENDINGS,
  SECRET_NAMES,
  SECRET_PARTS,
  SECRET_QUERY_NAMES,
  SECRET_WHOLE_NAMES,
} from "./secret-names.ts";
import { type NameWords, splitWords } from "./split-words.ts";

/** What a key says of its value: nothing, that it is secret, or that it is unless it is a mere count. */
export type KeyMeaning = "plain" | "secret" | "secret_unless_count";

/** Judges keys of objects, headers, parameters and assignments by their names. */
export interface KeyJudge {
  /** What the key says of its value. */
  judge(key: string): KeyMeaning;
  /** The same for a parameter of a URL, where some more names are secret. */
  judgeParameter(key: string): KeyMeaning;
  /** Whether a word may be the last of a secret's name that is written in several. Quick, to spare the next question. */
  mayCloseName(word: string): boolean;
  /** Whether a phrase ends with the name of a secret, such as `the card number`. */
  endsWithSecret(phrase: string): boolean;
}

/** Judgements that are kept, and the longest key that is worth it. Keys repeat; hostile ones must not fill the memory. */
const MAX_KEPT = 2_000;
const MAX_KEPT_LENGTH = 64;

const WHOLE_NAMES = new Set(SECRET_WHOLE_NAMES);
const ABOUT = new Set(ABOUT_WORDS);
const COUNTING = new Set(COUNTING_WORDS);
const QUERY_NAMES = new Set(SECRET_QUERY_NAMES);

/** A judge that knows the built-in names and these further ones. */
export function createKeyJudge(extraKeyPatterns: readonly string[]): KeyJudge {
  const names = createNameSet(extraKeyPatterns);
  const kept = new Map<string, KeyMeaning>();

  function judge(key: string): KeyMeaning {
    const known = kept.get(key);
    if (known !== undefined) return known;
    const meaning = judgeName(splitWords(key), names);
    if (kept.size >= MAX_KEPT) kept.clear();
    if (key.length <= MAX_KEPT_LENGTH) kept.set(key, meaning);
    return meaning;
  }

  return {
    judge,
    judgeParameter: (key) => (QUERY_NAMES.has(key.toLowerCase()) ? "secret" : judge(key)),
    mayCloseName: (word) => names.closing.has(word.toLowerCase()),
    endsWithSecret: (phrase) => {
      const { words } = splitWords(phrase);
      return findLastName(words, names) === words.length - 1;
    },
  };
}

interface NameSet {
  readonly names: ReadonlySet<string>;
  /** Words of the longest name when all of its words are written apart. */
  readonly maxWords: number;
  /** Last words of names that are written in several. */
  readonly closing: ReadonlySet<string>;
}

/** Words that a built-in name is written in at most, `a pi ke y` in a careless case among them. */
const BUILT_IN_MAX_WORDS = 4;

function createNameSet(extra: readonly string[]): NameSet {
  const further = extra.map((pattern) => splitWords(pattern).words).filter((words) => words.length > 0);
  return {
    names: new Set([...SECRET_NAMES, ...further.map((words) => toSingular(words.join("")))]),
    maxWords: Math.max(BUILT_IN_MAX_WORDS, ...further.map((words) => words.length)),
    closing: new Set([...CLOSING_WORDS, ...further.flatMap((words) => words.slice(-1))]),
  };
}

function judgeName({ chunks, words }: NameWords, names: NameSet): KeyMeaning {
  if (WHOLE_NAMES.has(chunks.join(""))) return "secret";
  const byCase = withoutNumbers(words);
  const end = findLastName(byCase, names);
  if (end < 0) {
    const bySeparators = withoutNumbers(chunks);
    return findLastName(bySeparators, names) < 0 ? "plain" : secretUnlessCounting(bySeparators);
  }
  const isAbout = byCase
    .slice(end + 1)
    .slice(-1)
    .some((word) => ABOUT.has(word));
  return isAbout ? "plain" : secretUnlessCounting(byCase);
}

function secretUnlessCounting(words: readonly string[]): KeyMeaning {
  const counts =
    words.some((word) => word.endsWith("tokens")) ||
    (words.includes("token") && words.some((word) => COUNTING.has(word)));
  return counts ? "secret_unless_count" : "secret";
}

/** Index of the word that ends the last name of a secret among the words, or -1. */
function findLastName(words: readonly string[], names: NameSet): number {
  return words.findLastIndex(
    (word, end) =>
      isSecretWord(word) || endsName(words.slice(Math.max(0, end + 1 - names.maxWords), end + 1), names.names),
  );
}

function endsName(words: readonly string[], names: ReadonlySet<string>): boolean {
  let name = "";
  for (const word of words.toReversed()) {
    name = word + name;
    if (names.has(toSingular(name))) return true;
  }
  return false;
}

/** Whether a word written in one holds the name of a secret. */
function isSecretWord(word: string): boolean {
  const singular = toSingular(word);
  return SECRET_PARTS.some((part) => word.includes(part)) || SECRET_ENDINGS.some((ending) => singular.endsWith(ending));
}

function withoutNumbers(words: readonly string[]): readonly string[] {
  return words.filter((word) => !/^\d+$/.test(word));
}

function toSingular(word: string): string {
  return word.endsWith("s") && !word.endsWith("ss") ? word.slice(0, -1) : word;
}
