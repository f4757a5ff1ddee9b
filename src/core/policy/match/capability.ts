import { readEach, readWord } from "../document/cursor.ts";
import { CAPABILITIES } from "../facets/names/capabilities.ts";
import { truthOf } from "../truth.ts";
import type { ConditionReader } from "./condition.ts";

/** Reads `match.capability`: what the action can do by the words of its name, any of these. */
export const readCapabilityCondition: ConditionReader = (cursor) => {
  const expected = readEach(cursor, (item) => readWord(item, CAPABILITIES));
  if (expected === undefined) return undefined;
  return {
    field: "capability",
    isOnName: true,
    expected,
    holds: ({ facets }) => truthOf(expected.some((capability) => facets.capabilities.has(capability))),
    sees: ({ facets }) => [...facets.capabilities],
  };
};
