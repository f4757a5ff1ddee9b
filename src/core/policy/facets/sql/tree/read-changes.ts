import type { Truth } from "../../../truth.ts";
import type { StatementKind } from "../statement-fact.ts";
import { foldMergeWhere, foldWhere } from "../where/fold-where.ts";
import { createRowNames, findAliases } from "../where/row-names.ts";
import { listOf, type Node, nodeOf, nodeOfType, textOf } from "./node.ts";
import { readRelation } from "./relation.ts";
import { isNamedQuery, openWith, type Scope } from "./scope.ts";
import type { NodeReader, Walk } from "./walk.ts";

/** How statements that change rows are read. */
export const changeReaders: Readonly<Record<string, NodeReader>> = {
  InsertStmt: readInsert,
  UpdateStmt: (walk, node, scope) => readChange(walk, { kind: "update", node, tables: node["fromClause"] }, scope),
  DeleteStmt: (walk, node, scope) => readChange(walk, { kind: "delete", node, tables: node["usingClause"] }, scope),
  MergeStmt: readMerge,
};

const OWN_FIELDS: ReadonlySet<string> = new Set([
  "withClause",
  "relation",
  "fromClause",
  "usingClause",
  "sourceRelation",
]);

const KIND_OF_COMMAND: Readonly<Record<string, StatementKind>> = {
  CMD_INSERT: "insert",
  CMD_UPDATE: "update",
  CMD_DELETE: "delete",
};

function readInsert(walk: Walk, node: Node, outer: Scope): void {
  const scope = openOwnWith(walk, node, outer);
  const relation = readRelation(nodeOf(node["relation"]));
  walk.addTable("insert", relation, "no");
  // The conflict picks the rows, whatever else does.
  const { action } = nodeOf(node["onConflictClause"]);
  if (action === "ONCONFLICT_UPDATE") walk.addTable("update", relation, "no");
  walk.visitRest(node, scope, OWN_FIELDS);
}

interface Change {
  readonly kind: StatementKind;
  readonly node: Node;
  /** Other tables that it looks at. */
  readonly tables: unknown;
}

function readChange(walk: Walk, { kind, node, tables }: Change, outer: Scope): void {
  const scope = openOwnWith(walk, node, outer);
  const relation = readRelation(nodeOf(node["relation"]));
  const withoutWhere = foldWhere(node["whereClause"], createRowNames(relation, tables));
  addChange(walk, { kind, node, withoutWhere }, scope);
  // Other servers take an alias for the target: `UPDATE x SET … FROM users x`.
  for (const other of findAliases(tables)) {
    if (other.alias === relation.name && other.name !== relation.name) walk.addTable(kind, other, withoutWhere);
  }
  walk.visitTables(tables, scope, withoutWhere);
  walk.visitRest(node, scope, OWN_FIELDS);
}

function readMerge(walk: Walk, node: Node, outer: Scope): void {
  const scope = openOwnWith(walk, node, outer);
  const source = node["sourceRelation"];
  const names = createRowNames(readRelation(nodeOf(node["relation"])), [source]);
  addChange(walk, { kind: "merge", node, withoutWhere: "no" }, scope);
  for (const item of listOf(node["mergeWhenClauses"])) {
    const clause = nodeOf(nodeOfType(item, "MergeWhenClause"));
    const kind = KIND_OF_COMMAND[textOf(clause["commandType"])];
    const isMatched = clause["matchKind"] !== "MERGE_WHEN_NOT_MATCHED_BY_SOURCE";
    const conditions = { join: node["joinCondition"], isMatched, clause: clause["condition"] };
    const withoutWhere = kind === "insert" ? "no" : foldMergeWhere(conditions, names);
    if (kind !== undefined) addChange(walk, { kind, node, withoutWhere }, scope);
  }
  walk.visitTables(source, scope, "no");
  walk.visitRest(node, scope, OWN_FIELDS);
}

/** Other servers change the table behind a query that WITH names, so then the table isn't known. */
function addChange(
  walk: Walk,
  { kind, node, withoutWhere }: { readonly kind: StatementKind; readonly node: Node; readonly withoutWhere: Truth },
  scope: Scope,
): void {
  const relation = readRelation(nodeOf(node["relation"]));
  const isQuery = !relation.isQualified && isNamedQuery(scope, relation.name);
  if (isQuery) walk.addAnyTable(kind, withoutWhere);
  walk.addTable(kind, relation, withoutWhere);
}

function openOwnWith(walk: Walk, node: Node, outer: Scope): Scope {
  return openWith(nodeOf(node["withClause"]), outer, (query, inner) => walk.visit(query, inner));
}
