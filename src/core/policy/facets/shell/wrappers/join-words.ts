import type { Word } from "../command.ts";

/** Words put together with spaces between them, as those do that make text for a shell of them. */
export function joinWords(words: readonly Word[], separator = " "): Word {
  return {
    text: words.map(({ text }) => text).join(separator),
    isOpaque: words.some(({ isOpaque }) => isOpaque),
    isGlob: false,
    mayBeMany: words.some(({ mayBeMany }) => mayBeMany),
  };
}
