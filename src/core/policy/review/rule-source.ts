import { type Cursor, readItems, type SetScope } from "../document/cursor.ts";
import type { ParsedPolicy, PolicyRule } from "../document/document.ts";
import { type DocumentNode, joinPath } from "../document/document-tree.ts";
import type { FaultLog, Position } from "../document/faults.ts";

/** A rule of the document that is reviewed, beside what it was read from. */
export interface RuleSource {
  /** As it decides. */
  readonly rule: PolicyRule;
  /** Its mapping; warnings about the whole rule stand there. */
  readonly cursor: Cursor;
  /** Its `match`, alternative by alternative; one without fields holds of every call. */
  readonly alternatives: readonly AlternativeSource[];
}

/** One mapping of a rule's `match`. */
export interface AlternativeSource {
  /** Where it stands. */
  readonly at: Position | undefined;
  /** For warnings, such as `rules[2].match`. */
  readonly path: string;
  /** Its values by field; `tool` is told as `action`. */
  readonly fields: ReadonlyMap<string, Cursor>;
}

/** The rules that stand in the document itself, not in what it extends, in its order. */
export function listRuleSources(root: DocumentNode, document: ParsedPolicy, log: FaultLog): readonly RuleSource[] {
  const cursor: Cursor = { node: root, path: "", log, sets: createScope(document.sets) };
  const lists = [memberOf(cursor, "policies"), memberOf(cursor, "rules")];
  const list = lists.find((member) => member?.node.kind === "list");
  const items = list === undefined ? [] : listItems(list);
  // Rules of extended documents come first, and every rule of a document without faults was read.
  const rules = items.length === 0 ? [] : document.rules.slice(-items.length);
  return rules.flatMap((rule, index) => {
    const item = items[index];
    return item === undefined ? [] : [{ rule, cursor: item, alternatives: listAlternatives(item) }];
  });
}

/** A member of a mapping; undefined where there is none, or nothing behind its key. */
export function memberOf(cursor: Cursor, key: string): Cursor | undefined {
  return listMembers(cursor).find(([name]) => name === key)?.[1];
}

/** The members of a mapping by key, those with nothing behind their key left out. */
export function listMembers(cursor: Cursor): readonly (readonly [key: string, value: Cursor])[] {
  const { node, path } = cursor;
  if (node.kind !== "map") return [];
  const present = node.entries.filter(({ value }) => !isNothing(value));
  return present.map(({ key, value }) => [key, { ...cursor, node: value, path: joinPath(path, key) }]);
}

/** The members of a list, or the single value that stands for one. */
export function listItems(cursor: Cursor): readonly Cursor[] {
  const { node, path } = cursor;
  if (node.kind !== "list") return [cursor];
  return node.items.map((item, index) => ({ ...cursor, node: item, path: joinPath(path, index) }));
}

/** A single value of a document. */
export type Scalar = string | number | boolean | null;

/** The values of a list or a single value, with the members of every set that is named among them. */
export function listScalars(cursor: Cursor): readonly Scalar[] {
  return (readItems(cursor) ?? []).flatMap(({ node }) => (node.kind === "scalar" ? [node.value] : []));
}

function listAlternatives(rule: Cursor): readonly AlternativeSource[] {
  const match = memberOf(rule, "match");
  if (match === undefined) return [{ at: rule.node.at, path: rule.path, fields: new Map() }];
  return listItems(match).map((cursor) => ({
    at: cursor.node.at,
    path: cursor.path,
    fields: new Map(listFields(cursor)),
  }));
}

function listFields(cursor: Cursor): readonly (readonly [string, Cursor])[] {
  return listMembers(cursor).map(([key, value]) => [key === "tool" ? "action" : key, value]);
}

/** The older rule form takes these for absent; in the newer one they are faults. */
function isNothing(node: DocumentNode): boolean {
  return node.kind === "list" ? node.items.length === 0 : node.kind === "scalar" && node.value === null;
}

/** Sets as a document without faults uses them: every name is there. */
function createScope(sets: ParsedPolicy["sets"]): SetScope {
  return {
    expand: (cursor, name) =>
      (sets.get(name) ?? []).map((value) => ({ ...cursor, node: { ...cursor.node, kind: "scalar", value } })),
  };
}
