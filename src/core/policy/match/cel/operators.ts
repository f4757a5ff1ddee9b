import {
  type CelResult,
  type CelValue,
  compare,
  equals,
  type Evaluation,
  FAILED,
  isCelList,
  isCelMap,
  isNumber,
  spend,
} from "./value.ts";

/** An operator of two values that could be told. */
export type BinaryOperation = (left: CelValue, right: CelValue, evaluation: Evaluation) => CelResult;

/** One kind of arithmetic for either type of number; dividing whole numbers by zero has no result. */
interface Arithmetic {
  readonly numbers: (left: number, right: number) => number;
  readonly ints: (left: bigint, right: bigint) => bigint | undefined;
}

const ADDITION: Arithmetic = { numbers: (left, right) => left + right, ints: (left, right) => left + right };
const SUBTRACTION: Arithmetic = { numbers: (left, right) => left - right, ints: (left, right) => left - right };
const MULTIPLICATION: Arithmetic = { numbers: (left, right) => left * right, ints: (left, right) => left * right };
const DIVISION: Arithmetic = {
  numbers: (left, right) => left / right,
  ints: (left, right) => (right === 0n ? undefined : left / right),
};
const REMAINDER: Arithmetic = {
  numbers: (left, right) => left % right,
  ints: (left, right) => (right === 0n ? undefined : left % right),
};

const MAX_INT = 2n ** 63n - 1n;
const MIN_INT = -MAX_INT - 1n;

/** Operators of two values by CEL's names, but `&&` and `||`, which need not look at both. */
export const BINARY_OPERATIONS = {
  "==": (left, right, evaluation) => equals(evaluation, left, right),
  "!=": (left, right, evaluation) => !equals(evaluation, left, right),
  "<": ordering((difference) => difference < 0),
  "<=": ordering((difference) => difference <= 0),
  ">": ordering((difference) => difference > 0),
  ">=": ordering((difference) => difference >= 0),
  in: contains,
  "+": add,
  "-": (left, right) => reckon(left, right, SUBTRACTION),
  "*": (left, right) => reckon(left, right, MULTIPLICATION),
  "/": (left, right) => reckon(left, right, DIVISION),
  "%": (left, right) => reckon(left, right, REMAINDER),
} satisfies Record<string, BinaryOperation>;

/** The number with its sign turned. */
export function negateNumber(value: CelValue): CelResult {
  if (typeof value === "number") return -value;
  return typeof value === "bigint" ? checkInt(-value) : FAILED;
}

/** A whole number of 64 bits; a larger one can't be told. */
export function checkInt(value: bigint): CelResult {
  return value >= MIN_INT && value <= MAX_INT ? value : FAILED;
}

function ordering(holds: (difference: number) => boolean): BinaryOperation {
  return (left, right) => {
    const difference = compare(left, right);
    return difference === undefined ? FAILED : holds(difference);
  };
}

function contains(item: CelValue, collection: CelValue, evaluation: Evaluation): CelResult {
  if (isCelList(collection)) return collection.some((member) => equals(evaluation, item, member));
  return isCelMap(collection) && typeof item === "string" ? Object.hasOwn(collection, item) : FAILED;
}

function add(left: CelValue, right: CelValue, evaluation: Evaluation): CelResult {
  if (typeof left === "string" && typeof right === "string") {
    return spend(evaluation, left.length + right.length) ? left + right : FAILED;
  }
  if (isCelList(left) && isCelList(right)) {
    return spend(evaluation, left.length + right.length) ? [...left, ...right] : FAILED;
  }
  return reckon(left, right, ADDITION);
}

/** Whole numbers stay whole; JSON knows only one type of number, so a mixed pair is reckoned with as it would be there. */
function reckon(left: CelValue, right: CelValue, { numbers, ints }: Arithmetic): CelResult {
  if (!isNumber(left) || !isNumber(right)) return FAILED;
  if (typeof left === "bigint" && typeof right === "bigint") {
    const result = ints(left, right);
    return result === undefined ? FAILED : checkInt(result);
  }
  const result = numbers(Number(left), Number(right));
  return Number.isFinite(result) ? result : FAILED;
}
