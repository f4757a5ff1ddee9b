import type { PathFact } from "../facets/paths/path-fact.ts";
import type { Truth } from "../truth.ts";
import { compareLoosely } from "./path-comparison.ts";
import type { PathPattern } from "./path-pattern.ts";
import { includesSegment, type Segment, splitPath } from "./path-segments.ts";
import { fits } from "./path-sequences.ts";

/** Patterns of one condition, any of which may fit. */
export interface PathPatterns {
  /** Globs and plain words. */
  readonly globs: readonly PathPattern[];
  /** Regexes, searched anywhere in the normal form. */
  readonly regexes: readonly ((text: string) => boolean)[];
  /** Whether letter case makes no difference; the globs are in lower case then. */
  readonly ignoresCase: boolean;
}

/** Patterns by what a path must have for them to fit, so that an everyday path is done with after a few look-ups. */
interface PatternIndex {
  readonly byName: ReadonlyMap<string, readonly PathPattern[]>;
  readonly byEnding: ReadonlyMap<string, readonly PathPattern[]>;
  readonly byStart: ReadonlyMap<string, readonly PathPattern[]>;
  /** Those that could fit any path, with a text that its last name must have in it. */
  readonly others: readonly (PathPattern & { readonly needle: string })[];
  /** First names of the patterns that don't begin in any directory; undefined when one of them is no plain name. */
  readonly firstNames: ReadonlySet<string> | undefined;
}

/** Characters of a name that patterns such as `id_*` are filed under. */
const START_CHARS = 2;

/** Makes a test of whether a path fits one of the patterns. */
export function compilePathPatterns(patterns: PathPatterns): (fact: PathFact) => Truth {
  const index = indexPatterns(patterns.globs);
  const { regexes, ignoresCase } = patterns;
  return (fact) => {
    for (const name of fact.names) {
      const text = ignoresCase ? name.toLowerCase() : name;
      if (isPlain(fact) && fitsIndex(index, text)) return "yes";
      if (regexes.some((matches) => matches(name))) return "yes";
    }
    return isSettled(fact) || isTreeElsewhere(index, fact) ? "no" : compareLoosely(patterns, fact);
  };
}

/** Whether every name of it stands for one file, that very one. */
function isPlain(fact: PathFact): boolean {
  return !fact.isGlob && !fact.isOpaque && !fact.isAdrift;
}

/** Whether nothing but the names can tell what it is. */
function isSettled(fact: PathFact): boolean {
  if (!isPlain(fact) || fact.isTree) return false;
  return !fact.names.some((name) => name.startsWith("~") || name.startsWith(".."));
}

/** Whether it is a tree inside the directory where the call begins, in which no pattern means any file but those for any directory. */
function isTreeElsewhere({ firstNames }: PatternIndex, fact: PathFact): boolean {
  if (firstNames === undefined || !fact.isTree || !isPlain(fact)) return false;
  return fact.names.every((name) => /^[^./~]/.test(name) && !firstNames.has(firstNameOf(name)));
}

function firstNameOf(path: string): string {
  return path.split("/", 1)[0]?.toLowerCase() ?? "";
}

function fitsIndex(index: PatternIndex, text: string): boolean {
  const names = splitPath(text);
  for (const name of names) {
    if (fitsAny(index.byName.get(name), names)) return true;
  }
  const last = names.at(-1) ?? "";
  return (
    fitsAny(index.byEnding.get(last.slice(last.lastIndexOf(".") + 1)), names) ||
    fitsAny(index.byStart.get(last.slice(0, START_CHARS)), names) ||
    index.others.some((pattern) => last.includes(pattern.needle) && fitsNames(pattern, names))
  );
}

function fitsAny(patterns: readonly PathPattern[] | undefined, names: readonly string[]): boolean {
  return patterns !== undefined && patterns.some((pattern) => fitsNames(pattern, names));
}

function fitsNames({ segments }: PathPattern, names: readonly string[]): boolean {
  return fits(segments, names, BY_NAME);
}

function isDeep(segment: Segment): boolean {
  return segment.kind === "deep";
}

function testName(segment: Segment, text: string): boolean {
  return segment.kind === "name" ? segment.text === text : includesSegment(segment, { kind: "name", text });
}

const BY_NAME = { isDeep, test: testName };

function indexPatterns(patterns: readonly PathPattern[]): PatternIndex {
  const byName = new Map<string, PathPattern[]>();
  const byEnding = new Map<string, PathPattern[]>();
  const byStart = new Map<string, PathPattern[]>();
  const others: PatternIndex["others"][number][] = [];
  for (const pattern of patterns) {
    const name = findTellingName(pattern);
    const ending = findEnding(pattern.segments.at(-1));
    const start = findStart(pattern.segments.at(-1));
    if (name !== undefined) append(byName, name, pattern);
    else if (ending !== undefined) append(byEnding, ending, pattern);
    else if (start !== undefined) append(byStart, start, pattern);
    else others.push({ ...pattern, needle: findNeedle(pattern.segments.at(-1)) });
  }
  return { byName, byEnding, byStart, others, firstNames: findFirstNames(patterns) };
}

function findFirstNames(patterns: readonly PathPattern[]): ReadonlySet<string> | undefined {
  const placed = patterns.filter(({ isFloating }) => !isFloating).map(({ segments }) => segments[0]);
  if (placed.some((first) => first?.kind !== "name")) return undefined;
  return new Set(placed.map((first) => (first?.kind === "name" ? first.text.toLowerCase() : "")));
}

/** The longest name that a path must have; the root and the home only where there is no other. */
function findTellingName({ segments }: PathPattern): string | undefined {
  let telling: string | undefined;
  for (const segment of segments) {
    if (segment.kind === "name" && (telling === undefined || segment.text.length > telling.length))
      telling = segment.text;
  }
  return telling;
}

/** What must stand behind the last dot of the last name. */
function findEnding(last: Segment | undefined): string | undefined {
  if (last?.kind !== "glob") return undefined;
  let ending = "";
  for (const token of last.tokens.toReversed()) {
    if (token.kind !== "char") return undefined;
    if (token.char === ".") return ending;
    ending = token.char + ending;
  }
  return undefined;
}

/** What the last name must begin with. */
function findStart(last: Segment | undefined): string | undefined {
  if (last?.kind !== "glob") return undefined;
  const chars = last.tokens.slice(0, START_CHARS).map((token) => (token.kind === "char" ? token.char : ""));
  const start = chars.join("");
  return start.length === START_CHARS ? start : undefined;
}

/** The longest text that the last name must have in it; empty where there is none. */
function findNeedle(last: Segment | undefined): string {
  let longest = "";
  let run = "";
  for (const token of last?.kind === "glob" ? last.tokens : []) {
    run = token.kind === "char" ? run + token.char : "";
    if (run.length > longest.length) longest = run;
  }
  return longest;
}

function append(index: Map<string, PathPattern[]>, key: string, pattern: PathPattern): void {
  const known = index.get(key);
  if (known === undefined) index.set(key, [pattern]);
  else known.push(pattern);
}
