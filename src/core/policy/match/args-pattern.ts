import { type Cursor, readEach } from "../document/cursor.ts";
import type { ConditionReader } from "./condition.ts";
import { readRegex } from "./read-pattern.ts";
import { findRequiredText } from "./required-text.ts";
import { searchText } from "./search-text.ts";
import { TextIndex } from "./text-index.ts";

/** Reads `match.args_pattern`: a regex, or several any of which may be found, searched in the flattened input. An empty one counts as absent. */
export const readArgsPatternCondition: ConditionReader = (cursor, context) => {
  if (isEmpty(cursor)) return undefined;
  const patterns = readEach(cursor, (item) => readRegex(item, context));
  if (patterns === undefined) return undefined;
  const index = (context.budget.requiredTexts ??= new TextIndex());
  const numbers = patterns.map(({ expression }) => addRequired(index, expression)).filter((each) => each !== undefined);
  return {
    field: "args_pattern",
    expected: patterns.map(({ source }) => source),
    ...(numbers.length === patterns.length ? { requires: { index, numbers } } : {}),
    holds: ({ facets }) => {
      const { text, isCut } = facets.flatText;
      if (text === undefined) return isCut ? "unknown" : "no";
      return searchText({ text, isCut }, patterns, context.quantifier);
    },
    sees: ({ facets }) => facets.flatText.text,
  };
};

/** The number of a text that the regex can't do without; undefined when none is known. */
function addRequired(index: TextIndex, expression: string): number | undefined {
  const text = findRequiredText(expression);
  return text === undefined ? undefined : index.add(text);
}

function isEmpty({ node }: Cursor): boolean {
  return node.kind === "scalar" && (node.value === "" || node.value === null);
}
