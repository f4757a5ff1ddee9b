import { listOf, type Node, nodeOf, nodeOfType, textOf } from "./node.ts";

/** What the names in a part of a statement stand for. */
export interface Scope {
  /** Names of common table expressions: these are no tables. */
  readonly queries: ReadonlySet<string>;
  /** Where names stand for what they don't stand for here. */
  readonly outer: Scope | undefined;
}

/** Where a statement begins. */
export const OUTERMOST: Scope = { queries: new Set(), outer: undefined };

/** Whether a name without a schema stands for a common table expression. */
export function isNamedQuery(scope: Scope, name: string): boolean {
  for (let at: Scope | undefined = scope; at !== undefined; at = at.outer) {
    if (at.queries.has(name)) return true;
  }
  return false;
}

/**
 * Visits the queries that a statement names by WITH, and gives the scope of the statement itself. A query doesn't see its own
 * name, nor those behind it, unless WITH is recursive: there such a name is a table's.
 */
export function openWith(clause: Node, outer: Scope, visit: (query: unknown, scope: Scope) => void): Scope {
  const expressions = listOf(clause["ctes"]).map((item) => nodeOf(nodeOfType(item, "CommonTableExpr")));
  if (expressions.length === 0) return outer;
  const queries = new Set<string>(clause["recursive"] === true ? expressions.map(nameOf) : []);
  const scope = { queries, outer };
  for (const expression of expressions) {
    visit(expression["ctequery"], scope);
    queries.add(nameOf(expression));
  }
  return scope;
}

function nameOf(expression: Node): string {
  return textOf(expression["ctename"]);
}
