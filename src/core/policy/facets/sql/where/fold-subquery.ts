import { lastNameOf, type Node, nodeOf, nodeOfType, textOf } from "../tree/node.ts";
import { compare } from "./desugar.ts";
import type { Folder } from "./folder.ts";
import type { Outcome } from "./outcome.ts";
import { dependsOnRow, isCorrelated } from "./row-names.ts";
import { findOnlyValue, findTarget, foldSameTable, isEmptyQuery } from "./subqueries.ts";

/** What a condition made of a subquery comes to: EXISTS, IN, ANY, ALL, or its one value. */
export function foldSubquery(node: Node, folder: Folder): Outcome {
  const select = nodeOf(nodeOfType(node["subselect"], "SelectStmt"));
  switch (textOf(node["subLinkType"])) {
    case "EXISTS_SUBLINK":
      return foldExists(select, folder);
    case "ANY_SUBLINK":
      return isEmptyQuery(select, folder) ? "false" : foldAny({ node, select }, folder);
    case "ALL_SUBLINK":
      return isEmptyQuery(select, folder) ? "true" : foldAny({ node, select }, folder);
    default: {
      const value = findOnlyValue(node);
      return value === undefined ? foldUnseen(node, folder) : folder.fold(value);
    }
  }
}

/** A query without a table has one row. */
function foldExists(select: Node, folder: Folder): Outcome {
  if (isEmptyQuery(select, folder)) return "false";
  if (select["valuesLists"] !== undefined) return "true";
  const same = foldSameTable(select, folder);
  if (same === "true" || (same !== undefined && select["fromClause"] === undefined)) return same;
  return isCorrelated(select, folder.names) ? "row" : "any";
}

/** Being one of all rows of the same table is what every row is. */
function foldAny({ node, select }: { readonly node: Node; readonly select: Node }, folder: Folder): Outcome {
  if (foldSameTable(select, folder) !== "true") return foldUnseen(node, folder);
  if (select["fromClause"] !== undefined) return "any";
  const target = findTarget(select);
  if (target === undefined) return foldUnseen(node, folder);
  return folder.fold(compare(lastNameOf(node["operName"]) || "=", node["testexpr"], target));
}

/** What the subquery finds can't be known. */
function foldUnseen(node: Node, { names }: Folder): Outcome {
  return dependsOnRow({ SubLink: node }, names) ? "row" : "any";
}
