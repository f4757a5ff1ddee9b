import { foldWhere } from "../where/fold-where.ts";
import { createRowNames } from "../where/row-names.ts";
import { kindOfFunction } from "./function-kinds.ts";
import { listOf, namesOf, type Node, nodeOf, nodeOfType, textOf } from "./node.ts";
import { readRelation } from "./relation.ts";
import { openWith, type Scope } from "./scope.ts";
import type { NodeReader, Walk } from "./walk.ts";

const SELECT_FIELDS: ReadonlySet<string> = new Set(["withClause", "intoClause", "larg", "rarg", "fromClause"]);

const NAME_FIELDS: ReadonlySet<string> = new Set(["funcname"]);

/** How queries and what stands in them are read. */
export const queryReaders: Readonly<Record<string, NodeReader>> = {
  SelectStmt: readSelect,
  RangeVar: (walk, node, scope) => walk.addRead(readRelation(node), scope),
  FuncCall: readCall,
};

function readSelect(walk: Walk, node: Node, outer: Scope): void {
  const scope = openWith(nodeOf(node["withClause"]), outer, (query, inner) => walk.visit(query, inner));
  const into = nodeOf(nodeOf(node["intoClause"])["rel"]);
  if (node["intoClause"] !== undefined) walk.addTable("create", readRelation(into), "no");
  for (const side of ["larg", "rarg"]) {
    if (node[side] !== undefined) readSelect(walk, nodeOf(node[side]), scope);
  }
  if (node["fromClause"] !== undefined) {
    const withoutWhere = foldWhere(node["whereClause"], createRowNames(undefined, node["fromClause"]));
    walk.visitTables(node["fromClause"], scope, withoutWhere);
  }
  walk.visitRest(node, scope, SELECT_FIELDS);
}

function readCall(walk: Walk, node: Node, scope: Scope): void {
  const names = namesOf(node["funcname"]);
  const kind = kindOfFunction(names);
  if (kind !== undefined) walk.addKind(kind);
  if (kind === "set") walk.session.hasNewSearchPath ||= setsSearchPath(node);
  walk.visitRest(node, scope, NAME_FIELDS);
}

/** Whether `set_config` sets the search path, or a setting whose name can't be seen. */
function setsSearchPath(node: Node): boolean {
  const name = nodeOf(nodeOfType(listOf(node["args"])[0], "A_Const")?.["sval"])["sval"];
  return name === undefined || textOf(name).toLowerCase() === "search_path";
}
