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

/** Copies an input as the data that JSON could carry; never throws, whatever it is given. */
export function readInput(input: unknown): InputSnapshot {
  const walk: Walk = { texts: [], valueCount: 0, charCount: 0, isCut: false };
  const value = copyValue(walk, input, { key: "", depth: 0 }) ?? null;
  return { value, texts: walk.texts, isCut: walk.isCut };
}

interface Place {
  readonly key: string;
  readonly depth: number;
}

/** Undefined for what JSON has no word for: it is not there. */
function copyValue(walk: Walk, value: unknown, place: Place): InputValue | undefined {
  walk.valueCount += 1;
  if (walk.valueCount > MAX_INPUT_VALUES || place.depth > MAX_INPUT_DEPTH) return cut(walk);
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
  if (walk.charCount > MAX_INPUT_TEXT_CHARS) return cut(walk);
  walk.texts.push({ key, text });
  return text;
}

function copyObject(walk: Walk, value: object, { key, depth }: Place): InputValue | undefined {
  try {
    if (Array.isArray(value)) return copyList(walk, value, { key, depth: depth + 1 });
    const copy: Record<string, InputValue> = Object.create(null) as Record<string, InputValue>;
    for (const name of Object.keys(value)) {
      walk.charCount += name.length;
      if (walk.isCut) break;
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
  for (let index = 0; index < list.length && !walk.isCut; index += 1) {
    copy.push(copyValue(walk, list[index], place) ?? null);
  }
  return copy;
}

function cut(walk: Walk): undefined {
  walk.isCut = true;
}
