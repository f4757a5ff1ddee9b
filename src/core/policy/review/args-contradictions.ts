import type { Cursor } from "../document/cursor.ts";
import type { Contradiction } from "./contradictions.ts";
import { listMembers, listScalars, type Scalar } from "./rule-source.ts";

/** What a rule asks of one value: operators and their operands. */
type Operands = ReadonlyMap<string, readonly Scalar[]>;

/** Finds a place of the input of which a rule asks what no value can be. */
export function findArgsContradiction(args: Cursor): Contradiction | undefined {
  for (const [, cursor] of listMembers(args)) {
    const operands = new Map(listMembers(cursor).map(([operator, value]) => [operator, listScalars(value)]));
    if (operands.size > 0 && !isPossible(operands)) return { cursor, message: "No value can be all of this" };
  }
  return undefined;
}

function isPossible(operands: Operands): boolean {
  const candidates = operands.get("eq") ?? operands.get("in");
  if (candidates !== undefined) return candidates.some((value) => isCandidate(value, operands));
  const lower = [...listBounds(operands, "gt"), ...listBounds(operands, "gte")];
  const upper = [...listBounds(operands, "lt"), ...listBounds(operands, "lte")];
  return lower.every((low) => upper.every((high) => hasRoom(low, high)));
}

/** A bound and whether a value may be equal to it. */
interface Bound {
  readonly value: Scalar;
  readonly isIncluded: boolean;
}

function listBounds(operands: Operands, operator: "gt" | "gte" | "lt" | "lte"): readonly Bound[] {
  const isIncluded = operator === "gte" || operator === "lte";
  return (operands.get(operator) ?? []).map((value) => ({ value, isIncluded }));
}

/** Whether there is something between two bounds; of bounds of different types nothing is said. */
function hasRoom(low: Bound, high: Bound): boolean {
  const order = compare(low.value, high.value);
  return order === undefined || order < 0 || (order === 0 && low.isIncluded && high.isIncluded);
}

function isCandidate(value: Scalar, operands: Operands): boolean {
  return [...operands].every(([operator, operand]) => operand.length === 0 || fits(value, operator, operand));
}

function fits(value: Scalar, operator: string, operand: readonly Scalar[]): boolean {
  const order = compare(value, operand[0] ?? null);
  switch (operator) {
    case "eq":
    case "in":
      return operand.includes(value);
    case "ne":
    case "not_in":
      return !operand.includes(value);
    case "gt":
      return order === undefined || order > 0;
    case "gte":
      return order === undefined || order >= 0;
    case "lt":
      return order === undefined || order < 0;
    case "lte":
      return order === undefined || order <= 0;
  }
  return true;
}

/** Negative when the first comes first; undefined for values that rules don't compare with each other. */
function compare(first: Scalar, second: Scalar): number | undefined {
  if (first === null || second === null || typeof first !== typeof second) return undefined;
  if (first === second) return 0;
  return first < second ? -1 : 1;
}
