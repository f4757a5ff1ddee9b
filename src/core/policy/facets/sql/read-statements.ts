import type { ShellCommand } from "../shell/command.ts";
import type { FacetSource } from "../source.ts";

/** One statement of a call. */
export interface StatementFact {
  /** Whether it couldn't be parsed: it may be any statement. */
  readonly isOpaque: boolean;
}

/** The SQL statements of a call. */
export interface SqlFacet {
  /** In the order in which they were found. */
  readonly statements: readonly StatementFact[];
}

/** The SQL that a call would run: of database tools, and of database clients in its commands. Never throws; linear in the input. */
export function readStatements(source: FacetSource, commands: readonly ShellCommand[]): SqlFacet {
  void source;
  void commands;
  return { statements: [] };
}
