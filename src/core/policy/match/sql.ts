import { type Cursor, readBoolean, readEach, readWord } from "../document/cursor.ts";
import { STATEMENT_KINDS, type StatementFact } from "../facets/sql/statement-fact.ts";
import { negate, type Truth, truthOf } from "../truth.ts";
import type { ConditionReader, MatchContext } from "./condition.ts";
import { type FacetField, type KeyTest, readFacetCondition } from "./facet-condition.ts";
import { readPattern } from "./read-pattern.ts";

const SQL_FIELD: FacetField<StatementFact> = {
  field: "sql",
  keys: { statement: readKinds, table: readTables, without_where: readWithoutWhere },
  itemsOf: ({ facets }) => facets.statements.statements,
  mayBeNothing: ({ kind }) => kind === undefined,
  describe: describeStatement,
};

/** Reads `match.sql`: the statements that a call sends to a database. */
export const readSqlCondition: ConditionReader = (cursor, context) => readFacetCondition(cursor, context, SQL_FIELD);

function readKinds(cursor: Cursor): KeyTest<StatementFact> | undefined {
  const kinds = readEach(cursor, (item) => readWord(item, STATEMENT_KINDS));
  return (
    kinds && {
      expected: kinds,
      holds: ({ kind }) => (kind === undefined ? "unknown" : truthOf(kinds.includes(kind))),
    }
  );
}

function readTables(cursor: Cursor, context: MatchContext): KeyTest<StatementFact> | undefined {
  const patterns = readEach(cursor, (item) => readPattern(item, context, { tilde: false }));
  if (patterns === undefined) return undefined;
  return {
    expected: patterns.map(({ source }) => `table ${source}`),
    holds: ({ table, isTableKnown }) => {
      const names = table === undefined ? [] : spellingsOf(table, context);
      const fits = names.some((name) => patterns.some((pattern) => pattern.matches(name)));
      if (isTableKnown) return truthOf(fits);
      // What may be another table satisfies no rule that permits.
      return fits && context.quantifier === "any" ? "yes" : "unknown";
    },
  };
}

/**
 * The names by which a table is known. A rule that restricts also looks at the name without its schema, at the schema that
 * is meant where none is written, and at the name without quotes and in lower case, as many servers compare names.
 */
function spellingsOf(table: string, { quantifier }: Pick<MatchContext, "quantifier">): readonly string[] {
  if (quantifier === "every") return [table];
  const last = table.replace(/^(?:(?:"(?:[^"]|"")*"|[^".]*)\.)+/, "");
  const names = [table, last, last === table ? `public.${table}` : table, table.replaceAll('"', "")];
  return [...new Set([...names, ...names.map((name) => name.toLowerCase())])];
}

function readWithoutWhere(cursor: Cursor): KeyTest<StatementFact> | undefined {
  const isWanted = readBoolean(cursor);
  if (isWanted === undefined) return undefined;
  return {
    expected: [isWanted ? "without WHERE" : "not without WHERE"],
    holds: ({ withoutWhere }): Truth => (isWanted ? withoutWhere : negate(withoutWhere)),
  };
}

/** What is done to which table; conditions and values may be secret. */
function describeStatement({ kind, table, withoutWhere }: StatementFact): string {
  if (kind === undefined) return "a statement that can't be known";
  const what = table === undefined ? kind : `${kind} ${table}`;
  const isChange = kind === "update" || kind === "delete";
  return isChange && withoutWhere === "yes" ? `${what} without WHERE` : what;
}
