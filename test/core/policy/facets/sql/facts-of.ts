import { findCapabilities } from "../../../../../src/core/policy/facets/names/capabilities.ts";
import { splitNameWords } from "../../../../../src/core/policy/facets/names/name-words.ts";
import { readInput } from "../../../../../src/core/policy/facets/input.ts";
import type { ShellCommand } from "../../../../../src/core/policy/facets/shell/command.ts";
import type { FacetSource } from "../../../../../src/core/policy/facets/source.ts";
import { readStatements } from "../../../../../src/core/policy/facets/sql/read-statements.ts";
import type { StatementFact } from "../../../../../src/core/policy/facets/sql/statement-fact.ts";

/** What facets of a call are read from. */
export function buildSource(action: string, input: unknown): FacetSource {
  const nameWords = splitNameWords(action);
  return {
    action,
    nameWords,
    capabilities: findCapabilities(nameWords, {}),
    input: readInput(() => input),
    settings: { capabilityNames: {}, workspace: undefined },
  };
}

/** What a call's SQL does, in short. */
export function factsOf(action: string, input: unknown, commands: readonly ShellCommand[] = []): readonly string[] {
  return readStatements(buildSource(action, input), commands).statements.map(describe);
}

/** What a text does that a tool for some database would run. */
export function factsOfSql(sql: string): readonly string[] {
  return factsOf("db_query", { sql });
}

/** Whether an UPDATE of `t` with this condition changes all rows. */
export function updatesAll(condition: string, from = ""): string {
  const sql = `UPDATE t SET a = 1 ${from} WHERE ${condition}`;
  const [update = "nothing"] = factsOf("postgres_query", { sql });
  return { "update t": "no", "update t all": "yes", "update t some?": "unknown" }[update] ?? update;
}

/** The kind, `?` if it can't be known, and the table; `*` where that may be any. `all` rows, or `some?` rows where nobody can tell. */
function describe({ kind, table, isTableKnown, withoutWhere }: StatementFact): string {
  const tables = [...(table === undefined ? [] : [table]), ...(isTableKnown ? [] : ["*"])];
  const rows = { yes: ["all"], unknown: ["some?"], no: [] }[withoutWhere];
  return kind === undefined ? "?" : [kind, ...tables, ...rows].join(" ");
}
