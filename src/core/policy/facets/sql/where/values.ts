import { lastNameOf, listOf, type Node, nodeOf, typedNodeOf } from "../tree/node.ts";
import { type Constant, readConstant, truthOfConstant } from "./constants.ts";
import { relationsOf } from "./coverage.ts";
import { type Folder, type Value, valueOf } from "./folder.ts";
import { dependsOnRow } from "./row-names.ts";
import { findOnlyValue } from "./subqueries.ts";

/** What a value comes to for the rows that the names mean. */
export function foldValue(value: unknown, folder: Folder): Value {
  const { type, node } = typedNodeOf(value);
  switch (type) {
    case "A_Const": {
      const constant = readConstant(node);
      if (constant === null) return "null";
      return constant === undefined ? "any" : { constant };
    }
    case "TypeCast":
      return foldCast(node, folder);
    case "CollateClause":
      return foldValue(node["arg"], folder);
    case "BoolExpr":
    case "NullTest":
    case "BooleanTest":
      return valueOf(folder.fold(value));
    case "A_Expr":
      return foldExpression(node, folder);
    case "SubLink": {
      if (node["subLinkType"] !== "EXPR_SUBLINK") return valueOf(folder.fold(value));
      const target = findOnlyValue(node);
      return target === undefined ? foldUnseen(value, folder) : foldValue(target, folder);
    }
    case "CoalesceExpr":
      return foldFirst(listOf(node["args"]), folder);
    default:
      return foldUnseen(value, folder);
  }
}

function foldUnseen(value: unknown, { names }: Folder): Value {
  return dependsOnRow(value, names) ? "row" : "any";
}

/** Whatever a constant is cast to, it is read as what it says. */
function foldCast(node: Node, folder: Folder): Value {
  const inner = foldValue(node["arg"], folder);
  const isBoolean = /^bool(ean)?$/.test(lastNameOf(nodeOf(node["typeName"])["names"]));
  if (!isBoolean || typeof inner === "string") return inner;
  const truth = truthOfConstant(inner.constant);
  return truth === undefined ? "any" : { constant: truth };
}

function foldFirst(args: readonly unknown[], folder: Folder): Value {
  for (const arg of args) {
    const value = foldValue(arg, folder);
    if (value !== "null") return value;
  }
  return "null";
}

/** Arithmetic with constants, or a comparison as a value. */
function foldExpression(node: Node, folder: Folder): Value {
  const operator = lastNameOf(node["name"]);
  if (node["kind"] !== "AEXPR_OP" || relationsOf(operator, false) !== undefined) {
    return node["kind"] === "AEXPR_NULLIF"
      ? foldUnseen({ A_Expr: node }, folder)
      : valueOf(folder.fold({ A_Expr: node }));
  }
  const left = node["lexpr"] === undefined ? { constant: 0 } : foldValue(node["lexpr"], folder);
  const right = foldValue(node["rexpr"], folder);
  if (left === "row" || right === "row") return "row";
  if (left === "null" || right === "null") return "null";
  if (left === "any" || right === "any") return "any";
  const constant = calculate(operator, left.constant, right.constant);
  return constant === undefined ? "any" : { constant };
}

/** Exact whole numbers and texts only. */
function calculate(operator: string, left: Constant, right: Constant): Constant | undefined {
  if (operator === "||") return typeof left === "string" && typeof right === "string" ? left + right : undefined;
  if (!Number.isSafeInteger(left) || !Number.isSafeInteger(right)) return undefined;
  const result = combine(operator, Number(left), Number(right));
  return Number.isSafeInteger(result) ? result : undefined;
}

function combine(operator: string, left: number, right: number): number | undefined {
  switch (operator) {
    case "+":
      return left + right;
    case "-":
      return left - right;
    case "*":
      return left * right;
    default:
      return undefined;
  }
}
