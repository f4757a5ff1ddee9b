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

/**
 * What stands between two slashes of a path or a pattern: a name, a glob, or any number of names (`**`). An open one stands for a part
 * that can't be known, which may be more than shells make of a glob.
 */
export type Segment =
  | { readonly kind: "name"; readonly text: string }
  | { readonly kind: "glob"; readonly tokens: readonly Token[]; readonly isOpen: boolean }
  | { readonly kind: "deep"; readonly isOpen: boolean };

/** Any number of names that can't be known. */
export const OPEN_SEGMENT: Segment = { kind: "deep", isOpen: true };

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
  return { kind: "glob", tokens: [STAR, ...Array.from(ending, toChar)], isOpen: true };
}

/** The names of a path in normal form. */
export function splitPath(path: string): readonly string[] {
  if (path === ".") return [];
  return path === "/" ? [""] : path.split("/");
}

function parseSegment(text: string): Segment {
  if (text === "**") return { kind: "deep", isOpen: false };
  if (!/[*?[\\]/.test(text)) return { kind: "name", text };
  const tokens = parseTokens(text, "\\");
  if (tokens.some(({ kind }) => kind !== "char")) return { kind: "glob", tokens, isOpen: false };
  return { kind: "name", text: tokens.map((token) => (token.kind === "char" ? token.char : "")).join("") };
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
  // A shell's glob that doesn't begin with a dot leaves out the names that do.
  if (!segment.isOpen && startsWithDot(pattern) && !startsWithDot(segment)) return false;
  const tokens = pattern.kind === "name" ? Array.from(pattern.text, toChar) : pattern.tokens;
  return meets(tokens, segment.tokens, { isDeep: isStar, test: meetsToken });
}

/** Whether a segment is an everyday glob, `*` or `*.ts`, that nobody writes to hide a name. */
export function isOrdinaryGlob(segment: Segment): boolean {
  if (segment.kind !== "glob" || segment.isOpen || segment.tokens[0]?.kind !== "star") return false;
  const [, dot, ...others] = segment.tokens;
  if (dot === undefined) return true;
  return dot.kind === "char" && dot.char === "." && others.every(({ kind }) => kind === "char");
}

function startsWithDot(segment: Segment): boolean {
  if (segment.kind === "name") return segment.text.startsWith(".");
  const first = segment.kind === "glob" ? segment.tokens[0] : undefined;
  return first?.kind === "char" && first.char === ".";
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

/** How the members of a pattern are compared with those of something else. */
interface Comparison<Left, Right> {
  /** Whether a member stands for any number of the other sequence's members. */
  readonly isDeep: (member: Left) => boolean;
  /** Whether two members agree. */
  readonly test: (left: Left, right: Right, leftIndex: number) => boolean;
}

/** Whether a whole sequence agrees with a pattern that may have deep members. Steps back to the last of these only, which is enough. */
export function fits<Left, Right>(
  pattern: readonly Left[],
  items: ArrayLike<Right>,
  { isDeep, test }: Comparison<Left, Right>,
): boolean {
  let at = 0;
  let deepAt = -1;
  let resumeAt = 0;
  for (let index = 0; index < items.length;) {
    const member = pattern[at];
    if (member !== undefined && isDeep(member)) {
      deepAt = at;
      resumeAt = index;
      at += 1;
    } else if (member !== undefined && test(member, items[index] as Right, at)) {
      at += 1;
      index += 1;
    } else if (deepAt >= 0) {
      resumeAt += 1;
      at = deepAt + 1;
      index = resumeAt;
    } else return false;
  }
  for (; at < pattern.length; at += 1) if (!isDeep(pattern[at] as Left)) return false;
  return true;
}

/** Whether two sequences, both of which may have deep members, can stand for the same. One row of answers at a time. */
export function meets<Member>(
  left: readonly Member[],
  right: readonly Member[],
  { isDeep, test }: Comparison<Member, Member>,
): boolean {
  let row: boolean[] = [true];
  for (const [column, item] of right.entries()) row.push(row[column] === true && isDeep(item));
  for (const [leftIndex, member] of left.entries()) {
    const next: boolean[] = [row[0] === true && isDeep(member)];
    for (const [column, item] of right.entries()) {
      const isJoker = isDeep(member) || isDeep(item);
      const fitsHere = isJoker
        ? row[column + 1] === true || next[column] === true
        : row[column] === true && test(member, item, leftIndex);
      next.push(fitsHere);
    }
    row = next;
  }
  return row[right.length] === true;
}
