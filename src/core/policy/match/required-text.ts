/** Characters of a required text at least; a shorter one stands in most inputs. Our choice. */
const MIN_CHARS = 3;
/** Characters of a required text that are kept; any part of it is required too. Our choice, so that an index of many stays small. */
const MAX_CHARS = 24;

/** What stands at one place of a regex. */
interface Token {
  /** Index of the first character behind it. */
  readonly end: number;
  /** The plain character that it is, in lower case; empty for anything else. */
  readonly char: string;
}

const QUANTIFIER = /[*?]|\{\d+(?:,\d*)?\}/y;
const FLAGS = /\(\?[A-Za-z-]*\)/y;
const PLAIN_ESCAPE = /\\[^A-Za-z0-9\u0080-\uffff]/y;
const OTHER_ESCAPE = /\\(?:[bBdDsSwWAznrtfv]|[pP](?:\{[^}]*\}|[A-Z]))/y;
const CLASS = /\[\^?\]?(?:\\.|\[:\^?[a-z]+:\]|[^\]\\])*\]/sy;

/**
 * A text, in lower case, without which the regex finds nothing in any text; undefined when none is plain to see. Only what
 * stands outside of groups is looked at, and only ASCII, so that it can be looked for in a text put to lower case.
 */
export function findRequiredText(regex: string): string | undefined {
  // Quoted stretches would have to be told apart from everything else.
  if (regex.includes("\\Q")) return undefined;
  let longest = "";
  let run = "";
  const endRun = (): void => {
    if (run.length > longest.length) longest = run;
    run = "";
  };
  for (let index = 0; index < regex.length;) {
    const token = readToken(regex, index);
    if (token === undefined) return undefined;
    index = testAt(QUANTIFIER, regex, token.end);
    const isOnce = index === token.end;
    if (isOnce) run += token.char;
    if (token.char === "" || !isOnce || regex[index] === "+") endRun();
  }
  endRun();
  return longest.length < MIN_CHARS ? undefined : longest.slice(0, MAX_CHARS);
}

/** Undefined where an alternative begins, or where the regex is not understood. */
function readToken(regex: string, start: number): Token | undefined {
  const char = regex.charAt(start);
  switch (char) {
    case "|":
      return undefined;
    case "(": {
      // Behind flags alone, such as `(?i)`, a quantifier belongs to what stands in front of them.
      if (start > 0 && testAt(FLAGS, regex, start) > start) return undefined;
      const end = findGroupEnd(regex, start);
      return end === undefined ? undefined : { end, char: "" };
    }
    case "[":
      return endingAt(testAt(CLASS, regex, start), start);
    case "\\": {
      const end = testAt(PLAIN_ESCAPE, regex, start);
      if (end > start) return { end, char: regex.slice(start + 1, end) };
      return endingAt(testAt(OTHER_ESCAPE, regex, start), start);
    }
  }
  const isPlain = /[\x20-\x7e]/.test(char) && !/[.^$*+?{}()]/.test(char);
  return { end: start + 1, char: isPlain ? char.toLowerCase() : "" };
}

function endingAt(end: number, start: number): Token | undefined {
  return end > start ? { end, char: "" } : undefined;
}

/** Index behind a group with everything in it. */
function findGroupEnd(regex: string, start: number): number | undefined {
  let depth = 0;
  for (let index = start; index < regex.length;) {
    const char = regex[index];
    if (char === "(") depth += 1;
    if (char === ")") depth -= 1;
    const end = char === "[" ? testAt(CLASS, regex, index) : index + (char === "\\" ? 2 : 1);
    if (end <= index) return undefined;
    if (depth === 0) return end;
    index = end;
  }
  return undefined;
}

/** Index behind what the sticky pattern matches there, or the index itself. */
function testAt(pattern: RegExp, text: string, index: number): number {
  pattern.lastIndex = index;
  return pattern.test(text) ? pattern.lastIndex : index;
}
