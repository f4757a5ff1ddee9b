import { REDACTED } from "./redacted.ts";

/** Where a key was found, and what is needed to tell how far its value goes. */
export interface Assigned {
  /** Index after the separator. */
  readonly start: number;
  /** The key as written. */
  readonly key: string;
  /** What parts key and value: a colon makes a header of it. */
  readonly separator: string;
  /** The character before the key; a quote there ends the value at the latest. */
  readonly before: string | undefined;
}

/** The part of a text that is a value, without its quotes. */
export interface Span {
  /** Index of its first character. */
  readonly start: number;
  /** Index after its last character; equal to `start` when there is no value. */
  readonly end: number;
}

const OPENING_QUOTE = /(\\{0,3})(["'`])/y;

/** A value without quotes: up to a blank, quote, angle, semicolon, written-out line break, or the next parameter. */
const RUN = /(?:[^\s&;"'`<>\\]|&(?![\w.%-]{1,64}=)|\\(?!["'`nrt\\]))+/y;

/** A number in groups, as on cards. */
const DIGIT_GROUPS = /\d{2,}(?:[ -]\d{2,})+(?!\w)/y;

/** What stands before the value proper: an authorization scheme, or the mark of a list item or text block. */
const SCHEME_OR_MARK = /^(?:bearer|basic|token|negotiate|apikey|[-|])$/i;
const WORD = /^[A-Za-z][A-Za-z-]*$/;

/** Schemes whose credentials are many parameters. */
const PARAMETER_SCHEME = /(?:digest|signature|aws4-hmac-sha256|hmac)[ \t]/iy;

const CLOSERS = ",.)}]";

/** Finds what is assigned to a secret key. Looks at each character a bounded number of times, whatever the text. */
export function findAssignedValue(text: string, assigned: Assigned): Span {
  const { start } = assigned;
  const quote = matchAt(OPENING_QUOTE, text, start);
  if (quote !== undefined) return findQuoted(text, start + quote.length);
  if (text.startsWith(REDACTED, start)) return { start, end: findRedactedEnd(text, start) };
  if (text[start] === "{" || text[start] === "[")
    return { start, end: findGluedEnd(text, findClosingBracket(text, start)) };
  if (takesWholeLine(text, assigned)) return { start, end: findLineEnd(text, start, assigned.before) };
  return { start, end: findRunEnd(text, assigned) };
}

/** The value inside quotes that end before `start`; in a JSON text that is itself quoted, quotes have backslashes. */
function findQuoted(text: string, start: number): Span {
  const quote = text.charAt(start - 1);
  const depth = countBackslashes(text, start - 1);
  for (let end = text.indexOf(quote, start); end >= 0; end = text.indexOf(quote, end + 1)) {
    const backslashes = Math.min(countBackslashes(text, end), end - start);
    // Each level of quoting doubles the backslashes of what is inside and adds one for the quote.
    if (backslashes >= depth && (backslashes - depth) % (2 * (depth + 1)) === 0) return { start, end: end - depth };
  }
  return { start, end: findLineEnd(text, start, undefined) };
}

function countBackslashes(text: string, before: number): number {
  let count = 0;
  while (text[before - count - 1] === "\\") count++;
  return count;
}

/** What is redacted already stays as it is, unless more of the value follows; an `@` is that of a URL. */
function findRedactedEnd(text: string, start: number): number {
  const end = start + REDACTED.length;
  return text[end] === "@" ? end : findGluedEnd(text, end);
}

/** The end of what follows without a gap, and so belongs to the value. */
function findGluedEnd(text: string, start: number): number {
  return withoutClosers(text, start, start + (matchAt(RUN, text, start)?.length ?? 0));
}

/** The end of an object or list; of one that is never closed, the end of the text. */
function findClosingBracket(text: string, start: number): number {
  let depth = 0;
  for (let index = start; index < text.length; index++) {
    const character = text[index];
    if (character === "{" || character === "[") depth++;
    if ((character === "}" || character === "]") && --depth === 0) return index + 1;
  }
  return text.length;
}

function takesWholeLine(text: string, { start, key, separator }: Assigned): boolean {
  return (separator === ":" && /cookie$/i.test(key)) || matchAt(PARAMETER_SCHEME, text, start) !== undefined;
}

function findLineEnd(text: string, start: number, before: string | undefined): number {
  const isQuote = before === '"' || before === "'" || before === "`";
  let end = start;
  while (end < text.length && text[end] !== "\n" && text[end] !== "\r" && !(isQuote && text[end] === before)) end++;
  return end;
}

function findRunEnd(text: string, { start, key }: Assigned): number {
  const groups = matchAt(DIGIT_GROUPS, text, start) ?? "";
  const run = matchAt(RUN, text, start) ?? "";
  if (groups.length > run.length) return start + groups.length;
  const end = start + run.length;
  const goesOn = SCHEME_OR_MARK.test(run) || (/authori[sz]ation$/i.test(key) && WORD.test(run));
  const next = goesOn ? end + (matchAt(/[ \t\r\n]{1,8}/y, text, end)?.length ?? 0) : end;
  const nextRun = next === end ? "" : (matchAt(RUN, text, next) ?? "");
  return nextRun === "" ? withoutClosers(text, start, end) : withoutClosers(text, start, next + nextRun.length);
}

/** Punctuation at the end belongs to what surrounds the value; that of a redacted part doesn't. */
function withoutClosers(text: string, start: number, end: number): number {
  let shorter = end;
  while (shorter > start && CLOSERS.includes(text.charAt(shorter - 1)) && !text.endsWith(REDACTED, shorter)) shorter--;
  return shorter;
}

function matchAt(pattern: RegExp, text: string, index: number): string | undefined {
  pattern.lastIndex = index;
  return pattern.exec(text)?.[0];
}
