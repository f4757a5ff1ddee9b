import { splitNameWords } from "../../names/name-words.ts";
import type { Certainty } from "../sql-source.ts";

/** How certain a key of a database tool's input makes the texts below it; `never` for prose, and for values that are bound to placeholders. */
export type KeyRole = Certainty | "never";

const SQL_WORDS: ReadonlySet<string> = new Set([
  "sql",
  "query",
  "queries",
  "statement",
  "statements",
  "stmt",
  "ddl",
  "dml",
]);

const QUERY_WORDS: ReadonlySet<string> = new Set(["query", "queries"]);

const PROBABLE_KEYS: ReadonlySet<string> = new Set([
  "q",
  "command",
  "commands",
  "cmd",
  "text",
  "script",
  "body",
  "raw",
  "code",
  "input",
  "content",
  "migration",
  "migrations",
  "up",
  "down",
  "expression",
  "request",
  "operation",
]);

const BOUND_WORDS: ReadonlySet<string> = new Set([
  "params",
  "parameters",
  "values",
  "value",
  "args",
  "arguments",
  "bindings",
  "binds",
  "data",
  "row",
  "rows",
  "record",
  "records",
  "document",
  "documents",
]);

const PROSE_WORDS: ReadonlySet<string> = new Set([
  "title",
  "name",
  "description",
  "comment",
  "comments",
  "message",
  "reason",
  "summary",
  "note",
  "notes",
  "label",
  "subject",
  "explanation",
  "purpose",
  "id",
]);

/** What else is known of the input that a key stands in. */
export interface KeyPlace {
  /** Whether it has one text alone, which is then more likely to be SQL than one of several. */
  readonly isOnlyText: boolean;
  /** Whether the tool searches, so that a query may as well be words to look for. */
  readonly isSearch: boolean;
}

/** What a key says, by its whole words: `rawSql` and `sql_query` are SQL for sure, `sql_mode` is probably not. */
export function roleOfKey(key: string, { isOnlyText, isSearch }: KeyPlace): KeyRole {
  const words = [...splitNameWords(key)];
  const last = words.at(-1) ?? "";
  if (SQL_WORDS.has(last)) return isSearch && QUERY_WORDS.has(last) ? "probable" : "certain";
  if (PROSE_WORDS.has(last)) return "never";
  if (!isOnlyText && words.some((word) => BOUND_WORDS.has(word))) return "never";
  const isProbable = isOnlyText || PROBABLE_KEYS.has(last) || words.some((word) => SQL_WORDS.has(word));
  return isProbable ? "probable" : "possible";
}
