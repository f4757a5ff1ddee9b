import { lastNameOf, typedNodeOf } from "../tree/node.ts";
import { readConstant } from "./constants.ts";
import { keyOf } from "./expression-key.ts";
import type { RowNames } from "./row-names.ts";

/** Terms that one expression is taken apart into. Our choice, so that time stays linear. */
const MAX_TERMS = 32;

/** A sum: a constant, and expressions times their factors. */
interface Sum {
  readonly terms: Map<string, number>;
  constant: number;
  /** Whether it could be taken apart, exactly. */
  isExact: boolean;
}

/** By how much the left side is always more than the right one: 0 for `id` and `id + 0`; undefined where that differs or can't be told. */
export function findDifference(left: unknown, right: unknown, names: RowNames): number | undefined {
  const sum: Sum = { terms: new Map(), constant: 0, isExact: true };
  addTo(sum, { value: left, factor: 1 }, names);
  addTo(sum, { value: right, factor: -1 }, names);
  const isConstant = [...sum.terms.values()].every((factor) => factor === 0);
  return sum.isExact && isConstant ? sum.constant : undefined;
}

interface Term {
  readonly value: unknown;
  readonly factor: number;
}

function addTo(sum: Sum, { value, factor }: Term, names: RowNames): void {
  if (!sum.isExact) return;
  if (!Number.isSafeInteger(factor) || sum.terms.size > MAX_TERMS) {
    sum.isExact = false;
    return;
  }
  const constant = readInteger(value);
  if (constant !== undefined) {
    sum.constant += factor * constant;
    sum.isExact = Number.isSafeInteger(sum.constant);
    return;
  }
  const parts = takeApart(value, factor);
  if (parts !== undefined) {
    for (const part of parts) addTo(sum, part, names);
    return;
  }
  const key = keyOf(value, names);
  if (key === undefined) sum.isExact = false;
  else sum.terms.set(key, (sum.terms.get(key) ?? 0) + factor);
}

/** The terms of an addition, a subtraction, or a multiplication by a constant. */
function takeApart(value: unknown, factor: number): readonly Term[] | undefined {
  const { type, node } = typedNodeOf(value);
  if (type === "TypeCast") return [{ value: node["arg"], factor }];
  if (type !== "A_Expr" || node["kind"] !== "AEXPR_OP") return undefined;
  const { lexpr: left, rexpr: right } = node;
  const operator = lastNameOf(node["name"]);
  if (operator === "*") {
    const [by, other] = readInteger(left) === undefined ? [readInteger(right), left] : [readInteger(left), right];
    return by === undefined ? undefined : [{ value: other, factor: factor * by }];
  }
  if (operator !== "+" && operator !== "-") return undefined;
  const second = { value: right, factor: operator === "-" ? -factor : factor };
  return left === undefined ? [second] : [{ value: left, factor }, second];
}

function readInteger(value: unknown): number | undefined {
  const { type, node } = typedNodeOf(value);
  const constant = type === "A_Const" ? readConstant(node) : undefined;
  return typeof constant === "number" && Number.isSafeInteger(constant) ? constant : undefined;
}
