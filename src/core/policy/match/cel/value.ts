import type { InputValue } from "../../facets/input.ts";

/** What an expression works with: the data of an input, and whole numbers as CEL's `int`, which are exact. */
export type CelValue = InputValue | bigint | readonly CelValue[] | CelMap;

/** Values by key. */
export interface CelMap {
  readonly [key: string]: CelValue;
}

/** Stands for a value that can't be told: a missing key, mixed types, a limit. Whatever is made of it can't be told either. */
export const FAILED: unique symbol = Symbol("failed");

/** A value, or none that could be told. */
export type CelResult = CelValue | typeof FAILED;

/** Gives the value of a variable, by its name in the expression's language. */
export type Lookup = (name: string) => CelResult;

/** What one evaluation of a condition carries along. */
export interface Evaluation {
  /** The variables' values. */
  readonly lookUp: Lookup;
  /** What a macro such as `exists` looks at just now. */
  item: CelValue;
  /** Work that may still be done, see `MAX_CONDITION_STEPS`. */
  stepsLeft: number;
}

/** Takes from the work that may still be done; false when there is none left. */
export function spend(evaluation: Evaluation, steps: number): boolean {
  evaluation.stepsLeft -= steps;
  return evaluation.stepsLeft >= 0;
}

/** Whether a value is a list. */
export function isCelList(value: CelValue): value is readonly CelValue[] {
  return Array.isArray(value);
}

/** Whether a value has keys. */
export function isCelMap(value: CelValue): value is CelMap {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** A map that knows no keys but its own. */
export function createCelMap(entries: readonly (readonly [string, CelValue])[]): CelMap {
  const map: Record<string, CelValue> = Object.create(null) as Record<string, CelValue>;
  for (const [key, value] of entries) map[key] = value;
  return map;
}

/** A map's or list's member; what isn't there can't be told. */
export function findMember(value: CelResult, key: CelResult): CelResult {
  if (value === FAILED || key === FAILED) return FAILED;
  if (isCelList(value)) {
    const isIndex = typeof key === "bigint" || typeof key === "number";
    return (isIndex ? value[Number(key)] : undefined) ?? FAILED;
  }
  if (!isCelMap(value) || typeof key !== "string" || !Object.hasOwn(value, key)) return FAILED;
  return value[key] ?? null;
}

/** Whether two values are equal; numbers are compared as numbers whatever their type, values of other different types never are. */
export function equals(evaluation: Evaluation, left: CelValue, right: CelValue): boolean {
  // Where the work is used up the evaluation fails as a whole, so the answer doesn't matter.
  if (!spend(evaluation, 1)) return false;
  if (isNumber(left)) return isNumber(right) && compare(left, right) === 0;
  if (isCelList(left)) {
    if (!isCelList(right) || left.length !== right.length) return false;
    return left.every((member, index) => equals(evaluation, member, right[index] ?? null));
  }
  if (!isCelMap(left)) {
    if (typeof left === "string") spend(evaluation, left.length >> 5);
    return left === right;
  }
  if (!isCelMap(right)) return false;
  const keys = Object.keys(left);
  if (keys.length !== Object.keys(right).length) return false;
  return keys.every((key) => Object.hasOwn(right, key) && equals(evaluation, left[key] ?? null, right[key] ?? null));
}

/** The order of two numbers or two texts, negative when the first is less; undefined for what has no order, such as NaN. */
export function compare(left: CelValue, right: CelValue): number | undefined {
  if (isNumber(left) && isNumber(right)) return order(left, right);
  return typeof left === "string" && typeof right === "string" ? order(left, right) : undefined;
}

function order<Ordered extends string | number | bigint>(left: Ordered, right: Ordered): number | undefined {
  if (left < right) return -1;
  if (left > right) return 1;
  return left >= right ? 0 : undefined;
}

/** Whether a value is a number of either type. */
export function isNumber(value: CelValue): value is number | bigint {
  return typeof value === "number" || typeof value === "bigint";
}
