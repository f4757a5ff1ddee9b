/** A node of the parser's tree: its fields by name; those with their usual value are left out. */
export type Node = Readonly<Record<string, unknown>>;

/** A node together with what it is, as `{ "SelectStmt": { … } }` stands in the tree. */
export interface TypedNode {
  /** The parser's name for it. */
  readonly type: string;
  /** Its fields. */
  readonly node: Node;
}

const NO_NODE: Node = Object.freeze({});
const NO_ITEMS: readonly unknown[] = Object.freeze([]);

/** Whether a value of the tree is a node or the wrapper of one. */
export function isNode(value: unknown): value is Node {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** A field that holds a node of a known type; empty where it is absent. */
export function nodeOf(value: unknown): Node {
  return isNode(value) ? value : NO_NODE;
}

/** A field that holds a list; empty where it is absent. */
export function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : NO_ITEMS;
}

/** A field that holds text; empty where it is absent. */
export function textOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}

/** What a field holds that may be of several types; of no type where it is absent. */
export function typedNodeOf(value: unknown): TypedNode {
  const [type = ""] = Object.keys(nodeOf(value));
  return { type, node: nodeOf(nodeOf(value)[type]) };
}

/** The fields of a value that is of the given type; undefined for any other. */
export function nodeOfType(value: unknown, type: string): Node | undefined {
  return isNode(value) && isNode(value[type]) ? value[type] : undefined;
}

/** The text of a list's names, as in `pg_catalog.lower`. */
export function namesOf(value: unknown): string[] {
  return listOf(value).map((item) => textOf(nodeOfType(item, "String")?.["sval"]));
}

/** The last of a list's names. */
export function lastNameOf(value: unknown): string {
  return namesOf(value).at(-1) ?? "";
}
