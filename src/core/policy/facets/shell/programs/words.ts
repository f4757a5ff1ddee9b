import { UNKNOWN, type Word } from "../command.ts";

/** A word of plain text. */
export function toWord(text: string): Word {
  const isOpaque = text.includes(UNKNOWN);
  return { text, isOpaque, isGlob: false, mayBeMany: false };
}

/** The rest of a word. */
export function sliceWord(word: Word, from: number): Word {
  const text = word.text.slice(from);
  return { text, isOpaque: text.includes(UNKNOWN), isGlob: false, mayBeMany: word.mayBeMany };
}

/**
 * A word whose special characters of a glob are parts that can't be known: nobody knows which files there are. A refspec is
 * no glob: no files have such names, and git reads the star itself.
 */
export function openGlob(word: Word): Word {
  if (!word.isGlob) return word;
  const filling = /^\+?refs\//.test(word.text) ? undefined : UNKNOWN;
  const text = word.text.replace(
    /\\([^])|\[[^\]]*\]|[*?]/g,
    (special, escaped?: string) => escaped ?? filling ?? special,
  );
  return { text, isOpaque: text.includes(UNKNOWN), isGlob: true, mayBeMany: word.mayBeMany };
}
