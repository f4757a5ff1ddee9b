import { type Node, nodeOf, textOf } from "../tree/node.ts";

/** A value that can be told without looking at any row; numbers only as far as they are exact. */
export type Constant = string | number | boolean;

const TRUE_WORDS: ReadonlySet<string> = new Set(["t", "tr", "tru", "true", "y", "ye", "yes", "on", "1"]);
const FALSE_WORDS: ReadonlySet<string> = new Set(["f", "fa", "fal", "fals", "false", "n", "no", "of", "off", "0"]);

/** The constant of the parser's node, null for NULL; undefined for a number with more digits than are exact, and for strings of bits. */
export function readConstant(node: Node): Constant | null | undefined {
  if (node["isnull"] === true) return null;
  // Zero, false and the empty text are left out of their node.
  if (node["ival"] !== undefined) return Number(nodeOf(node["ival"])["ival"] ?? 0);
  if (node["fval"] !== undefined) return readNumber(textOf(nodeOf(node["fval"])["fval"]));
  if (node["boolval"] !== undefined) return nodeOf(node["boolval"])["boolval"] === true;
  return node["sval"] === undefined ? undefined : textOf(nodeOf(node["sval"])["sval"]);
}

/** A number in decimal notation; undefined when it is none or isn't exact. */
export function readNumber(text: string): number | undefined {
  const digits = /^\s*[+-]?(\d{1,15}|\d{0,14}\.\d{0,14})\s*$/.exec(text)?.[1];
  if (digits === undefined || !/\d/.test(digits) || digits.length > 15) return undefined;
  return Number(text);
}

/** What a constant is as a condition, here or in the dialects that take numbers for conditions; undefined when that can't be told. */
export function truthOfConstant(constant: Constant): boolean | undefined {
  if (typeof constant === "boolean") return constant;
  if (typeof constant === "number") return constant !== 0;
  const word = constant.trim().toLowerCase();
  if (TRUE_WORDS.has(word)) return true;
  return FALSE_WORDS.has(word) ? false : undefined;
}

/** How two constants compare: below 0, 0 or above 0, or only that they differ; undefined when servers may disagree. */
export function compareConstants(left: Constant, right: Constant): number | "different" | undefined {
  if (typeof left === "string" && typeof right === "string") return compareTexts(left, right);
  const [leftNumber, rightNumber] = [toNumber(left), toNumber(right)];
  return leftNumber === undefined || rightNumber === undefined ? undefined : leftNumber - rightNumber;
}

/** Texts that differ only in case or spaces are the same to some servers, and so are letters with and without accents. */
function compareTexts(left: string, right: string): 0 | "different" | undefined {
  if (left === right) return 0;
  return /^[\x21-\x7e]+$/.test(left + right) && left.toLowerCase() !== right.toLowerCase() ? "different" : undefined;
}

function toNumber(constant: Constant): number | undefined {
  return typeof constant === "string" ? readNumber(constant) : Number(constant);
}
