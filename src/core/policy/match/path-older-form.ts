import { type Cursor, readItems } from "../document/cursor.ts";
import type { PathFact } from "../facets/paths/path-fact.ts";
import { anyOf, truthOf } from "../truth.ts";
import type { Condition, MatchContext } from "./condition.ts";
import { describePaths } from "./path-words.ts";
import type { Pattern } from "./patterns.ts";
import { readPattern } from "./read-pattern.ts";

/**
 * Reads `path_patterns` of the older form. They look at the paths of the input's keys, as these are written; any path is enough, for rules
 * that approve too. A rule that restricts also looks at the normal forms, and one that approves looks at them instead where a path climbs.
 */
export function readOlderPathPatterns(cursor: Cursor, context: MatchContext): Condition | undefined {
  const patterns = readItems(cursor)?.flatMap((item) => readOne(item, context) ?? []);
  if (patterns === undefined || patterns.length === 0) return undefined;
  const fitsText = (text: string): boolean => patterns.some(({ matches }) => matches(text));
  const fitsPath = (path: PathFact): boolean => {
    const { written, names } = path;
    if (context.quantifier === "any") return fitsText(written) || names.some(fitsText);
    return /(?:^|\/)\.\.(?:\/|$)/.test(written) ? names.some(fitsText) : fitsText(written);
  };
  return {
    field: "path_patterns",
    expected: patterns.map(({ source }) => source),
    holds: ({ facets: { paths } }) => anyOf(paths.paths, (path) => truthOf(path.isFromInput && fitsPath(path))),
    sees: describePaths,
  };
}

/** An empty pattern counts as absent. */
function readOne(cursor: Cursor, context: MatchContext): Pattern | undefined {
  const { node } = cursor;
  return node.kind === "scalar" && node.value === "" ? undefined : readPattern(cursor, context, { tilde: false });
}
