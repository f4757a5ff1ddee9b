import type { CallFacts } from "../call.ts";
import { addFault, type Cursor, readEach, readText, readWord } from "../document/cursor.ts";
import { MAX_DOCUMENT_PATTERN_COST } from "../limits.ts";
import { parsePattern, type Pattern } from "./patterns.ts";

/** Fields of `match` in the order in which they are tested: the cheapest and most telling first. */
export const MATCH_FIELD_NAMES = ["action", "risk", "scopes", "roles", "groups", "kind", "tenant"] as const;

/** A field that a rule can match on. */
export type MatchFieldName = (typeof MATCH_FIELD_NAMES)[number];

/** One field of a rule's `match`, read and ready to be asked. All of a rule's conditions must hold. */
export interface Condition {
  /** The field's name in the document. */
  readonly field: MatchFieldName;
  /** What the document asks for, any of these. */
  readonly expected: readonly string[];
  /** The only action names with which it can hold, when those are known; the index by name is built from it. */
  readonly onlyActions?: ReadonlySet<string>;
  /** Whether it holds. */
  readonly holds: (facts: CallFacts) => boolean;
  /** What it looks at in a call, for explanations. */
  readonly sees: (facts: CallFacts) => string | readonly string[] | undefined;
}

/** What reading one document's conditions adds up. */
export interface PatternBudget {
  /** See `MAX_DOCUMENT_PATTERN_COST`. */
  spent: number;
}

/** Makes the condition of one field; undefined after a fault. */
type ConditionReader = (cursor: Cursor, budget: PatternBudget) => Condition | undefined;

/** How each field of `match` is read. */
const MATCH_FIELDS: Readonly<Record<MatchFieldName, ConditionReader>> = {
  action: readAction,
  risk: wordsReader("risk", ["low", "medium", "high"], (facts) => facts.risk),
  scopes: namesReader("scopes", (facts) => facts.scopes),
  roles: namesReader("roles", (facts) => facts.roles),
  groups: namesReader("groups", (facts) => facts.groups),
  kind: wordsReader("kind", ["user", "agent", "service"], (facts) => facts.kind),
  tenant: namesReader("tenant", (facts) => (facts.tenant === undefined ? [] : [facts.tenant])),
};

/** Reads one field of `match`. */
export function readCondition(field: MatchFieldName, cursor: Cursor, budget: PatternBudget): Condition | undefined {
  return MATCH_FIELDS[field](cursor, budget);
}

function readAction(cursor: Cursor, budget: PatternBudget): Condition | undefined {
  const patterns = readEach(cursor, (item) => readActionPattern(item, budget));
  if (patterns === undefined) return undefined;
  const exact = new Set(patterns.filter((pattern) => pattern.kind === "exact").map((pattern) => pattern.source));
  const searched = patterns.filter((pattern) => pattern.kind !== "exact");
  return {
    field: "action",
    expected: patterns.map((pattern) => pattern.source),
    ...(searched.length === 0 ? { onlyActions: exact } : {}),
    holds: ({ action }) => exact.has(action) || searched.some((pattern) => pattern.matches(action)),
    sees: (facts) => facts.action,
  };
}

function readActionPattern(cursor: Cursor, budget: PatternBudget): Pattern | undefined {
  const source = readText(cursor, { min: 0, max: Infinity });
  // Once the budget is overdrawn, which was reported then, no more patterns are compiled.
  if (source === undefined || budget.spent > MAX_DOCUMENT_PATTERN_COST) return undefined;
  const result = parsePattern(source, { tilde: true });
  if ("fault" in result) return addFault(cursor, result.fault);
  budget.spent += result.pattern.cost;
  if (budget.spent <= MAX_DOCUMENT_PATTERN_COST) return result.pattern;
  return addFault(cursor, "The document's patterns are too large together");
}

/** A field that holds one of few words, such as the risk. */
function wordsReader(
  field: MatchFieldName,
  words: readonly string[],
  sees: (facts: CallFacts) => string | undefined,
): ConditionReader {
  return (cursor) => {
    const expected = readEach(cursor, (item) => readWord(item, words));
    if (expected === undefined) return undefined;
    const holds = (facts: CallFacts): boolean => {
      const seen = sees(facts);
      return seen !== undefined && expected.includes(seen);
    };
    return { field, expected, holds, sees };
  };
}

/** A field that holds names, any of which may be one of the expected, such as the actor's roles. */
function namesReader(field: MatchFieldName, sees: (facts: CallFacts) => readonly string[]): ConditionReader {
  return (cursor) => {
    const names = readEach(cursor, readName);
    if (names === undefined) return undefined;
    const expected = new Set(names);
    return { field, expected: names, holds: (facts) => sees(facts).some((name) => expected.has(name)), sees };
  };
}

/** A role, group, scope or tenant, in the characters that principals' names have. */
function readName(cursor: Cursor): string | undefined {
  const name = readText(cursor, { min: 1, max: 200 });
  if (name === undefined) return undefined;
  if (!/^[\x21-\x7e]+$/.test(name))
    return addFault(cursor, "A name consists of visible ASCII characters without space");
  if (!/[*?]|^~|^re:/.test(name)) return name;
  return addFault(cursor, "Names are compared as they stand; patterns are supported for action only");
}
