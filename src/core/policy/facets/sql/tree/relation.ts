import { type Node, nodeOf, textOf } from "./node.ts";

/** A table as a statement names it. */
export interface Relation {
  /** With its schema, if that is written. */
  readonly name: string;
  /** By what the statement's columns call it. */
  readonly alias: string;
  /** Whether the name says in which schema it is. */
  readonly isQualified: boolean;
}

/** Reads the parser's node of a table. */
export function readRelation(node: Node): Relation {
  const relation = textOf(node["relname"]);
  const parts = [textOf(node["catalogname"]), textOf(node["schemaname"]), relation].filter((part) => part !== "");
  const aliasName = textOf(nodeOf(node["alias"])["aliasname"]);
  return { name: joinName(parts), alias: aliasName === "" ? relation : aliasName, isQualified: parts.length > 1 };
}

/** Joins the parts of a name by dots; a part that would be taken for several keeps its quotes. */
export function joinName(parts: readonly string[]): string {
  return parts.map((part) => (/[."]/.test(part) ? `"${part.replaceAll('"', '""')}"` : part)).join(".");
}
