import type { CallFacts } from "../call.ts";
import type { Condition, ConditionReader } from "./condition.ts";
import { quantify } from "./condition.ts";
import { readOlderPathPatterns } from "./path-older-form.ts";
import { compilePathPatterns } from "./path-set.ts";
import { describePaths } from "./path-words.ts";
import { readPathPatterns } from "./read-path-patterns.ts";

/** Reads `match.path_patterns`: globs and regexes for any path of the call, whatever is done to it. Empty patterns count as absent. */
export const readPathPatternsCondition: ConditionReader = (cursor, context) => {
  if (context.isOlderForm) return readOlderPathPatterns(cursor, context);
  const patterns = readPathPatterns(cursor, context, { ignoresCase: false, allowsEmpty: true });
  if (patterns === undefined) return undefined;
  const fitsPath = compilePathPatterns(patterns);
  return {
    field: "path_patterns",
    expected: patterns.sources,
    holds: ({ facets }: CallFacts) => quantify(context.quantifier, facets.paths.paths, fitsPath),
    sees: describePaths,
  } satisfies Condition;
};
