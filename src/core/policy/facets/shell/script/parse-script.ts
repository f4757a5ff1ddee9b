import { parse, type ParsedScript } from "unbash";
import { MAX_SHELL_MARKS, MAX_SHELL_REREAD_CHARS } from "../../../limits.ts";
import type { Reading } from "../reading.ts";

/** Parses a script; undefined when it can't be parsed in time or space that is worth it. */
export function parseScript(reading: Reading, text: string): ParsedScript | undefined {
  reading.charsLeft -= text.length;
  if (reading.charsLeft < 0 || !isCheap(text)) return undefined;
  try {
    return parse(text);
  } catch {
    // Too deep for the stack.
    return undefined;
  }
}

/** Whether a text is far from those for which the parser needs much more time than for what people write. */
function isCheap(text: string): boolean {
  const { length } = text;
  // Marks of two characters can't be many enough here.
  if (length * length <= 2 * MAX_SHELL_REREAD_CHARS) return true;
  if (length > MAX_SHELL_MARKS && countMatches(text, /[;&|<>()`$'"\\{}[\]]/g) > MAX_SHELL_MARKS) return false;
  return (
    length * countMatches(text, /<</g) <= MAX_SHELL_REREAD_CHARS &&
    length * countMatches(text, /\$\(\(|\$\[/g) <= MAX_SHELL_REREAD_CHARS
  );
}

function countMatches(text: string, pattern: RegExp): number {
  return text.match(pattern)?.length ?? 0;
}
