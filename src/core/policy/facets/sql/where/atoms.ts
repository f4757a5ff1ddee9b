import { lastNameOf, type Node, nodeOfType, textOf, typedNodeOf } from "../tree/node.ts";
import { type Constant, readConstant } from "./constants.ts";
import { type Atom, relationsOf, swapSides } from "./coverage.ts";
import { keyOf } from "./expression-key.ts";
import type { Part } from "./folder.ts";
import type { RowNames } from "./row-names.ts";

const YES = 1;
const NO = 2;
const EITHER = 3;
const EVERY_RELATION = 7;

/** What a part of an OR is about and which cases it takes; undefined for one that is too large to be compared with others. */
export function describeAtom({ value, isNegated }: Part, names: RowNames): Atom | undefined {
  const { type, node } = typedNodeOf(value);
  switch (type) {
    case "A_Expr":
      return describeExpression({ node, value, isNegated }, names);
    case "NullTest":
      return describeTest(`null ${keyOf(node["arg"], names)}`, (node["nulltesttype"] === "IS_NULL") !== isNegated);
    case "BooleanTest":
      return describeBooleanTest(node, isNegated, names);
    default:
      return describeFlag(value, !isNegated, names);
  }
}

interface Expression extends Part {
  readonly node: Node;
}

function describeExpression({ node, value, isNegated }: Expression, names: RowNames): Atom | undefined {
  const operator = lastNameOf(node["name"]);
  const relations = node["kind"] === "AEXPR_OP" ? relationsOf(operator, isNegated) : undefined;
  if (relations !== undefined) return describeComparison(node, relations, names);
  if (!operator.startsWith("!")) return describeFlag(value, !isNegated, names);
  // `NOT LIKE` and `!~` are the opposites of the operators without their sign.
  const opposite = { A_Expr: { ...node, name: [{ String: { sval: operator.slice(1) } }] } };
  return describeFlag(opposite, isNegated, names);
}

function describeComparison(node: Node, relations: number, names: RowNames): Atom | undefined {
  const left = keyOf(node["lexpr"], names);
  const right = keyOf(node["rexpr"], names);
  if (left === undefined || right === undefined) return undefined;
  if (left > right)
    return describeOrdered(
      { left: right, right: left, relations: swapSides(relations) },
      { lexpr: node["rexpr"], rexpr: node["lexpr"] },
    );
  return describeOrdered({ left, right, relations }, node);
}

interface Ordered {
  readonly left: string;
  readonly right: string;
  readonly relations: number;
}

/** A constant stands on one of the sides, whichever comes first by name. */
function describeOrdered({ left, right, relations }: Ordered, { lexpr, rexpr }: Node): Atom {
  const constants = [constantOf(lexpr), constantOf(rexpr)] as const;
  const subject = constants[0] === undefined ? left : right;
  const constant = constants[0] ?? constants[1];
  const isEquality = relations === relationsOf("=", false) || relations === relationsOf("<>", false);
  if (typeof constant === "boolean" && isEquality) {
    return describeTest(`is ${subject}`, (relations === relationsOf("=", false)) === constant);
  }
  const atom = { key: `${left} ? ${right}`, cases: relations, every: EVERY_RELATION };
  if (typeof constant !== "number") return atom;
  const cases = constants[0] === undefined ? relations : swapSides(relations);
  return { ...atom, bound: { subject, number: constant, cases } };
}

function constantOf(value: unknown): Constant | null | undefined {
  const cast = nodeOfType(value, "TypeCast");
  if (cast !== undefined) return constantOf(cast["arg"]);
  const node = nodeOfType(value, "A_Const");
  return node === undefined ? undefined : readConstant(node);
}

function describeBooleanTest(node: Node, isNegated: boolean, names: RowNames): Atom | undefined {
  const test = textOf(node["booltesttype"]);
  const isPositive = test.startsWith("IS_NOT") === isNegated;
  if (test.endsWith("UNKNOWN")) return describeTest(`null ${keyOf(node["arg"], names)}`, isPositive);
  return describeFlag(node["arg"], isPositive === test.endsWith("TRUE"), names);
}

/** A condition that is about itself only: whether it holds. */
function describeFlag(value: unknown, isTrue: boolean, names: RowNames): Atom | undefined {
  const key = keyOf(value, names);
  return key === undefined ? undefined : describeTest(`is ${key}`, isTrue);
}

function describeTest(key: string, isYes: boolean): Atom {
  return { key, cases: isYes ? YES : NO, every: EITHER };
}
