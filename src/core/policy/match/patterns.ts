import { RE2JS } from "re2js";
import { MAX_PATTERN_CHARS, MAX_REGEX_INSTRUCTIONS } from "../limits.ts";
import { translateFnmatch } from "./fnmatch.ts";
import { checkGlob, compileGlob } from "./globs.ts";

/** How a pattern is read: the very text, a glob over the whole text, or a regex searched anywhere in it. */
export type PatternKind = "exact" | "glob" | "regex";

/** A pattern of a document, ready to be asked. */
export interface Pattern {
  readonly kind: PatternKind;
  /** As it stands in the document. */
  readonly source: string;
  /** The regex itself; the source for anything else. */
  readonly expression: string;
  /** What it adds to the document's pattern cost: instructions of a regex, alternatives of a glob, nothing for plain text. */
  readonly cost: number;
  /** Whether a text fits; case-sensitive, in time linear in the text. */
  readonly matches: (text: string) => boolean;
}

/** A pattern, or why the text is none. */
export type PatternResult = { readonly pattern: Pattern } | { readonly fault: string };

/** How patterns are told apart. */
export interface PatternSyntax {
  /** Whether a leading `~` means the same as `re:`. */
  readonly tilde: boolean;
  /** Whether globs are read as the older rule form does, see `fnmatch.ts`. */
  readonly isOlderForm?: boolean;
}

/** Reads a pattern: `re:` (or `~`) and a regex, a glob, or plain text. */
export function parsePattern(source: string, { tilde, isOlderForm = false }: PatternSyntax): PatternResult {
  if (source.length > MAX_PATTERN_CHARS) return { fault: `A pattern has at most ${MAX_PATTERN_CHARS} characters` };
  if (source.startsWith("re:")) return compileRegex(source, source.slice(3));
  if (tilde && source.startsWith("~")) return compileRegex(source, source.slice(1));
  if (!(isOlderForm ? /[*?[]/ : /[*?[\]{}\\]/).test(source)) return { pattern: createExact(source) };
  return isOlderForm ? compileFnmatch(source) : compileGlobPattern(source);
}

/** Reads a regex that stands without a prefix, where nothing but a regex can stand. */
export function parseRegex(source: string): PatternResult {
  if (source.length > MAX_PATTERN_CHARS) return { fault: `A pattern has at most ${MAX_PATTERN_CHARS} characters` };
  return compileRegex(source, source);
}

function createExact(source: string): Pattern {
  return { kind: "exact", source, expression: source, cost: 0, matches: (text) => text === source };
}

function compileGlobPattern(source: string): PatternResult {
  const check = checkGlob(source);
  if ("fault" in check) return check;
  return {
    pattern: { kind: "glob", source, expression: source, cost: check.alternatives, matches: compileGlob(source) },
  };
}

function compileFnmatch(source: string): PatternResult {
  const result = compileRegex(source, translateFnmatch(source));
  return "fault" in result ? result : { pattern: { ...result.pattern, kind: "glob" } };
}

function compileRegex(source: string, expression: string): PatternResult {
  if (expression === "") return { fault: "The regex is empty and would match everything" };
  let regex: RE2JS;
  try {
    regex = RE2JS.compile(expression);
  } catch (error) {
    return { fault: describeRegexFault(error) };
  }
  const cost = regex.programSize();
  if (cost > MAX_REGEX_INSTRUCTIONS) return { fault: "The regex is too large once its repetitions are counted" };
  return { pattern: { kind: "regex", source, expression, cost, matches: (text) => regex.test(text) } };
}

/** The engine quotes the expression behind a backtick; only its own words in front of that are kept. */
function describeRegexFault(error: unknown): string {
  const words = String(error)
    .replace(/^.*?error parsing regexp: /, "")
    .replace(/:? *`[^]*$/, "");
  return `The regex is not valid RE2 syntax: ${words}`;
}
