import { UNKNOWN } from "../command.ts";
import { decodeEscapes } from "../script/escapes.ts";
import type { Language } from "./interpreter-data.ts";

/** A piece of a program. Spaces are none; comments are read like the rest, because telling them apart can be tricked. */
export interface CodeToken {
  /** `command` is a string that a shell runs, `pattern` a regular expression, `mark` any other character. */
  readonly kind: "string" | "command" | "pattern" | "name" | "mark";
  /** Of a string: what stands in it, with `UNKNOWN` for what is put in when the program runs. */
  readonly text: string;
}

const STRING =
  /(?:[rRbBuUfF]{1,2}(?=["']))?(?:"""[^]*?(?:"""|$)|'''[^]*?(?:'''|$)|"(?:[^"\\]|\\[^])*"?|'(?:[^'\\]|\\[^])*'?|`(?:[^`\\]|\\[^])*`?)/y;
const QUOTED_COMMAND = /(?:\bqx|%x)[ \t]*(?:\{[^}]*\}?|\([^)]*\)?|\[[^\]]*\]?|<[^>]*>?|([^\w\s])[^]*?(?:\1|$))/y;
/** No longer than people write: where none ends, the search for its end is made once more for each slash. */
const PATTERN = /\/(?:[^/\\\n]|\\.){1,500}\//y;
const NAME = /[A-Za-z_$@][\w$]*/y;
/** Lisps have names with dashes. */
const DASHED_NAME = /[A-Za-z_$@][\w$-]*/y;
const SPACE = /[ \t\r\f\v]+/y;

/** Languages in which a slash may begin a regular expression. */
const WITH_PATTERNS: readonly Language[] = ["node", "ruby", "perl", "awk"];
/** Languages in which backticks run a command. */
const WITH_BACKTICKS: readonly Language[] = ["ruby", "perl", "php", "other"];

/** A program text. */
export interface CodeText {
  /** The text. */
  readonly text: string;
  /** What it is written in. */
  readonly language: Language;
  /** Whether it is what stands in a string: a quote in a pattern may have made a string of what is none, so no pattern is believed. */
  readonly isPart: boolean;
}

/** Splits a program into its pieces; linear in its text. */
export function readTokens({ text, language, isPart }: CodeText): readonly CodeToken[] {
  const tokens: CodeToken[] = [];
  let index = 0;
  const take = (pattern: RegExp): string | undefined => {
    pattern.lastIndex = index;
    const found = pattern.exec(text)?.[0];
    if (found !== undefined) index += found.length;
    return found;
  };
  while (index < text.length) {
    if (take(SPACE) !== undefined) continue;
    const token = readToken(take, { language, hasPattern: !isPart && mayBeginPattern(language, tokens.at(-1)) });
    if (token === undefined) tokens.push({ kind: "mark", text: text.charAt(index++) });
    else tokens.push(token);
  }
  return tokens;
}

interface Place {
  readonly language: Language;
  /** Whether a slash begins a regular expression there. */
  readonly hasPattern: boolean;
}

function readToken(
  take: (pattern: RegExp) => string | undefined,
  { language, hasPattern }: Place,
): CodeToken | undefined {
  if (language === "perl" || language === "ruby") {
    const command = take(QUOTED_COMMAND);
    if (command !== undefined)
      return { kind: "command", text: openParts(command.replace(/^(?:qx|%x)\s*./, "").slice(0, -1), language) };
  }
  const string = take(STRING);
  if (string !== undefined) return readString(string, language);
  if (hasPattern) {
    const pattern = take(PATTERN);
    if (pattern !== undefined) return { kind: "pattern", text: pattern };
  }
  const name = take(language === "other" ? DASHED_NAME : NAME);
  return name === undefined ? undefined : { kind: "name", text: name };
}

/** Words behind which a value begins. */
const BEFORE_VALUES = new Set([
  "if",
  "unless",
  "and",
  "or",
  "not",
  "when",
  "while",
  "until",
  "return",
  "split",
  "grep",
  "map",
  "print",
  "typeof",
  "case",
]);

/** Behind a value a slash divides. */
function mayBeginPattern(language: Language, last: CodeToken | undefined): boolean {
  if (!WITH_PATTERNS.includes(language)) return false;
  if (last === undefined || last.kind === "name") return last === undefined || BEFORE_VALUES.has(last.text);
  return last.kind === "mark" && /[^\w)\]}]/.test(last.text);
}

const LONG_QUOTES = ['"""', "'''"];

function readString(spelling: string, language: Language): CodeToken {
  const prefix = spelling.slice(0, spelling.search(/["'`]/));
  const quote = LONG_QUOTES.find((long) => spelling.startsWith(long, prefix.length)) ?? spelling.charAt(prefix.length);
  const start = prefix.length + quote.length;
  const end =
    spelling.endsWith(quote) && spelling.length >= start + quote.length
      ? spelling.length - quote.length
      : spelling.length;
  const inner = decodeEscapes(spelling.slice(start, end));
  if (/f/i.test(prefix)) return { kind: "string", text: inner.replaceAll(/\{[^{}]*\}/g, UNKNOWN) };
  const isCommand = quote === "`" && WITH_BACKTICKS.includes(language);
  return { kind: isCommand ? "command" : "string", text: quote === "'" ? inner : openParts(inner, language) };
}

/** What a language puts into its strings when the program runs. */
const PARTS: Readonly<Partial<Record<Language, RegExp>>> = {
  node: /\$\{[^}]*\}?/g,
  ruby: /#\{[^}]*\}?/g,
  perl: /[$@](?:\{[^}]*\}?|\w+)/g,
  php: /\{?\$\w+\}?/g,
};

function openParts(text: string, language: Language): string {
  const pattern = PARTS[language];
  return pattern === undefined ? text : text.replaceAll(pattern, UNKNOWN);
}
