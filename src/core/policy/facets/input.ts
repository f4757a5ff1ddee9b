import { MAX_INPUT_DEPTH, MAX_INPUT_TEXT_CHARS, MAX_INPUT_VALUES } from "../limits.ts";

/** Plain data, copied from an input; objects have no prototype, so every key is an ordinary one. */
export type InputValue = string | number | boolean | null | readonly InputValue[] | InputObject;

/** A copied object. */
export interface InputObject {
  readonly [key: string]: InputValue;
}

/** A text of the input and where it stands. */
export interface InputText {
  /** The nearest object key above it, in lower case; empty for the input itself and for members of a list that is the input. */
  readonly key: string;
  /** The text. */
  readonly text: string;
}

/** An input, each property of it read exactly once, so that a getter can't show one value to one rule and another to the next. */
export interface InputSnapshot {
  /** What could be read. */
  readonly value: InputValue;
  /** Every text in it, in order; keys are not among them. */
  readonly texts: readonly InputText[];
  /** Whether something was left out: too deep, too long, cyclic, or a getter that threw. What was left out may be anything. */
  readonly isCut: boolean;
}

/** What one reading carries along. */
interface Walk {
  readonly texts: InputText[];
  valueCount: number;
  charCount: number;
  isCut: boolean;
}

/** Asks for an input once and copies it as the data that JSON could carry; never throws, whatever it is given. */
export function readInput(ask: () => unknown): InputSnapshot {
  const walk: Walk = { texts: [], valueCount: 0, charCount: 0, isCut: false };
  const value = copyAsked(walk, ask) ?? null;
  return { value, texts: walk.texts, isCut: walk.isCut };
}

interface Place {
  readonly key: string;
  readonly depth: number;
}

function copyAsked(walk: Walk, ask: () => unknown): InputValue | undefined {
  try {
    return copyValue(walk, ask(), { key: "", depth: 0 });
  } catch {
    // A getter of the call threw.
    return cut(walk);
  }
}

/** Undefined for what JSON has no word for: it is not there. */
function copyValue(walk: Walk, value: unknown, place: Place): InputValue | undefined {
  walk.valueCount += 1;
  if (isFull(walk) || place.depth > MAX_INPUT_DEPTH) return cut(walk);
  switch (typeof value) {
    case "string":
      return copyText(walk, value, place.key);
    case "number":
    case "boolean":
      return value;
    case "bigint":
      return copyText(walk, value.toString(), place.key);
    case "object":
      return value === null ? null : copyObject(walk, value, place);
    case "undefined":
    case "function":
    case "symbol":
      return undefined;
  }
}

function copyText(walk: Walk, text: string, key: string): string | undefined {
  walk.charCount += text.length;
  if (isFull(walk)) return cut(walk);
  walk.texts.push({ key, text });
  return text;
}

function copyObject(walk: Walk, value: object, { key, depth }: Place): InputValue | undefined {
  try {
    if (Array.isArray(value)) return copyList(walk, value, { key, depth: depth + 1 });
    // What a map, a date or an instance of a class holds is not in its members.
    if (!isPlain(value)) cut(walk);
    const copy: Record<string, InputValue> = Object.create(null) as Record<string, InputValue>;
    for (const name of Object.keys(value)) {
      walk.charCount += name.length;
      if (isFull(walk)) {
        cut(walk);
        break;
      }
      const member = copyValue(walk, Reflect.get(value, name), { key: name.toLowerCase(), depth: depth + 1 });
      if (member !== undefined) copy[name] = member;
    }
    return copy;
  } catch {
    // A getter or proxy threw.
    return cut(walk);
  }
}

function copyList(walk: Walk, list: readonly unknown[], place: Place): InputValue {
  const copy: InputValue[] = [];
  // Bounded by the limit on values: a list with holes ends there too.
  for (let index = 0; index < list.length && !isFull(walk); index += 1) {
    copy.push(copyValue(walk, list[index], place) ?? null);
  }
  return copy;
}

/** Whether no more is read. */
function isFull({ valueCount, charCount }: Walk): boolean {
  return valueCount > MAX_INPUT_VALUES || charCount > MAX_INPUT_TEXT_CHARS;
}

/** An object as JSON or a literal makes it, also one of another realm. */
function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

function cut(walk: Walk): undefined {
  walk.isCut = true;
}
