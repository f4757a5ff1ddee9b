import { readEach } from "../document/cursor.ts";
import { truthOf } from "../truth.ts";
import type { ConditionReader } from "./condition.ts";
import { readPattern } from "./read-pattern.ts";

/** Reads `match.action`, also written `match.tool`: names and patterns of names, any of which may fit. */
export const readActionCondition: ConditionReader = (cursor, context) => {
  const patterns = readEach(cursor, (item) => readPattern(item, context, { tilde: true }));
  if (patterns === undefined) return undefined;
  const exact = new Set(patterns.filter((pattern) => pattern.kind === "exact").map((pattern) => pattern.source));
  const searched = patterns.filter((pattern) => pattern.kind !== "exact");
  return {
    field: "action",
    isOnName: true,
    expected: patterns.map((pattern) => pattern.source),
    ...(searched.length === 0 ? { onlyActions: exact } : {}),
    holds: ({ action }) => truthOf(exact.has(action) || searched.some((pattern) => pattern.matches(action))),
    sees: (facts) => facts.action,
  };
};
