import { isNode, lastNameOf, type Node, nodeOf, typedNodeOf } from "../tree/node.ts";
import { readColumn, type RowNames } from "./row-names.ts";
import { findOnlyValue } from "./subqueries.ts";

/** Nodes of an expression that is compared with others; a larger one is like no other. Our choice, so that time stays linear. */
const MAX_KEY_NODES = 100;

/** A text that is equal for expressions that always have the same value; undefined for one that is too large. Casts don't count, nor does a subquery around a value. */
export function keyOf(value: unknown, names: RowNames): string | undefined {
  const parts: string[] = [];
  return write(value, names, parts) ? parts.join(" ") : undefined;
}

/** Whether everything could be written. */
function write(value: unknown, names: RowNames, parts: string[]): boolean {
  if (parts.length > MAX_KEY_NODES) return false;
  if (Array.isArray(value)) {
    parts.push("[");
    const isWhole = value.every((item) => write(item, names, parts));
    parts.push("]");
    return isWhole;
  }
  if (!isNode(value)) {
    parts.push(JSON.stringify(value));
    return true;
  }
  for (const type in value) {
    if (!isPlace(type) && !writeField(type, value[type], { names, parts })) return false;
  }
  return true;
}

interface Writing {
  readonly names: RowNames;
  readonly parts: string[];
}

function writeField(type: string, child: unknown, { names, parts }: Writing): boolean {
  if (type === "ColumnRef") {
    parts.push(columnKey(nodeOf(child), names));
    return true;
  }
  if (type === "TypeCast" || type === "CollateClause") return write(nodeOf(child)["arg"], names, parts);
  const only = type === "SubLink" ? findOnlyValue(nodeOf(child)) : undefined;
  if (only !== undefined) return write(only, names, parts);
  parts.push(type);
  return write(child, names, parts);
}

/** Where something stands in the text says nothing about what it is. */
function isPlace(field: string): boolean {
  return field === "location" || field === "list_start" || field === "list_end";
}

/** The same for a column with and without the name of its table. */
export function columnKey(column: Node, { same }: RowNames): string {
  const { qualifier, name } = readColumn(column);
  return qualifier === "" || same.has(qualifier) ? `=${name}` : `=${qualifier}.${name}`;
}

/** Operators that compute with a column; others look something up in it, or compare. */
const COMPUTING: ReadonlySet<string> = new Set(["+", "-", "*", "/", "%", "||", "|", "&", "#", "^", "<<", ">>"]);

/** The columns of an expression that computes with columns and constants alone, as a text; undefined for any other expression. */
export function columnsOf(value: unknown, names: RowNames): string | undefined {
  const columns = new Set<string>();
  return collectColumns(value, names, columns) ? [...columns].sort().join(" ") : undefined;
}

function collectColumns(value: unknown, names: RowNames, columns: Set<string>): boolean {
  const { type, node } = typedNodeOf(value);
  switch (type) {
    case "": // the missing side of a sign
    case "A_Const":
      return true;
    case "ColumnRef":
      columns.add(columnKey(node, names));
      return true;
    case "TypeCast":
    case "CollateClause":
      return collectColumns(node["arg"], names, columns);
    case "A_Expr": {
      if (!COMPUTING.has(lastNameOf(node["name"]))) return false;
      return collectColumns(node["lexpr"], names, columns) && collectColumns(node["rexpr"], names, columns);
    }
    default:
      return false;
  }
}
