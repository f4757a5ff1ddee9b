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
  const required = patterns.map(({ expression }) => addRequired(index, expression));
  return {
    field: "args_pattern",
    expected: patterns.map(({ source }) => source),
    holds: ({ facets: { flatText } }) => {
      const { text, isCut } = flatText;
      if (text === undefined) return isCut ? "unknown" : "no";
      if (!isCut && lacksAll(flatText.findTexts(index), required)) return "no";
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

function lacksAll(found: ReadonlySet<number>, required: readonly (number | undefined)[]): boolean {
  for (const number of required) if (number === undefined || found.has(number)) return false;
  return true;
}

function isEmpty({ node }: Cursor): boolean {
  return node.kind === "scalar" && (node.value === "" || node.value === null);
}
