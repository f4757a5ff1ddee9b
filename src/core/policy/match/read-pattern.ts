import { addFault, type Cursor, readText } from "../document/cursor.ts";
import { MAX_DOCUMENT_PATTERN_COST } from "../limits.ts";
import type { MatchContext } from "./condition.ts";
import { parsePattern, parseRegex, type Pattern, type PatternResult, type PatternSyntax } from "./patterns.ts";

type PatternContext = Pick<MatchContext, "budget" | "isOlderForm">;

/** Reads one pattern of a document at the document's expense; undefined after a fault. In the older form a leading `~` is a regex everywhere. */
export function readPattern(
  cursor: Cursor,
  context: PatternContext,
  { tilde }: Pick<PatternSyntax, "tilde">,
): Pattern | undefined {
  const { isOlderForm } = context;
  return spendOn(cursor, context, (source) => parsePattern(source, { tilde: tilde || isOlderForm, isOlderForm }));
}

/** Reads one regex where nothing but a regex can stand; a prefix `re:` is allowed, except in the older form, where it is a part of it. */
export function readRegex(cursor: Cursor, context: PatternContext): Pattern | undefined {
  return spendOn(cursor, context, (source) =>
    source.startsWith("re:") && !context.isOlderForm ? parsePattern(source, { tilde: false }) : parseRegex(source),
  );
}

/** A pattern at the document's expense; a fault once the document's patterns are too large together. */
export function chargePattern(result: PatternResult, { budget }: Pick<MatchContext, "budget">): PatternResult {
  if ("fault" in result) return result;
  budget.spent += result.pattern.cost;
  return budget.spent <= MAX_DOCUMENT_PATTERN_COST
    ? result
    : { fault: "The document's patterns are too large together" };
}

function spendOn(
  cursor: Cursor,
  context: PatternContext,
  parse: (source: string) => PatternResult,
): Pattern | undefined {
  const source = readText(cursor, { min: 0, max: Infinity });
  // Once the budget is overdrawn, which was reported then, no more patterns are compiled.
  if (source === undefined || context.budget.spent > MAX_DOCUMENT_PATTERN_COST) return undefined;
  const result = chargePattern(parse(source), context);
  return "fault" in result ? addFault(cursor, result.fault) : result.pattern;
}
