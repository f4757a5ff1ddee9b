import { isNode, listOf, namesOf, type Node, nodeOf, nodeOfType, textOf, type TypedNode } from "./node.ts";
import { joinName, readRelation, type Relation } from "./relation.ts";
import type { Scope } from "./scope.ts";
import { KIND_OF_NODE } from "./statement-nodes.ts";
import type { NodeReader, Walk } from "./walk.ts";

/** How statements are read that do more than one thing, or that do what depends on their words. */
export const utilityReaders: Readonly<Record<string, NodeReader>> = {
  AlterDefaultPrivilegesStmt: (walk, node) => {
    walk.addKind("alter");
    readGrant(walk, nodeOf(node["action"]));
  },
  CopyStmt: readCopy,
  ExecuteStmt: readExecute,
  ExplainStmt: readExplain,
  GrantRoleStmt: readGrant,
  GrantStmt: readGrant,
  // The body of a function, which runs when it is called.
  ReturnStmt: (walk, node, scope) => walk.visit(node["returnval"], scope),
  PrepareStmt: (walk, node, scope) => {
    walk.addKind("prepare");
    walk.session.prepared.add(textOf(node["name"]));
    walk.visit(node["query"], scope);
  },
  TruncateStmt: (walk, node) => {
    for (const relation of findRelations(node["relations"])) walk.addTable("truncate", relation, "yes");
  },
  VariableSetStmt: readSet,
};

/** Fields that hold the tables that a statement is about; what else it names, it only refers to. */
const TARGET_FIELDS = [
  "relation",
  "relations",
  "rels",
  "objects",
  "view",
  "sequence",
  "base",
  "into",
  "pubobjects",
] as const;
const TARGETS: ReadonlySet<string> = new Set(TARGET_FIELDS);

/** Reads a statement that does one thing, to the tables that it names. */
export function readUtility(walk: Walk, { type, node }: TypedNode, scope: Scope): void {
  const kind = KIND_OF_NODE[type];
  if (kind === undefined) {
    walk.addUnknown();
    return;
  }
  const relations = [...TARGET_FIELDS.flatMap((field) => findRelations(node[field])), ...findNamedRelations(node)];
  for (const relation of relations) walk.addTable(kind, relation, "no");
  if (relations.length === 0) walk.addKind(kind);
  walk.visitRest(node, scope, TARGETS);
}

/** Tables as nodes; what stands inside of such a node is none. */
function findRelations(value: unknown): readonly Relation[] {
  if (Array.isArray(value)) return value.flatMap(findRelations);
  if (!isNode(value)) return [];
  if (typeof value["relname"] === "string") return [readRelation(value)];
  return Object.values(value).flatMap(findRelations);
}

/** What kind of thing a list of names means, and how many of them belong to what stands on a table rather than to the table. */
const NAMES_BEHIND_RELATION: Readonly<Record<string, number>> = {
  OBJECT_TABLE: 0,
  OBJECT_VIEW: 0,
  OBJECT_MATVIEW: 0,
  OBJECT_FOREIGN_TABLE: 0,
  OBJECT_SEQUENCE: 0,
  OBJECT_INDEX: 0,
  OBJECT_COLUMN: 1,
  OBJECT_POLICY: 1,
  OBJECT_RULE: 1,
  OBJECT_TRIGGER: 1,
  OBJECT_TABCONSTRAINT: 1,
};

/** Tables that stand as lists of names, as in DROP and COMMENT. */
function findNamedRelations(node: Node): readonly Relation[] {
  const behind = NAMES_BEHIND_RELATION[textOf(node["removeType"] ?? node["objtype"])];
  if (behind === undefined) return [];
  const lists = node["object"] === undefined ? listOf(node["objects"]) : [node["object"]];
  return lists.map((item) => {
    const names = namesOf(nodeOfType(item, "List")?.["items"]);
    const parts = names.slice(0, names.length - behind);
    return { name: joinName(parts), alias: "", isQualified: parts.length > 1 };
  });
}

function readGrant(walk: Walk, node: Node): void {
  const kind = node["is_grant"] === true ? "grant" : "revoke";
  const relations = findRelations(node["objects"]);
  for (const relation of relations) walk.addTable(kind, relation, "no");
  if (relations.length === 0) walk.addKind(kind);
}

function readCopy(walk: Walk, node: Node, scope: Scope): void {
  const isFrom = node["is_from"] === true;
  const [relation] = findRelations(node["relation"]);
  if (relation === undefined) walk.addKind("copy");
  else {
    walk.addTable("copy", relation, "no");
    walk.addTable(isFrom ? "insert" : "select", relation, isFrom ? "no" : "yes");
  }
  if (node["is_program"] === true) walk.addKind("run_code");
  else if (node["filename"] !== undefined) walk.addKind("server_file");
  walk.visit(node["query"], scope);
  walk.visit(node["whereClause"], scope);
}

/** Without ANALYZE nothing runs; an option that says otherwise isn't looked into. */
function readExplain(walk: Walk, node: Node, scope: Scope): void {
  walk.addKind("explain");
  const names = listOf(node["options"]).map((option) => textOf(nodeOfType(option, "DefElem")?.["defname"]));
  if (names.includes("analyze")) walk.visit(node["query"], scope);
}

/** What was prepared somewhere else may be anything. */
function readExecute(walk: Walk, node: Node, scope: Scope): void {
  walk.addKind("execute");
  if (!walk.session.prepared.has(textOf(node["name"]))) walk.addUnknown();
  walk.visit(node["params"], scope);
}

function readSet(walk: Walk, node: Node): void {
  const name = textOf(node["name"]).toLowerCase();
  walk.addKind(name === "role" || name === "session_authorization" ? "set_role" : "set");
  if (name === "search_path" || node["kind"] === "VAR_RESET_ALL") walk.session.hasNewSearchPath = true;
}
