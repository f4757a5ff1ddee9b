import type { Cursor } from "./cursor.ts";
import { type DocumentNode, entriesOf, joinPath, type MapEntry } from "./document-tree.ts";

/** Refuses what the language knows and this version's server can't keep yet, rather than let somebody rely on it. */
export function refuseUnkept(root: Cursor): void {
  const rules = memberOf(root, "rules");
  if (rules?.node.kind !== "list") return;
  for (const [index, node] of rules.node.items.entries()) {
    const rule = { ...rules, node, path: joinPath(rules.path, index) };
    const approval = memberOf(rule, "approval");
    if (approval !== undefined) refuseKey(approval, "remind_every", "This server does not remind approvers yet");
  }
}

function refuseKey({ node, path, log }: Cursor, key: string, message: string): void {
  const entry = entryOf(node, key);
  if (entry !== undefined)
    log.add(message, { at: entry.keyAt, path: joinPath(path, key), hint: "remove it; nothing is ignored" });
}

function memberOf(cursor: Cursor, key: string): Cursor | undefined {
  const entry = entryOf(cursor.node, key);
  return entry && { ...cursor, node: entry.value, path: joinPath(cursor.path, key) };
}

function entryOf(node: DocumentNode, key: string): MapEntry | undefined {
  return entriesOf(node).find((entry) => entry.key === key);
}
