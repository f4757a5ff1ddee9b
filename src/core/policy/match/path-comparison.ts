import type { PathFact } from "../facets/paths/path-fact.ts";
import { UNKNOWN } from "../facets/shell/command.ts";
import type { Truth } from "../truth.ts";
import type { PathPattern } from "./path-pattern.ts";
import {
  DEEP_SEGMENT,
  includesSegment,
  isOrdinaryGlob,
  listNames,
  meetsSegment,
  openName,
  parseSegments,
  type Segment,
} from "./path-segments.ts";
import { fits, meets } from "./path-sequences.ts";
import type { PathPatterns } from "./path-set.ts";

/** Directories above which, or in which, homes lie: whoever takes them whole takes what every pattern is about. */
const BROAD_DIRECTORIES: ReadonlySet<string> = new Set(["/", "~", "/home", "/users", "/root"]);
const DIRECTORIES_OF_HOMES: ReadonlySet<string> = new Set(["/", "/home", "/users"]);

/** What homes may be called when they are spelled out. */
const SPELLED_HOMES = ["home", "Users", "users"].map((name): readonly Segment[] => [
  { kind: "name", text: "" },
  { kind: "name", text: name },
  openName(""),
]);

/**
 * Compares a path that stands for several, or for one that can't be known, with each pattern in turn: `yes` when all that it may stand for
 * fits, `unknown` when something does.
 */
export function compareLoosely({ globs, regexes, ignoresCase }: PathPatterns, fact: PathFact): Truth {
  let answer: Truth = regexes.length > 0 && couldFitRegex(fact) ? "unknown" : "no";
  for (const name of fact.names) {
    const text = ignoresCase ? name.toLowerCase() : name;
    const segments = segmentsOf(text, fact);
    const compared = { text, segments, fact };
    for (const pattern of globs) {
      if (!fact.isTree && !endsAlike(pattern, segments)) continue;
      // Once something may fit, only what surely does would change the answer.
      const truth = answer === "unknown" ? fitsSurely(pattern, compared) : comparePattern(pattern, compared);
      if (truth === "yes") return "yes";
      if (truth === "unknown") answer = "unknown";
    }
  }
  return answer;
}

/** A path in one of its normal forms, taken apart. */
interface Compared {
  readonly text: string;
  readonly segments: readonly Segment[];
  readonly fact: PathFact;
}

function segmentsOf(text: string, fact: PathFact): readonly Segment[] {
  if (!fact.isOpaque) return fact.isGlob ? parseSegments(text) : listNames(text);
  // What can't be known may climb: of what stands in front of it nothing is certain.
  const ending = text.slice(text.lastIndexOf(UNKNOWN) + 1);
  const slash = ending.indexOf("/");
  const glued = slash < 0 ? ending : ending.slice(0, slash);
  const behind = slash < 0 ? [] : (fact.isGlob ? parseSegments : listNames)(ending.slice(slash + 1));
  return [DEEP_SEGMENT, ...(glued === "" ? [] : [openName(glued)]), ...behind];
}

/** Whether the last names agree, which tells most patterns apart. */
function endsAlike({ segments: pattern }: PathPattern, segments: readonly Segment[]): boolean {
  const left = pattern.at(-1);
  const right = segments.at(-1);
  if (left === undefined || right === undefined || left.kind === "deep" || right.kind === "deep") return true;
  return pattern.at(-2)?.kind === "deep" ? meetsAnywhere(left, right) : meetsSegment(left, right);
}

function couldFitRegex(fact: PathFact): boolean {
  if (fact.isOpaque) return true;
  return fact.isGlob && parseSegments(fact.text).some((segment) => segment.kind !== "name" && !isOrdinaryGlob(segment));
}

function comparePattern(pattern: PathPattern, compared: Compared): Truth {
  const { segments, fact, text } = compared;
  const sure = fitsSurely(pattern, compared);
  if (sure !== "no") return sure;
  if ((fact.isGlob || fact.isOpaque) && meetsPattern(pattern, segments)) return "unknown";
  if ((fact.isAdrift || text.startsWith("..")) && couldLieUnder(pattern, compared)) return "unknown";
  if (fact.isTree && couldHold(pattern, compared)) return "unknown";
  return isRoot(segments[0], "~") ? compareSpelledHome(pattern, segments.slice(1)) : "no";
}

function fitsSurely(pattern: PathPattern, { segments, fact }: Compared): Truth {
  if (!fits(pattern.segments, segments, { isDeep, test: includesSegment })) return "no";
  // A relative pattern speaks of the place where the call begins, not of a directory that nobody knows.
  return fact.isAdrift && !pattern.isFloating ? "unknown" : "yes";
}

function meetsPattern({ segments: pattern }: PathPattern, segments: readonly Segment[]): boolean {
  return meetsAll(pattern, segments, (left, right, index) => {
    return pattern[index - 1]?.kind === "deep" ? meetsAnywhere(left, right) : meetsSegment(left, right);
  });
}

/**
 * The same as `meetsSegment` for a name that a pattern finds in any directory. `*.json` may be a key there, too;
 * but then nobody could name files by a glob any more, so an everyday glob must be all that the pattern means.
 */
function meetsAnywhere(pattern: Segment, segment: Segment): boolean {
  return isOrdinaryGlob(segment) ? includesSegment(pattern, segment) : meetsSegment(pattern, segment);
}

/** Whether pattern and path can stand for the same names. */
function meetsAll(
  pattern: readonly Segment[],
  segments: readonly Segment[],
  test: (left: Segment, right: Segment, index: number) => boolean,
): boolean {
  return (segments.some(isDeep) ? meets<Segment> : fits<Segment, Segment>)(pattern, segments, { isDeep, test });
}

/** Whether a path that begins in an unknown directory may be one that the pattern means: some name in both must say so. */
function couldLieUnder({ segments: pattern }: PathPattern, { segments, fact }: Compared): boolean {
  const known = segments.slice(segments.findIndex((segment) => segment.kind !== "name" || segment.text !== ".."));
  // That the unknown directory is the root itself is likely only for paths that climb.
  const first = isRoot(pattern[0], "") && fact.isAdrift ? 2 : 0;
  return pattern.some((segment, index) => {
    if (index < first || segment.kind !== "name" || segment.text === "" || segment.text === "~") return false;
    return meetsAll(pattern.slice(index), known, meetsSegment);
  });
}

/** Whether a tree may hold files that the pattern means. Patterns for any directory count only where a broad tree is read. */
function couldHold({ segments: pattern, isFloating }: PathPattern, { text, segments, fact }: Compared): boolean {
  if (isFloating) return fact.accesses.includes("read") && BROAD_DIRECTORIES.has(text.toLowerCase());
  const isInHome = isRoot(pattern[0], "~");
  if (isInHome && DIRECTORIES_OF_HOMES.has(text.toLowerCase())) return true;
  if (segments.length === 0) return !isInHome && !isRoot(pattern[0], "");
  for (const [index, segment] of segments.entries()) {
    const left = pattern[index];
    if (left?.kind === "deep") return true;
    if (left === undefined || !meetsSegment(left, segment)) return false;
  }
  return true;
}

/** Patterns for `/home/…` are about homes, too; which of them the call's is can't be known. */
function compareSpelledHome({ segments: pattern }: PathPattern, behind: readonly Segment[]): Truth {
  if (!isRoot(pattern[0], "")) return "no";
  const spelled = SPELLED_HOMES.some((home) => meetsAll(pattern, [...home, ...behind], meetsSegment));
  return spelled ? "unknown" : "no";
}

function isRoot(segment: Segment | undefined, text: "" | "~"): boolean {
  return segment?.kind === "name" && segment.text === text;
}

function isDeep(segment: Segment): boolean {
  return segment.kind === "deep";
}
