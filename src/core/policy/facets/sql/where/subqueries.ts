import { listOf, type Node, nodeOf, nodeOfType } from "../tree/node.ts";
import { readRelation } from "../tree/relation.ts";
import { readConstant } from "./constants.ts";
import type { Folder } from "./folder.ts";
import type { Outcome } from "./outcome.ts";
import type { RowNames } from "./row-names.ts";

/** Clauses that make a query more than a choice of a table's rows. */
const OTHER_CLAUSES = ["groupClause", "havingClause", "limitCount", "limitOffset", "larg", "valuesLists"] as const;

/** The one value that each row of a query has; undefined where it has several. */
export function findTarget(select: Node): unknown {
  const [target, second] = listOf(select["targetList"]);
  return second === undefined ? nodeOf(nodeOfType(target, "ResTarget"))["val"] : undefined;
}

/** The value of a subquery that stands for one and reads no table. */
export function findOnlyValue(link: Node): unknown {
  const select = nodeOf(nodeOfType(link["subselect"], "SelectStmt"));
  const isValue = link["subLinkType"] === "EXPR_SUBLINK" && select["fromClause"] === undefined;
  return isValue && select["whereClause"] === undefined && !isMore(select) ? findTarget(select) : undefined;
}

/** Whether a query gives no rows, whatever it reads. */
export function isEmptyQuery(select: Node, folder: Folder): boolean {
  const limit = nodeOfType(select["limitCount"], "A_Const");
  if (limit !== undefined && readConstant(limit) === 0) return true;
  if (select["whereClause"] === undefined || select["larg"] !== undefined) return false;
  const outcome = folder.fold(select["whereClause"]);
  return outcome === "false" || outcome === "null";
}

/** What the condition of a query comes to that reads no table, or the very table whose rows are picked; undefined for any other query. */
export function foldSameTable(select: Node, folder: Folder): Outcome | undefined {
  if (isMore(select)) return undefined;
  const names = select["fromClause"] === undefined ? folder.names : findSameNames(select, folder.names);
  if (names === undefined) return undefined;
  return select["whereClause"] === undefined ? "true" : folder.withNames(names).fold(select["whereClause"]);
}

function isMore(select: Node): boolean {
  return OTHER_CLAUSES.some((clause) => select[clause] !== undefined);
}

/** With the query's own name for the table, if it reads nothing else: another look at the same rows. */
function findSameNames(select: Node, names: RowNames): RowNames | undefined {
  const [table, second] = listOf(select["fromClause"]);
  const node = nodeOfType(table, "RangeVar");
  if (node === undefined || second !== undefined) return undefined;
  const { name, alias } = readRelation(node);
  return name === names.table ? { ...names, same: new Set([...names.same, name, alias]) } : undefined;
}
