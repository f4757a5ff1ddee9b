import { RE2JS } from "re2js";
import { checkGlob, compileGlob, hasGlobSyntax } from "./globs.ts";
import { MAX_PATTERN_CHARS, MAX_REGEX_INSTRUCTIONS } from "../limits.ts";

/** How a pattern is read: the very text, a glob over the whole text, or a regex searched anywhere in it. */
export type PatternKind = "exact" | "glob" | "regex";

/** A pattern of a document, ready to be asked. */
export interface Pattern {
  readonly kind: PatternKind;
  /** As it stands in the document. */
  readonly source: string;
  /** What it adds to the document's pattern cost: instructions of a regex, alternatives of a glob, nothing for plain text. */
  readonly cost: number;
  /** Whether a text fits; case-sensitive, in time linear in the text. */
  readonly matches: (text: string) => boolean;
}

/** A pattern, or why the text is none. */
export type PatternResult = { readonly pattern: Pattern } | { readonly fault: string };

/** Which prefixes make a regex of a pattern: `re:` everywhere, `~` only where names are matched. */
export interface PatternSyntax {
  /** Whether a leading `~` means the same as `re:`. */
  readonly tilde: boolean;
}

/** Reads a pattern: `re:` (or `~`) and a regex, a glob, or plain text. */
export function parsePattern(source: string, syntax: PatternSyntax): PatternResult {
  if (source.length > MAX_PATTERN_CHARS) return { fault: `A pattern has at most ${MAX_PATTERN_CHARS} characters` };
  if (source.startsWith("re:")) return parseRegex(source, source.slice(3));
  if (syntax.tilde && source.startsWith("~")) return parseRegex(source, source.slice(1));
  if (!hasGlobSyntax(source))
    return { pattern: { kind: "exact", source, cost: 0, matches: (text) => text === source } };
  const check = checkGlob(source);
  if ("fault" in check) return check;
  return { pattern: { kind: "glob", source, cost: check.alternatives, matches: compileGlob(source) } };
}

function parseRegex(source: string, expression: string): PatternResult {
  if (expression === "") return { fault: "The regex is empty and would match everything" };
  let regex: RE2JS;
  try {
    regex = RE2JS.compile(expression);
  } catch (error) {
    return { fault: describeRegexFault(error) };
  }
  const cost = regex.programSize();
  if (cost > MAX_REGEX_INSTRUCTIONS) return { fault: "The regex is too large once its repetitions are counted" };
  return { pattern: { kind: "regex", source, cost, matches: (text) => regex.test(text) } };
}

/** The engine quotes the expression behind a backtick; only its own words in front of that are kept. */
function describeRegexFault(error: unknown): string {
  const words = String(error)
    .replace(/^.*?error parsing regexp: /, "")
    .replace(/:? *`[^]*$/, "");
  return `The regex is not valid RE2 syntax: ${words}`;
}
