import { lastNameOf, listOf, type Node, nodeOf, nodeOfType, textOf, typedNodeOf } from "../tree/node.ts";
import { compareConstants, readConstant } from "./constants.ts";
import { allowsDifference, relationsOf } from "./coverage.ts";
import { columnsOf } from "./expression-key.ts";
import type { Folder, Value } from "./folder.ts";
import { findDifference } from "./linear.ts";
import type { Outcome } from "./outcome.ts";
import { readColumn } from "./row-names.ts";
import { foldValue } from "./values.ts";

/** Patterns that every text fits, by the operator without its negation. */
const OPEN_PATTERNS: Readonly<Record<string, RegExp>> = {
  "~~": /^%+$/,
  "~~*": /^%+$/,
  "~": /^\^?(?:\.[*])?\$?$/,
  "~*": /^\^?(?:\.[*])?\$?$/,
};

/** What a comparison, or another operator, comes to. */
export function foldComparison(node: Node, folder: Folder): Outcome {
  const { lexpr: left, rexpr: right } = node;
  const operator = lastNameOf(node["name"]);
  const values = [foldValue(left, folder), foldValue(right, folder)] as const;
  if (values.includes("null")) return "null";
  const relations = node["kind"] === "AEXPR_OP" ? relationsOf(operator, false) : undefined;
  const known =
    relations === undefined ? foldPattern(operator, node) : foldRelations({ relations, left, right, values }, folder);
  if (known !== undefined) return known;
  if (!values.includes("row")) return "any";
  const isComparing = relations !== undefined || patternOf(operator) !== undefined;
  return isComparing && isSuspicious(left, right, folder) ? "any" : "row";
}

interface Relating {
  readonly relations: number;
  readonly left: unknown;
  readonly right: unknown;
  readonly values: readonly [Value, Value];
}

/** Undefined where rows or what can't be known decide. */
function foldRelations({ relations, left, right, values }: Relating, { names }: Folder): Outcome | undefined {
  const [leftValue, rightValue] = values;
  if (typeof leftValue !== "string" && typeof rightValue !== "string") {
    const comparison = compareConstants(leftValue.constant, rightValue.constant);
    if (comparison !== "different")
      return comparison === undefined ? "any" : truthOf(allowsDifference(relations, comparison));
    const [ifLess, ifMore] = [allowsDifference(relations, -1), allowsDifference(relations, 1)];
    return ifLess === ifMore ? truthOf(ifLess) : "any";
  }
  const difference = findDifference(left, right, names);
  return difference === undefined ? undefined : truthOf(allowsDifference(relations, difference));
}

function truthOf(value: boolean): Outcome {
  return value ? "true" : "false";
}

/** What an operator compares texts with: patterns that every text fits; undefined for any other operator. */
function patternOf(operator: string): RegExp | undefined {
  const name = operator.startsWith("!") ? operator.slice(1) : operator;
  return Object.hasOwn(OPEN_PATTERNS, name) ? OPEN_PATTERNS[name] : undefined;
}

function foldPattern(operator: string, node: Node): Outcome | undefined {
  const isNegated = operator.startsWith("!");
  const pattern = patternOf(operator);
  const text = readPatternText(node["rexpr"]);
  const isOpen =
    text !== undefined && pattern?.test(node["kind"] === "AEXPR_SIMILAR" ? text.replace(/^%+$/, "") : text);
  return isOpen === true ? truthOf(!isNegated) : undefined;
}

/** The text of a pattern; that of SIMILAR TO stands inside of a function. */
function readPatternText(value: unknown): string | undefined {
  const { type, node } = typedNodeOf(value);
  if (type === "FuncCall") return readPatternText(listOf(node["args"])[0]);
  const constant = type === "A_Const" ? readConstant(node) : undefined;
  return typeof constant === "string" ? constant : undefined;
}

/** Whether a comparison looks as if it picked rows and may well pick none: a column with itself in disguise, or with its own name. */
function isSuspicious(left: unknown, right: unknown, { names }: Folder): boolean {
  if (isOwnName(left, right) || isOwnName(right, left)) return true;
  const columns = columnsOf(left, names);
  return columns !== undefined && columns !== "" && columns === columnsOf(right, names);
}

/** Some servers take a quoted name for a text where no column is called so: `"a" = 'a'`. */
function isOwnName(column: unknown, text: unknown): boolean {
  const fields = nodeOfType(column, "ColumnRef");
  const { sval } = nodeOf(nodeOfType(text, "A_Const")?.["sval"]);
  return fields !== undefined && sval !== undefined && readColumn(fields).name === textOf(sval);
}
