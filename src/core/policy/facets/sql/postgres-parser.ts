import { loadModule, parseSync } from "libpg-query";
import { listOf, type Node, nodeOf } from "./tree/node.ts";

// The parser is compiled from C and loads in the background; nobody who imports this module sees it unloaded.
await loadModule();

/**
 * The statements of a text as PostgreSQL's own parser reads it; undefined for what it refuses.
 * Its stack is small, a text that exhausts it damages it for good, and long comments and operators take it quadratic time:
 * only text that has passed through `readParts` may come here.
 */
export function parsePostgres(sql: string): readonly Node[] | undefined {
  try {
    return listOf(parseSync(sql).stmts).map((statement) => nodeOf(nodeOf(statement)["stmt"]));
  } catch {
    return undefined;
  }
}
