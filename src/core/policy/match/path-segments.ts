import { fits, meets } from "./path-sequences.ts";

/** One step inside a name: a character, `?`, `*`, or a class in brackets. */
type Token =
  | { readonly kind: "char"; readonly char: string }
  | { readonly kind: "any" }
  | { readonly kind: "star" }
  | ({ readonly kind: "class" } & CharClass);

/** The characters that a class stands for, in ranges. */
interface CharClass {
  readonly isNegated: boolean;
  readonly ranges: readonly (readonly [from: string, to: string])[];
}

/** A name with special characters. */
interface GlobSegment {
  readonly kind: "glob";
  readonly tokens: readonly Token[];
  /** Whether it stands for a part that can't be known, which may be more than shells make of a glob. */
  readonly isOpen: boolean;
  /** Whether it has a star, so that it fits names of any length. */
  readonly hasStar: boolean;
  /** The text that all names that it fits begin with. */
  readonly start: string;
  /** The text that all names that it fits end with. */
  readonly end: string;
}

/** What stands between two slashes of a path or a pattern: a name, a glob, or any number of names (`**`). */
export type Segment = { readonly kind: "name"; readonly text: string } | GlobSegment | { readonly kind: "deep" };

/** Any number of names. */
export const DEEP_SEGMENT: Segment = { kind: "deep" };

const STAR: Token = { kind: "star" };
const ANY: Token = { kind: "any" };

/** Takes a pattern, or a path that is a glob, apart at its slashes. `/` itself is the empty name, `.` nothing at all. */
export function parseSegments(glob: string): readonly Segment[] {
  return splitPath(glob).map(parseSegment);
}

/** Takes a path of plain names apart. */
export function listNames(path: string): readonly Segment[] {
  return splitPath(path).map((text) => ({ kind: "name", text }));
}

/** A name of which only the end is known. */
export function openName(ending: string): Segment {
  return createGlob([STAR, ...Array.from(ending, toChar)], true);
}

/** The names of a path in normal form. */
export function splitPath(path: string): readonly string[] {
  if (path === ".") return [];
  return path === "/" ? [""] : path.split("/");
}

function parseSegment(text: string): Segment {
  if (text === "**") return DEEP_SEGMENT;
  if (!/[*?[\\]/.test(text)) return { kind: "name", text };
  const tokens = parseTokens(text, "\\");
  return tokens.some(isOpenToken) ? createGlob(tokens, false) : { kind: "name", text: spellTokens(tokens) };
}

function createGlob(tokens: readonly Token[], isOpen: boolean): Segment {
  const firstOpen = tokens.findIndex(isOpenToken);
  const lastOpen = tokens.findLastIndex(isOpenToken);
  const start = spellTokens(tokens.slice(0, firstOpen));
  return {
    kind: "glob",
    tokens,
    isOpen,
    hasStar: tokens.some(isStar),
    start,
    end: spellTokens(tokens.slice(lastOpen + 1)),
  };
}

function isOpenToken({ kind }: Token): boolean {
  return kind !== "char";
}

function spellTokens(tokens: readonly Token[]): string {
  return tokens.map((token) => (token.kind === "char" ? token.char : "")).join("");
}

/** The steps of a glob inside one name; `escape` is the character behind which the next one stands for itself. */
export function parseTokens(text: string, escape: string): readonly Token[] {
  const tokens: Token[] = [];
  for (let index = 0; index < text.length; index += 1) {
    const char = text.charAt(index);
    if (char === escape && index + 1 < text.length) {
      index += 1;
      tokens.push(toChar(text.charAt(index)));
    } else if (char === "*") {
      if (tokens.at(-1)?.kind !== "star") tokens.push(STAR);
    } else if (char === "?") tokens.push(ANY);
    else if (char === "[") {
      const end = text.indexOf("]", index + (/^\[[!^]/.test(text.slice(index, index + 2)) ? 3 : 2));
      tokens.push(end < 0 ? toChar(char) : { kind: "class", ...parseClass(text.slice(index + 1, end)) });
      if (end >= 0) index = end;
    } else tokens.push(toChar(char));
  }
  return tokens;
}

function toChar(char: string): Token {
  return { kind: "char", char };
}

function parseClass(body: string): CharClass {
  const isNegated = /^[!^]/.test(body);
  const ranges: (readonly [string, string])[] = [];
  for (let index = isNegated ? 1 : 0; index < body.length; index += 1) {
    const from = body.charAt(index);
    const isRange = body.charAt(index + 1) === "-" && index + 2 < body.length;
    ranges.push([from, isRange ? body.charAt(index + 2) : from]);
    if (isRange) index += 2;
  }
  return { isNegated, ranges };
}

/** Whether a name's text fits a glob's steps. */
export function fitsTokens(tokens: readonly Token[], text: string): boolean {
  return fits(tokens, text, { isDeep: isStar, test: (token, char) => accepts(token, char) });
}

/** Whether everything that a path's segment stands for fits a pattern's segment. */
export function includesSegment(pattern: Segment, segment: Segment): boolean {
  if (segment.kind === "deep") return false;
  if (pattern.kind === "name") return segment.kind === "name" && segment.text === pattern.text;
  if (pattern.kind === "deep") return true;
  if (segment.kind === "name") return segment.text !== "" && fitsTokens(pattern.tokens, segment.text);
  return fits(pattern.tokens, segment.tokens, { isDeep: isStar, test: includesToken });
}

/** Whether something that a path's segment stands for fits a pattern's segment. */
export function meetsSegment(pattern: Segment, segment: Segment): boolean {
  if (segment.kind !== "glob" || pattern.kind === "deep") return includesSegment(pattern, segment);
  const { start, end } = edgesOf(pattern);
  // A shell's glob that doesn't begin with a dot leaves out the names that do.
  if (!segment.isOpen && start.startsWith(".") && !segment.start.startsWith(".")) return false;
  if (!start.startsWith(segment.start) && !segment.start.startsWith(start)) return false;
  if (!end.endsWith(segment.end) && !segment.end.endsWith(end)) return false;
  if (pattern.kind === "name") return pattern.text !== "" && fitsTokens(segment.tokens, pattern.text);
  if (!segment.hasStar) return fits(pattern.tokens, segment.tokens, { isDeep: isStar, test: meetsToken });
  return meets(pattern.tokens, segment.tokens, { isDeep: isStar, test: meetsToken });
}

/** The texts that a segment's names certainly begin and end with. */
function edgesOf(segment: Exclude<Segment, { readonly kind: "deep" }>): {
  readonly start: string;
  readonly end: string;
} {
  return segment.kind === "name" ? { start: segment.text, end: segment.text } : segment;
}

/** Whether a segment is an everyday glob, `*` or `*.ts`, that nobody writes to hide a name. */
export function isOrdinaryGlob(segment: Segment): boolean {
  if (segment.kind !== "glob" || segment.isOpen || segment.tokens[0]?.kind !== "star") return false;
  const [, dot, ...others] = segment.tokens;
  if (dot === undefined) return true;
  return dot.kind === "char" && dot.char === "." && others.every(({ kind }) => kind === "char");
}

function isStar(token: Token): boolean {
  return token.kind === "star";
}

function accepts(token: Token, char: string): boolean {
  switch (token.kind) {
    case "char":
      return token.char === char;
    case "any":
    case "star":
      return true;
    case "class":
      return token.ranges.some(([from, to]) => from <= char && char <= to) !== token.isNegated;
  }
}

function includesToken(pattern: Token, token: Token): boolean {
  if (token.kind === "char") return accepts(pattern, token.char);
  return token.kind !== "star" && pattern.kind === "any";
}

function meetsToken(pattern: Token, token: Token): boolean {
  if (token.kind === "char") return accepts(pattern, token.char);
  // Two classes may have a character in common; to say that they have is the safe answer.
  return pattern.kind !== "char" || accepts(token, pattern.char);
}
