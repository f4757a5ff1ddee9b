import type { ShellCommand } from "../shell/command.ts";
import type { FacetSource } from "../source.ts";
import { mayRunSql, readCommandSql } from "./clients/command-sources.ts";
import { readInputSql } from "./input/input-sources.ts";
import { SqlReader } from "./read-sql.ts";
import type { SqlFacet } from "./statement-fact.ts";

const NO_STATEMENTS: SqlFacet = Object.freeze({ statements: Object.freeze([]) });

/** The SQL that a call would run: of database tools, and of database clients in its commands. Never throws; linear in the input. */
export function readStatements(source: FacetSource, commands: readonly ShellCommand[]): SqlFacet {
  const isTool = source.capabilities.has("sql");
  const senders = commands.filter(mayRunSql);
  if (!isTool && senders.length === 0) return NO_STATEMENTS;
  const reader = new SqlReader();
  if (isTool) readInputSql(source, reader);
  for (const command of senders) readCommandSql(command, reader);
  return { statements: reader.facts };
}
