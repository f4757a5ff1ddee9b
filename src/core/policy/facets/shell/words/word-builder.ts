import { UNKNOWN, type Word } from "../command.ts";
import type { WordContext } from "./word-context.ts";

/** A place that the shell puts into a word: the home directory, or the one that the command runs in. */
export type Place = "~" | ".";

/** A stretch of a word, never an empty one. */
interface Segment {
  readonly text: string;
  /** `live` text has active glob characters, `quoted` text has none, a `place` is one only where a path may begin. */
  readonly kind: "live" | "quoted" | "place";
}

/** Puts words together from their parts. Splitting ends one word and begins the next. */
export interface WordBuilder {
  /** The words that ended. */
  readonly words: Word[];
  /** Whether a quoted tilde may be a home, because it stands in a script whose text a home was put into. */
  readonly isInner: boolean;
  /** The word that is being built. */
  segments: Segment[];
  /** Whether there is a word even when its text is empty, as with `''`. */
  isThere: boolean;
  /** See `Word.isGlob`. */
  isGlob: boolean;
  /** See `Word.mayBeMany`. */
  mayBeMany: boolean;
}

/** Begins words that will be added to a list. */
export function createBuilder(words: Word[], { state }: WordContext): WordBuilder {
  return { words, isInner: state.depth > 1, segments: [], isThere: false, isGlob: false, mayBeMany: false };
}

/** Adds text that stands for itself. */
export function addText(builder: WordBuilder, text: string): void {
  builder.isThere = true;
  if (text !== "") builder.segments.push({ text, kind: "quoted" });
}

/** Adds a glob: its special characters are active. */
export function addGlob(builder: WordBuilder, text: string): void {
  builder.isThere = true;
  builder.isGlob = true;
  builder.segments.push({ text, kind: "live" });
}

/** Adds a place. */
export function addPlace(builder: WordBuilder, place: Place): void {
  builder.isThere = true;
  builder.segments.push({ text: place, kind: "place" });
}

/** Adds a part that can't be known; without quotes it may be several words or none. */
export function addUnknownPart(builder: WordBuilder, mayBeMany: boolean): void {
  builder.isThere = true;
  builder.mayBeMany ||= mayBeMany;
  builder.segments.push({ text: UNKNOWN, kind: "quoted" });
}

/** Adds a piece of a variable's value: a home or `.` at its front is a place, a tilde that was quoted is itself. */
export function addValue(builder: WordBuilder, value: Word, isLive: boolean): void {
  const { text } = value;
  // Without quotes a part that can't be known may hold spaces.
  builder.mayBeMany ||= isLive && (value.mayBeMany || text.includes(UNKNOWN));
  if (value.isGlob) return addGlob(builder, text);
  const place = findPlace(text);
  if (place !== undefined) {
    addPlace(builder, place);
    return addText(builder, text.slice(1));
  }
  const own = text.startsWith("./~") && builder.segments.length > 0 ? text.slice(2) : text;
  if (isLive && /[*?[]/.test(own)) addGlob(builder, own);
  else addText(builder, own);
}

function findPlace(text: string): Place | undefined {
  if (text.startsWith("~")) return "~";
  return text === "." || (text.startsWith("./") && !text.startsWith("./~")) ? "." : undefined;
}

/** Ends a word, if there is one. */
export function endWord(builder: WordBuilder): void {
  if (builder.isThere) builder.words.push(buildWord(builder));
  builder.segments = [];
  builder.isThere = false;
  builder.isGlob = false;
  builder.mayBeMany = false;
}

/** The word that is being built, even an empty one. */
export function buildWord({ segments, isInner, isGlob, mayBeMany }: WordBuilder): Word {
  const texts: string[] = [];
  let front = "";
  for (const [index, { text, kind }] of segments.entries()) {
    let own = text;
    if (kind === "place" && !(mayBeginPath(front) && isPathEnd(segments[index + 1]))) own = UNKNOWN;
    if (kind === "quoted" && isGlob) own = escapeGlob(text);
    if (kind === "quoted" && front === "" && !isInner && text.startsWith("~")) own = `./${own}`;
    texts.push(own);
    // The first two characters or the last one tell where a path may begin; the whole front would be copied each time.
    front = front.length + own.length <= 2 ? front + own : `...${own.slice(-1)}`;
  }
  const text = texts.join("");
  return { text, isOpaque: text.includes(UNKNOWN), isGlob, mayBeMany };
}

/** At the front, behind what separates paths, words of a script or literals of a program, and right behind a short option. */
function mayBeginPath(front: string): boolean {
  return front === "" || /[=:@,\s"'`(;|&<>]$/.test(front) || /^-[A-Za-z]$/.test(front);
}

/** `${HOME}x` is another directory than the home. */
function isPathEnd(next: Segment | undefined): boolean {
  return next === undefined || /^[/:,\s"'`);|&<>]/.test(next.text);
}

function escapeGlob(text: string): string {
  return text.replaceAll(/[\\*?[\]]/g, String.raw`\$&`);
}
