import { isNode, lastNameOf, namesOf, type Node, nodeOf, nodeOfType } from "../tree/node.ts";
import { joinName, readRelation, type Relation } from "../tree/relation.ts";

/** Which names of a condition mean the rows that it picks. */
export interface RowNames {
  /** The table whose rows they are; undefined for a query over several. */
  readonly table: string | undefined;
  /** What columns of those rows may be qualified with. */
  readonly own: ReadonlySet<string>;
  /** Those of them that mean one and the same table. */
  readonly same: ReadonlySet<string>;
  /** What columns of other tables are qualified with. */
  readonly others: ReadonlySet<string>;
}

/**
 * The names for a statement that changes a table and looks at others, or for a query, which has no table of its own.
 * Another look at the same table counts as the same rows: `UPDATE t … FROM t x WHERE x.id = t.id` picks none.
 */
export function createRowNames(target: Relation | undefined, tables: unknown): RowNames {
  const others = findAliases(tables);
  if (target === undefined) {
    const own = new Set(others.flatMap(namesFor));
    const [only, second] = others;
    const single = second === undefined ? only : undefined;
    return { table: single?.name, own, same: single === undefined ? new Set() : own, others: new Set() };
  }
  const isSame = (other: Relation): boolean => other.name === target.name;
  const own = new Set([target, ...others.filter(isSame)].flatMap(namesFor));
  const rest = others.filter((other) => !isSame(other));
  return { table: target.name, own, same: own, others: new Set(rest.flatMap(namesFor)) };
}

function namesFor({ name, alias }: Relation): readonly string[] {
  return [name, alias];
}

/** Everything in a FROM that has a name; what stands inside of a subquery there has none outside. */
export function findAliases(value: unknown): readonly Relation[] {
  if (Array.isArray(value)) return value.flatMap(findAliases);
  if (!isNode(value)) return [];
  const relation = nodeOfType(value, "RangeVar");
  if (relation !== undefined) return [readRelation(relation)];
  const join = nodeOfType(value, "JoinExpr");
  if (join !== undefined) return [...findAliases(join["larg"]), ...findAliases(join["rarg"])];
  const { aliasname } = nodeOf(nodeOf(Object.values(value)[0])["alias"]);
  return typeof aliasname === "string" ? [{ name: "", alias: aliasname, isQualified: false }] : [];
}

/** A column's qualifier, empty where it has none, and its name; undefined for a `*`. */
export function readColumn(node: Node): { readonly qualifier: string; readonly name: string } {
  const fields = node["fields"];
  return { qualifier: joinName(namesOf(fields).slice(0, -1)), name: lastNameOf(fields) };
}

/** Whether a column may be one of the rows that the condition picks. */
export function isOwnColumn(column: Node, { others }: RowNames): boolean {
  const { qualifier } = readColumn(column);
  return qualifier === "" || !others.has(qualifier);
}

/** Whether a value may differ from row to row. */
export function dependsOnRow(value: unknown, names: RowNames): boolean {
  if (Array.isArray(value)) return value.some((item) => dependsOnRow(item, names));
  if (!isNode(value)) return false;
  for (const key in value) {
    const child = value[key];
    if (key === "CurrentOfExpr") return true;
    if (key === "ColumnRef" ? isOwnColumn(nodeOf(child), names) : dependsOnPart(key, child, names)) return true;
  }
  return false;
}

function dependsOnPart(key: string, child: unknown, names: RowNames): boolean {
  if (key !== "SubLink") return dependsOnRow(child, names);
  const { testexpr, subselect } = nodeOf(child);
  return dependsOnRow(testexpr, names) || isCorrelated(subselect, names);
}

/** Whether a subquery names the rows around it; columns without a qualifier are taken for its own. */
export function isCorrelated(subquery: unknown, { own }: RowNames): boolean {
  const inner = new Set<string>();
  forEachNode(subquery, (type, node) => {
    const alias = type === "RangeVar" ? readRelation(node).alias : nodeOf(node["alias"])["aliasname"];
    if (typeof alias === "string") inner.add(alias);
  });
  let isFound = false;
  forEachNode(subquery, (type, node) => {
    if (type !== "ColumnRef") return;
    const { qualifier } = readColumn(node);
    isFound ||= own.has(qualifier) && !inner.has(qualifier);
  });
  return isFound;
}

function forEachNode(value: unknown, look: (type: string, node: Node) => void): void {
  if (Array.isArray(value)) for (const item of value) forEachNode(item, look);
  else if (isNode(value)) {
    for (const type in value) {
      const child = value[type];
      if (isNode(child)) look(type, child);
      forEachNode(child, look);
    }
  }
}
