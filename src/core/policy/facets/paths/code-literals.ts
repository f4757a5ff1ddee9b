import { UNKNOWN } from "../shell/command.ts";

/** A text that stands in a program's text between quotes; several that are added to each other count as one. */
export interface CodeLiteral {
  /** Its text, with `UNKNOWN` for what is put into it or added to it while the program runs. */
  readonly text: string;
  /** Whether the program changes its directory to it. */
  readonly isDirectory: boolean;
}

/** A literal while it is read. */
interface Draft {
  text: string;
  isDirectory: boolean;
}

const QUOTES = "'\"`";
const NAMED_ESCAPES: Readonly<Record<string, string>> = { n: "\n", t: "\t", r: "\r", "0": UNKNOWN };

/** The texts between quotes in a program's text, whatever its language. One pass, so linear. */
export function findCodeLiterals(code: string): readonly CodeLiteral[] {
  const drafts: Draft[] = [];
  let end = 0; // behind the literal before
  for (let index = 0; index < code.length; index += 1) {
    const quote = code.charAt(index);
    if (!QUOTES.includes(quote)) continue;
    const between = code.slice(end, index);
    const { text, next } = readLiteral(code, index, isTemplate(between, quote));
    addLiteral(drafts, between, text);
    end = next;
    index = next - 1;
  }
  const last = drafts.at(-1);
  if (last !== undefined && /^\s*(?:\+|%|\.format)/.test(code.slice(end, end + 40))) last.text += UNKNOWN;
  return drafts;
}

/** Joins a literal to the one before when nothing but an addition stands between them. */
function addLiteral(drafts: Draft[], between: string, text: string): void {
  const previous = drafts.at(-1);
  if (previous !== undefined && /^\s*[+.]?\s*[rbuf]{0,2}$/i.test(between)) {
    previous.text += text;
    return;
  }
  if (previous !== undefined && /^\s*(?:\+|%|\.format\b)/.test(between.slice(0, 40))) previous.text += UNKNOWN;
  const before = between.slice(-40);
  const isAdded = /\+\s*[rbuf]{0,2}$/i.test(before);
  drafts.push({ text: isAdded ? UNKNOWN + text : text, isDirectory: /\bchdir\s*\(?\s*$/i.test(before) });
}

/** Whether braces in the literal hold expressions: in templates of JavaScript, and in Python's `f""`. */
function isTemplate(between: string, quote: string): boolean {
  return quote === "`" || /(?:^|[^\w])[rb]?f[rb]?$/i.test(between.slice(-4));
}

function readLiteral(
  code: string,
  start: number,
  hasBraces: boolean,
): { readonly text: string; readonly next: number } {
  const quote = code.charAt(start);
  let text = "";
  let index = start + 1;
  for (; index < code.length; index += 1) {
    const char = code.charAt(index);
    if (char === quote || char === "\n") break;
    if (char === "\\") {
      const escape = readEscape(code, index);
      text += escape.text;
      index = escape.last;
    } else if (char === "{" && (hasBraces || code.charAt(index - 1) === "#")) {
      const close = code.indexOf("}", index);
      if (close < 0) break;
      text = text.replace(/[$#]$/, "") + UNKNOWN;
      index = close;
    } else text += char;
  }
  return { text, next: index + 1 };
}

function readEscape(code: string, start: number): { readonly text: string; readonly last: number } {
  const hex = /^(?:x([0-9a-f]{2})|u([0-9a-f]{4})|u\{([0-9a-f]{1,5})\})/i.exec(code.slice(start + 1, start + 9));
  const digits = hex?.[1] ?? hex?.[2] ?? hex?.[3];
  if (hex !== null && digits !== undefined) {
    return { text: String.fromCodePoint(Number.parseInt(digits, 16)), last: start + hex[0].length };
  }
  const char = code.charAt(start + 1);
  return { text: NAMED_ESCAPES[char] ?? char, last: start + 1 };
}
