import { addFault, type Cursor } from "../document/cursor.ts";
import { joinPath } from "../document/document-tree.ts";
import type { InputSnapshot, InputValue } from "../facets/input.ts";
import { allOf, negate, type Truth } from "../truth.ts";
import { EXISTS, IS_ABSENT, readValueTests, type ValueTest } from "./args-tests.ts";
import type { ConditionReader, MatchContext } from "./condition.ts";
import { askPath, type JsonPath, parseJsonPath, type PathQuestion } from "./json-path.ts";

/** One path of `args` and what is asked of the values that it leads to. */
interface ArgCondition {
  /** As the document writes the path. */
  readonly name: string;
  readonly path: JsonPath;
  readonly tests: readonly ValueTest[];
  readonly holds: (input: InputSnapshot) => Truth;
}

/** Values of one path that explanations show at most. */
const MAX_SHOWN_VALUES = 10;

/** Reads `match.args`: values of the input by path, each with what is asked of it. */
export const readArgsCondition: ConditionReader = (cursor, context) => {
  const { node } = cursor;
  if (node.kind !== "map") return addFault(cursor, "This must be a mapping of paths to what is asked of their values");
  if (node.entries.length === 0) return addFault(cursor, "This asks nothing", "name a path, or remove the key");
  const conditions: ArgCondition[] = [];
  for (const { key, keyAt, value } of node.entries) {
    const member: Cursor = { ...cursor, node: value, path: joinPath(cursor.path, key) };
    const parsed = parseJsonPath(key);
    if ("fault" in parsed) cursor.log.add(parsed.fault, { at: keyAt, path: member.path });
    const tests = readValueTests(member, context);
    if ("fault" in parsed || tests === undefined) continue;
    conditions.push({ name: key, path: parsed.path, tests, holds: compileTests(parsed.path, tests, context) });
  }
  return {
    field: "args",
    expected: conditions.flatMap(({ name, tests }) => tests.map(({ words }) => `${name} ${words}`)),
    holds: ({ facets: { input } }) => allOf(conditions, ({ holds }) => holds(input)),
    sees: ({ facets: { input } }) => conditions.flatMap((condition) => showValues(condition, input)),
  };
};

function compileTests(
  path: JsonPath,
  tests: readonly ValueTest[],
  { quantifier }: MatchContext,
): (input: InputSnapshot) => Truth {
  if (tests.includes(IS_ABSENT)) {
    return ({ value, isCut }) =>
      negate(askPath(path, value, { ...EXISTS, quantifier: "any", isCut, takesLists: true }));
  }
  const [only] = tests;
  const question: Omit<PathQuestion, "isCut"> = {
    quantifier,
    test: only !== undefined && tests.length === 1 ? only.test : (value) => allOf(tests, ({ test }) => test(value)),
    missing: allOf(tests, ({ missing }) => missing),
    takesLists: tests.every((test) => test === EXISTS),
  };
  const [whole, cut] = [
    { ...question, isCut: false },
    { ...question, isCut: true },
  ];
  return ({ value, isCut }) => askPath(path, value, isCut ? cut : whole);
}

/** What the path leads to, as `path = value` in JSON. */
function showValues({ name, path }: ArgCondition, { value }: InputSnapshot): string[] {
  const shown: string[] = [];
  const test = (found: InputValue): Truth => {
    if (shown.length < MAX_SHOWN_VALUES) shown.push(`${name} = ${JSON.stringify(found)}`);
    return "no";
  };
  askPath(path, value, { quantifier: "any", isCut: false, test, missing: "no", takesLists: true });
  return shown;
}
