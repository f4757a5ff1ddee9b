import { MAX_EXPANDED_WORDS } from "../../../limits.ts";

const NUMBERS = /^([+-]?\d{1,15})\.\.([+-]?\d{1,15})(?:\.\.([+-]?\d{1,15}))?$/;
const LETTERS = /^([A-Za-z])\.\.([A-Za-z])(?:\.\.([+-]?\d{1,15}))?$/;

/**
 * What stands between the braces of `{1..3}` or `{a..e..2}`, as spellings: special characters among the letters are escaped.
 * `none` when it is no sequence, undefined when it is longer than may be known.
 */
export function expandSequence(text: string): readonly string[] | "none" | undefined {
  const numbers = NUMBERS.exec(text);
  if (numbers !== null) {
    const [, first = "", last = "", step] = numbers;
    const width = /^[+-]?0\d/.test(first) || /^[+-]?0\d/.test(last) ? Math.max(first.length, last.length) : 0;
    return count(Number(first), Number(last), step)?.map((value) => pad(value, width));
  }
  const letters = LETTERS.exec(text);
  if (letters === null) return "none";
  const [, first = "", last = "", step] = letters;
  return count(first.charCodeAt(0), last.charCodeAt(0), step)?.map((code) => `\\${String.fromCharCode(code)}`);
}

/** From the first to the last, whichever way that is; the step's sign doesn't matter, and none is one. */
function count(first: number, last: number, step: string | undefined): readonly number[] | undefined {
  const size = Math.abs(Number(step ?? 1)) || 1;
  const length = Math.floor(Math.abs(last - first) / size) + 1;
  if (length > MAX_EXPANDED_WORDS) return undefined;
  const direction = last < first ? -size : size;
  return Array.from({ length }, (_, index) => first + index * direction);
}

function pad(value: number, width: number): string {
  const sign = value < 0 ? "-" : "";
  return `${sign}${String(Math.abs(value)).padStart(width - sign.length, "0")}`;
}
