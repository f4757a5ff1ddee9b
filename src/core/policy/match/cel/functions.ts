import { checkInt } from "./operators.ts";
import { type CelResult, type CelValue, type Evaluation, FAILED, isCelList, isCelMap, spend } from "./value.ts";

/** A function of values that could be told: the receiver, if it is a method, and the arguments. */
export type CelFunction = (values: readonly CelValue[], evaluation: Evaluation) => CelResult;

/** Functions by name: what they are called with is checked when an expression is read, but for values whose type is known only then. */
export const FUNCTIONS: ReadonlyMap<string, CelFunction> = new Map<string, CelFunction>([
  ["size", ([value = null], evaluation) => sizeOf(value, evaluation)],
  ["int", ([value = null]) => toInt(value)],
  ["double", ([value = null]) => toDouble(value)],
  ["string", ([value = null]) => (typeof value === "object" ? FAILED : String(value))],
  ["dyn", ([value = null]) => value],
]);

/** Methods by name. */
export const METHODS: ReadonlyMap<string, CelFunction> = new Map<string, CelFunction>([
  ["size", ([value = null], evaluation) => sizeOf(value, evaluation)],
  ["contains", withTexts(countSearchSteps, (text, part) => text.includes(part))],
  ["startsWith", withTexts(countCompareSteps, (text, part) => text.startsWith(part))],
  ["endsWith", withTexts(countCompareSteps, (text, part) => text.endsWith(part))],
  ["split", withTexts(countSearchSteps, (text, separator) => text.split(separator))],
  ["lowerAscii", withText((text) => text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase()))],
  ["upperAscii", withText((text) => text.replace(/[a-z]+/g, (letters) => letters.toUpperCase()))],
  ["trim", withText((text) => text.trim())],
]);

function withText(make: (text: string) => CelResult): CelFunction {
  return ([text], evaluation) =>
    typeof text === "string" && spend(evaluation, text.length >> 2) ? make(text) : FAILED;
}

function withTexts(
  countSteps: (text: string, other: string) => number,
  make: (text: string, other: string) => CelResult,
): CelFunction {
  return ([text, other], evaluation) => {
    if (typeof text !== "string" || typeof other !== "string") return FAILED;
    return spend(evaluation, countSteps(text, other)) ? make(text, other) : FAILED;
  };
}

/** Searching for a long text can take many looks at each character. */
function countSearchSteps(text: string, part: string): number {
  return (text.length >> 2) * (1 + (part.length >> 6));
}

function countCompareSteps(_: string, part: string): number {
  return part.length >> 5;
}

function sizeOf(value: CelValue, evaluation: Evaluation): CelResult {
  if (typeof value === "string") return spend(evaluation, value.length >> 2) ? BigInt(countCharacters(value)) : FAILED;
  if (isCelList(value)) return BigInt(value.length);
  return isCelMap(value) ? BigInt(Object.keys(value).length) : FAILED;
}

function countCharacters(text: string): number {
  let count = 0;
  for (const _ of text) count += 1;
  return count;
}

function toInt(value: CelValue): CelResult {
  if (typeof value === "bigint") return value;
  if (typeof value === "number") return Number.isFinite(value) ? checkInt(BigInt(Math.trunc(value))) : FAILED;
  return typeof value === "string" && /^-?\d{1,19}$/.test(value) ? checkInt(BigInt(value)) : FAILED;
}

function toDouble(value: CelValue): CelResult {
  if (typeof value === "number" || typeof value === "bigint") return Number(value);
  const isNumber = typeof value === "string" && /^-?\d{1,30}(\.\d{1,30})?$/.test(value);
  return isNumber ? Number(value) : FAILED;
}
