import { parse, type Word as SyntaxWord, type WordPart } from "unbash";
import { MAX_EXPANDED_WORDS } from "../../../limits.ts";
import { type Reading, spendCharsAgain } from "../reading.ts";
import { expandSequence } from "./sequences.ts";

/** Braces of one word that are looked at; more can't be known. Our choice: each may be compared with the rest of the word. */
const MAX_BRACES = 20;

/** A word as it was spelled. */
interface Spelling {
  readonly text: string;
  /** Which characters are quoted, escaped or part of an expansion, so that they are no syntax of braces. */
  readonly isInert: readonly boolean[];
}

/**
 * The words that brace expansion makes of one, unread: `a{b,c}` gives `ab` and `ac`. It comes before all other expansions, so it
 * works on the text as it was spelled. Undefined when there are too many to know.
 */
export function expandBraces(node: SyntaxWord, reading: Reading): readonly SyntaxWord[] | undefined {
  const { text } = node;
  if (!text.includes(",") && !text.includes("..")) return [node];
  const spelling = { text, isInert: markInert(node) };
  if (countBraces(spelling) > MAX_BRACES) return undefined;
  const texts = expandRange(spelling, 0, text.length);
  if (texts === undefined) return undefined;
  return texts.length === 1 && texts[0] === text ? [node] : reparse(texts, reading);
}

function markInert({ text, parts, pos }: SyntaxWord): boolean[] {
  const isInert = Array.from({ length: text.length }, () => false);
  for (let index = 0; index < text.length; index += 1) {
    if (text[index] !== "\\") continue;
    isInert[index] = true;
    index += 1;
    isInert[index] = true;
  }
  markParts(isInert, parts ?? [], pos);
  return isInert;
}

function markParts(isInert: boolean[], parts: readonly WordPart[], start: number): void {
  for (const part of parts) {
    if (part.type === "BraceExpansion") markParts(isInert, part.parts ?? [], start);
    else if (part.type !== "Literal" && part.type !== "Glob") isInert.fill(true, part.pos - start, part.end - start);
  }
}

function isMark({ text, isInert }: Spelling, index: number, mark: string): boolean {
  return text[index] === mark && isInert[index] !== true;
}

function countBraces(spelling: Spelling): number {
  let count = 0;
  for (let index = 0; index < spelling.text.length; index += 1) {
    if (isMark(spelling, index, "{")) count += 1;
  }
  return count;
}

/** The first group that expands decides, from the left; undefined when there are too many words. */
function expandRange(spelling: Spelling, from: number, to: number): readonly string[] | undefined {
  for (let open = from; open < to; open += 1) {
    if (!isMark(spelling, open, "{") || isMark(spelling, open + 1, "}")) continue;
    const group = findGroup(spelling, open, to);
    if (group === undefined) continue;
    const middle = expandGroup(spelling, group);
    if (middle === "none") continue;
    const rest = middle && expandRange(spelling, group.close + 1, to);
    return rest && combine(spelling.text.slice(from, open), middle, rest);
  }
  return [spelling.text.slice(from, to)];
}

/** A pair of braces and the commas between its alternatives. */
interface Group {
  readonly open: number;
  readonly commas: readonly number[];
  readonly close: number;
}

/** A closing brace counts only behind a comma or two dots, as in bash. */
function findGroup(spelling: Spelling, open: number, to: number): Group | undefined {
  const commas: number[] = [];
  let level = 0;
  let hasDots = false;
  for (let index = open + 1; index < to; index += 1) {
    if (isMark(spelling, index, "{")) level += 1;
    else if (isMark(spelling, index, "}")) {
      if (level > 0) level -= 1;
      else if (commas.length > 0 || hasDots) return { open, commas, close: index };
    } else if (level > 0) continue;
    else if (isMark(spelling, index, ",")) commas.push(index);
    else if (isMark(spelling, index, ".") && isMark(spelling, index + 1, ".")) hasDots = true;
  }
  return undefined;
}

function expandGroup(spelling: Spelling, { open, commas, close }: Group): readonly string[] | "none" | undefined {
  if (commas.length === 0) return expandSequence(spelling.text.slice(open + 1, close));
  const texts: string[] = [];
  let start = open + 1;
  for (const end of [...commas, close]) {
    const alternatives = expandRange(spelling, start, end);
    if (alternatives === undefined || texts.length + alternatives.length > MAX_EXPANDED_WORDS) return undefined;
    texts.push(...alternatives);
    start = end + 1;
  }
  return texts;
}

function combine(front: string, middle: readonly string[], rest: readonly string[]): readonly string[] | undefined {
  if (middle.length * rest.length > MAX_EXPANDED_WORDS) return undefined;
  return middle.flatMap((text) => rest.map((end) => `${front}${text}${end}`));
}

/** The new spellings hold quotes and expansions of their own, so the parser reads them. Empty ones are no words. */
function reparse(texts: readonly string[], reading: Reading): readonly SyntaxWord[] | undefined {
  let charCount = 0;
  for (const { length } of texts) charCount += length + 1;
  if (!spendCharsAgain(reading, charCount)) return undefined;
  const line = texts.map(closeWord).join(" ");
  const command = parse(`: ${line}`).commands[0]?.command;
  const words = command?.type === "Command" ? command.suffix : [];
  return words.filter((word) => word.type === "Word");
}

/** A word that reads the same among others: a sharp in front begins no comment, a backslash at the end takes nothing with it. */
function closeWord(text: string): string {
  let isOpen = false;
  for (let index = text.length - 1; text[index] === "\\"; index -= 1) isOpen = !isOpen;
  return `${text.startsWith("#") ? "\\" : ""}${text}${isOpen ? "\\" : ""}`;
}
