import { addFault, type Cursor, readBoolean, readEach, readMap } from "../document/cursor.ts";
import { negate, type Truth, truthOf } from "../truth.ts";
import type { MatchContext } from "./condition.ts";
import type { PresentValue } from "./json-path.ts";
import type { Pattern } from "./patterns.ts";
import { readPattern, readRegex } from "./read-pattern.ts";
import { compileMembership, readScalar, type Scalar } from "./scalars.ts";
import { searchText } from "./search-text.ts";

/** One operator with its operand, such as `gt: 50000`. */
export interface ValueTest {
  /** In words, such as `gt 50000`. */
  readonly words: string;
  /** The answer for a value. */
  readonly test: (value: PresentValue) => Truth;
  /** The answer where there is no value. */
  readonly missing: Truth;
}

/** `exists: true`. */
export const EXISTS: ValueTest = { words: "exists", test: () => "yes", missing: "no" };
/** `exists: false`; it stands alone, and asks about all that a path could lead to at once. */
export const IS_ABSENT: ValueTest = { words: "does not exist", test: () => "no", missing: "yes" };

type TestReader = (cursor: Cursor, context: MatchContext) => ValueTest | undefined;

const TEST_READERS: ReadonlyMap<string, TestReader> = new Map<string, TestReader>([
  ["eq", (cursor) => testMembership("eq", readOne(cursor))],
  ["ne", (cursor, context) => testNoMembership("ne", readOne(cursor), context)],
  ["gt", (cursor) => testOrder("gt", readScalar(cursor), (value, bound) => value > bound)],
  ["gte", (cursor) => testOrder("gte", readScalar(cursor), (value, bound) => value >= bound)],
  ["lt", (cursor) => testOrder("lt", readScalar(cursor), (value, bound) => value < bound)],
  ["lte", (cursor) => testOrder("lte", readScalar(cursor), (value, bound) => value <= bound)],
  ["in", (cursor) => testMembership("in", readEach(cursor, readScalar))],
  ["not_in", (cursor, context) => testNoMembership("not_in", readEach(cursor, readScalar), context)],
  [
    "glob",
    (cursor, context) =>
      testText(
        "glob",
        readEach(cursor, (item) => readGlob(item, context)),
        context,
      ),
  ],
  [
    "matches",
    (cursor, context) =>
      testText(
        "matches",
        readEach(cursor, (item) => readRegex(item, context)),
        context,
      ),
  ],
  ["exists", readExists],
]);

const OPERATORS = { known: [...TEST_READERS.keys()] };

/** What a rule asks of a value; all of it must hold. A plain value stands for `eq`, a plain list for `in`. */
export function readValueTests(cursor: Cursor, context: MatchContext): readonly ValueTest[] | undefined {
  const { node } = cursor;
  if (node.kind !== "map") {
    const test = TEST_READERS.get(node.kind === "list" ? "in" : "eq")?.(cursor, context);
    return test && [test];
  }
  if (node.entries.length === 0) return addFault(cursor, "This asks nothing", "for example gt: 100");
  const tests = [...(readMap(cursor, OPERATORS) ?? [])].map(([operator, operand]) =>
    TEST_READERS.get(operator)?.(operand, context),
  );
  if (tests.length > 1 && tests.includes(IS_ABSENT))
    addFault(cursor, "What does not exist has no value to ask about", "leave exists: false alone");
  return tests.filter((test) => test !== undefined);
}

function readOne(cursor: Cursor): readonly Scalar[] | undefined {
  const scalar = readScalar(cursor);
  return scalar === undefined ? undefined : [scalar];
}

function readGlob(cursor: Cursor, context: MatchContext): Pattern | undefined {
  return readPattern(cursor, context, { tilde: false });
}

function readExists(cursor: Cursor): ValueTest | undefined {
  const exists = readBoolean(cursor);
  if (exists === undefined) return undefined;
  return exists ? EXISTS : IS_ABSENT;
}

function testMembership(operator: string, expected: readonly Scalar[] | undefined): ValueTest | undefined {
  if (expected === undefined) return undefined;
  const isMember = compileMembership(expected);
  return {
    words: `${operator} ${expected.join(", ")}`,
    test: (value) => (typeof value === "object" ? "no" : isMember(value)),
    missing: "no",
  };
}

/** What isn't there is none of them: that is enough for a rule that restricts, and nothing that a permission could rest on. */
function testNoMembership(
  operator: string,
  expected: readonly Scalar[] | undefined,
  { quantifier }: MatchContext,
): ValueTest | undefined {
  const member = testMembership(operator, expected);
  if (member === undefined) return undefined;
  const missing = truthOf(quantifier === "any");
  return { ...member, test: (value) => (typeof value === "object" ? missing : negate(member.test(value))), missing };
}

/** A number is compared with numbers and a text with texts; of anything else nobody can tell what the action makes of it. */
function testOrder(
  operator: string,
  bound: Scalar | undefined,
  holds: (value: Scalar, bound: Scalar) => boolean,
): ValueTest | undefined {
  if (bound === undefined) return undefined;
  return {
    words: `${operator} ${String(bound)}`,
    test: (value) =>
      typeof value !== typeof bound || Number.isNaN(value) || typeof value === "object"
        ? "unknown"
        : truthOf(holds(value, bound)),
    missing: "no",
  };
}

function testText(
  operator: string,
  patterns: readonly Pattern[] | undefined,
  { quantifier }: MatchContext,
): ValueTest | undefined {
  if (patterns === undefined) return undefined;
  return {
    words: `${operator} ${patterns.map(({ source }) => source).join(", ")}`,
    test: (value) =>
      typeof value === "object" ? "no" : searchText({ text: String(value), isCut: false }, patterns, quantifier),
    missing: "no",
  };
}
