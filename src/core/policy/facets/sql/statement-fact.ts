import type { Truth } from "../../truth.ts";

/**
 * What a statement does. Those inside others (in a common table expression, behind EXPLAIN ANALYZE or PREPARE, in a rule)
 * count by themselves; reading tables is `select` wherever it happens.
 * - `rename` is ALTER … RENAME and MySQL's RENAME; other changes of structure are `create`, `alter`, `drop`, `import`.
 * - `security_label` and `reassign` (owners) change rights, besides `grant` and `revoke`.
 * - `run_code` runs what the parser can't see: a program of the server, a library, SQL that stands in a text.
 * - `server_file` reads or writes a file of the server; `copy` is any COPY.
 * - `set_role` acts as another role; other settings are `set`, looking at them is `show`.
 * - `maintain` is VACUUM, ANALYZE, CLUSTER, REINDEX, CHECKPOINT; `notify` is NOTIFY, LISTEN, UNLISTEN.
 * - `cursor` is DECLARE, FETCH, MOVE, CLOSE; `session` is DISCARD, DEALLOCATE and ending or signalling sessions.
 */
export const STATEMENT_KINDS = [
  "select",
  "insert",
  "update",
  "delete",
  "merge",
  "truncate",
  "create",
  "alter",
  "drop",
  "rename",
  "import",
  "grant",
  "revoke",
  "reassign",
  "security_label",
  "comment",
  "copy",
  "server_file",
  "run_code",
  "do",
  "call",
  "set",
  "set_role",
  "show",
  "transaction",
  "explain",
  "prepare",
  "execute",
  "cursor",
  "lock",
  "maintain",
  "refresh",
  "notify",
  "session",
] as const;

/** See {@link STATEMENT_KINDS}. */
export type StatementKind = (typeof STATEMENT_KINDS)[number];

/** One thing that a call's SQL does to one table, or to none; a statement makes as many of these as it does things. */
export interface StatementFact {
  /** Undefined when it can't be known: it may be any. */
  readonly kind: StatementKind | undefined;
  /**
   * The table, view or other relation as PostgreSQL folds its name, with its schema if that is written (`books.ledger`);
   * parts that hold a dot or a quote keep their quotes. Undefined when it is about none, or when that can't be known.
   */
  readonly table: string | undefined;
  /** Whether `table` is the table that is meant: not so for `DROP SCHEMA`, or behind a change of the search path. */
  readonly isTableKnown: boolean;
  /**
   * Whether nothing picks the rows: no condition, or one that always holds. `unknown` when that depends on what nobody can see,
   * such as a parameter. Always `yes` for TRUNCATE, and `no` for kinds that have no condition.
   */
  readonly withoutWhere: Truth;
}

/** The SQL of a call. */
export interface SqlFacet {
  /** In the order in which they were found, without repetitions. */
  readonly statements: readonly StatementFact[];
}

/** A statement that may be any. */
export const UNKNOWN_STATEMENT: StatementFact = Object.freeze({
  kind: undefined,
  table: undefined,
  isTableKnown: false,
  withoutWhere: "unknown",
});
