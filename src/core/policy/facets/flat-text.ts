import { MAX_SEARCHED_CHARS } from "../limits.ts";
import type { InputSnapshot, InputValue } from "./input.ts";

/** An input as one text that regexes search. */
export interface FlatText {
  /** The text, or its beginning; undefined for null, which is no text and never matches. */
  readonly text: string | undefined;
  /** Whether there is more, too long to be searched or left out of the input. */
  readonly isCut: boolean;
}

/** What one flattening carries along. */
interface Flattening {
  readonly parts: string[];
  charCount: number;
}

/** Spaces of Unicode besides the plain one, the line and paragraph separators included. */
const OTHER_SPACES = /[\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]/g;

/**
 * Flattens an input: a text is itself; an object its keys in sorted order as `key=value`, joined by one space; a list its
 * members joined by one space; nesting applies the same again; other values as JSON writes them, but null, which is no text.
 */
export function flattenInput({ value, isCut }: InputSnapshot): FlatText {
  if (value === null) return { text: undefined, isCut };
  const flattening: Flattening = { parts: [], charCount: 0 };
  addValue(flattening, value);
  const text = flattening.parts.join("").replace(OTHER_SPACES, " ");
  return { text: text.slice(0, MAX_SEARCHED_CHARS), isCut: isCut || isFull(flattening) };
}

function addValue(flattening: Flattening, value: InputValue): void {
  if (value === null || isFull(flattening)) return;
  if (typeof value !== "object") addPart(flattening, typeof value === "string" ? value : JSON.stringify(value));
  else if (isList(value)) addList(flattening, value);
  else addObject(flattening, value);
}

function addList(flattening: Flattening, list: readonly InputValue[]): void {
  let isFirst = true;
  for (const member of list) {
    if (member === null) continue;
    if (!isFirst) addPart(flattening, " ");
    isFirst = false;
    addValue(flattening, member);
  }
}

function addObject(flattening: Flattening, object: Readonly<Record<string, InputValue>>): void {
  let isFirst = true;
  for (const key of Object.keys(object).sort()) {
    addPart(flattening, isFirst ? `${key}=` : ` ${key}=`);
    isFirst = false;
    addValue(flattening, object[key] ?? null);
  }
}

function addPart(flattening: Flattening, part: string): void {
  flattening.parts.push(part);
  flattening.charCount += part.length;
}

function isFull({ charCount }: Flattening): boolean {
  return charCount > MAX_SEARCHED_CHARS;
}

function isList(value: InputValue): value is readonly InputValue[] {
  return Array.isArray(value);
}
