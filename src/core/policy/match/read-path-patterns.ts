import { addFault, type Cursor, readItems, readText } from "../document/cursor.ts";
import { MAX_DOCUMENT_PATTERN_COST, MAX_LIST_ITEMS, MAX_PATTERN_CHARS } from "../limits.ts";
import type { MatchContext } from "./condition.ts";
import { checkGlob } from "./globs.ts";
import { parsePathGlob, type PathPattern } from "./path-pattern.ts";
import type { PathPatterns } from "./path-set.ts";
import { parsePattern } from "./patterns.ts";

/** Patterns for paths as they stand in a document. */
export interface ReadPathPatterns extends PathPatterns {
  /** As they stand in the document. */
  readonly sources: readonly string[];
}

/** How a list of patterns is read. */
interface PathSyntax {
  /** Whether letter case makes no difference. */
  readonly ignoresCase: boolean;
  /** Whether an empty pattern counts as absent; it is a fault otherwise. */
  readonly allowsEmpty: boolean;
}

/** Reads a pattern for paths, or a list of them; undefined when none is left. Empty only where nothing but empty sets is named. */
export function readPathPatterns(
  cursor: Cursor,
  context: Pick<MatchContext, "budget">,
  syntax: PathSyntax,
): ReadPathPatterns | undefined {
  const items = readItems(cursor);
  if (items === undefined) return undefined;
  if (items.length > MAX_LIST_ITEMS) return addFault(cursor, `A list has at most ${MAX_LIST_ITEMS} members`);
  const patterns = items.flatMap((item) => readOne(item, context, syntax) ?? []);
  // Where only empty sets are named no path fits; a condition that vanished would let everything through.
  if (patterns.length === 0 && items.length > 0) return undefined;
  return {
    sources: patterns.map(({ source }) => source),
    globs: patterns.flatMap(({ globs }) => globs),
    regexes: patterns.flatMap(({ regexes }) => regexes),
    ignoresCase: syntax.ignoresCase,
  };
}

function readOne(
  cursor: Cursor,
  { budget }: Pick<MatchContext, "budget">,
  { ignoresCase, allowsEmpty }: PathSyntax,
): CompiledPattern | undefined {
  const source = readText(cursor, { min: allowsEmpty ? 0 : 1, max: Infinity });
  // Once the budget is overdrawn, which was reported then, no more patterns are compiled.
  if (source === undefined || source === "" || budget.spent > MAX_DOCUMENT_PATTERN_COST) return undefined;
  const compiled = compilePattern(source, ignoresCase);
  if ("fault" in compiled) return addFault(cursor, compiled.fault);
  budget.spent += compiled.cost;
  if (budget.spent <= MAX_DOCUMENT_PATTERN_COST) return compiled;
  return addFault(cursor, "The document's patterns are too large together");
}

/** One pattern of a document. */
interface CompiledPattern {
  readonly source: string;
  readonly globs: readonly PathPattern[];
  readonly regexes: readonly ((text: string) => boolean)[];
  readonly cost: number;
}

function compilePattern(source: string, ignoresCase: boolean): CompiledPattern | { readonly fault: string } {
  if (source.startsWith("re:")) {
    const result = parsePattern(ignoresCase ? `re:(?i)${source.slice(3)}` : source, { tilde: false });
    if ("fault" in result) return result;
    return { source, globs: [], regexes: [result.pattern.matches], cost: result.pattern.cost };
  }
  if (source.length > MAX_PATTERN_CHARS) return { fault: `A pattern has at most ${MAX_PATTERN_CHARS} characters` };
  const check = checkGlob(source);
  if ("fault" in check) return check;
  return { source, globs: parsePathGlob(source, ignoresCase), regexes: [], cost: check.alternatives };
}
