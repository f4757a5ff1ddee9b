import { lastNameOf, listOf, type Node, nodeOf, nodeOfType } from "../tree/node.ts";

/** A condition made of simpler ones. */
export type Sugar =
  | { readonly join: "and" | "or"; readonly parts: readonly Node[] }
  | { readonly join: "not"; readonly parts: readonly [Node] };

/**
 * Writes IN, BETWEEN, IS DISTINCT FROM, ANY and ALL over lists as comparisons, joined; undefined for everything else.
 * For IS DISTINCT FROM a column that is NULL is a row here or there, so only a NULL that is written counts.
 */
export function desugar(node: Node): Sugar | undefined {
  const { lexpr: left, rexpr: right } = node;
  const operator = lastNameOf(node["name"]);
  switch (node["kind"]) {
    case "AEXPR_IN":
      return overAll(operator === "=" ? "or" : "and", node, itemsOf(right));
    case "AEXPR_OP_ANY":
      return overList("or", node);
    case "AEXPR_OP_ALL":
      return overList("and", node);
    case "AEXPR_BETWEEN":
      return between(left, itemsOf(right));
    case "AEXPR_BETWEEN_SYM":
      return { join: "or", parts: bothWays(left, right) };
    case "AEXPR_NOT_BETWEEN":
      return { join: "not", parts: [{ A_Expr: { ...node, kind: "AEXPR_BETWEEN" } }] };
    case "AEXPR_NOT_BETWEEN_SYM":
      return { join: "not", parts: [{ A_Expr: { ...node, kind: "AEXPR_BETWEEN_SYM" } }] };
    case "AEXPR_DISTINCT":
      return { join: "and", parts: [testNull("IS_NOT_NULL", left, right) ?? compare("<>", left, right)] };
    case "AEXPR_NOT_DISTINCT":
      return { join: "and", parts: [testNull("IS_NULL", left, right) ?? compare("=", left, right)] };
    default:
      return undefined;
  }
}

/** A comparison as the parser would give it. */
export function compare(operator: string, left: unknown, right: unknown): Node {
  return { A_Expr: { kind: "AEXPR_OP", name: [{ String: { sval: operator } }], lexpr: left, rexpr: right } };
}

/** To be distinct from NULL is not to be NULL; undefined where neither side is NULL. */
function testNull(test: "IS_NULL" | "IS_NOT_NULL", left: unknown, right: unknown): Node | undefined {
  const other = isNull(left) ? right : isNull(right) ? left : undefined;
  return other === undefined ? undefined : { NullTest: { arg: other, nulltesttype: test } };
}

function isNull(value: unknown): boolean {
  return nodeOfType(value, "A_Const")?.["isnull"] === true;
}

function overAll(join: "and" | "or", { name, lexpr }: Node, items: readonly unknown[]): Sugar {
  return { join, parts: items.map((item) => compare(lastNameOf(name), lexpr, item)) };
}

/** Over `ARRAY[…]` or the empty array; what stands in another text or value can't be seen. */
function overList(join: "and" | "or", node: Node): Sugar | undefined {
  const list = withoutCast(node["rexpr"]);
  const array = nodeOfType(list, "A_ArrayExpr");
  if (array !== undefined) return overAll(join, node, listOf(array["elements"]));
  const text = nodeOf(nodeOfType(list, "A_Const")?.["sval"])["sval"];
  return typeof text === "string" && /^\s*\{\s*\}\s*$/.test(text) ? overAll(join, node, []) : undefined;
}

function withoutCast(value: unknown): unknown {
  const cast = nodeOfType(value, "TypeCast");
  return cast === undefined ? value : withoutCast(cast["arg"]);
}

function itemsOf(list: unknown): readonly unknown[] {
  return listOf(nodeOfType(list, "List")?.["items"]);
}

function between(value: unknown, [low, high]: readonly unknown[]): Sugar {
  return { join: "and", parts: [compare(">=", value, low), compare("<=", value, high)] };
}

function bothWays(value: unknown, right: unknown): readonly Node[] {
  const [low, high] = itemsOf(right);
  return [
    [low, high],
    [high, low],
  ].map((items) => ({
    A_Expr: { kind: "AEXPR_BETWEEN", lexpr: value, rexpr: { List: { items } } },
  }));
}
