import type { Cursor } from "../document/cursor.ts";
import type { DocumentNode } from "../document/document-tree.ts";
import { isTemplateName, readTemplateText } from "../templates.ts";
import { listMembers, listScalars, memberOf } from "./rule-source.ts";

/**
 * The sets of a document that nothing in it uses. Of a document that extends files nothing is said, for they may use its sets,
 * nor of one without rules, whose sets are there for others.
 */
export function findUnusedSets(root: Cursor): readonly (readonly [name: string, set: Cursor])[] {
  const sets = memberOf(root, "sets");
  const extended = memberOf(root, "extends");
  const templates = extended === undefined ? [] : listScalars(extended).map(String);
  if (sets === undefined || memberOf(root, "rules") === undefined || !templates.every(isTemplateName)) return [];
  const rules = listMembers(root).filter(([key]) => key !== "sets");
  const texts = [...rules.flatMap(([, value]) => listTexts(value.node)), ...templates.map(readTemplateText)];
  const words = new Set(texts.flatMap((text) => text.match(/\w+/g) ?? []));
  return listMembers(sets).filter(([name]) => !words.has(name));
}

/** Every text in a value, however deep. */
function listTexts(node: DocumentNode): readonly string[] {
  switch (node.kind) {
    case "scalar":
      return typeof node.value === "string" ? [node.value] : [];
    case "list":
      return node.items.flatMap(listTexts);
    case "map":
      return node.entries.flatMap(({ value }) => listTexts(value));
  }
}
