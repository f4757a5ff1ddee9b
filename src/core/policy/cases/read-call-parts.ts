import type { PolicyActor, PolicyCall, PolicyManifest } from "../call.ts";
import { type Cursor, readBoolean, readItems, readListItems, readMap, readText, readWord } from "../document/cursor.ts";
import { MAX_ACTION_CHARS, MAX_TEXT_CHARS } from "../limits.ts";

/** Keys of a call that a case may have, and a file for all of its cases. */
export const CALL_KEYS = ["action", "actor", "run", "manifest"] as const;

/** What of a call is given; a file's parts hold for the cases that don't have their own. */
export type CallParts = Partial<Pick<PolicyCall, (typeof CALL_KEYS)[number]>>;

const ACTOR_KEYS = { known: ["subject", "kind", "roles", "groups", "scopes", "tenant"] };
const MANIFEST_KEYS = { known: ["risk", "requiredScopes", "approvalRequired"] };

/** Reads those of {@link CALL_KEYS} that are there. */
export function readCallParts(members: ReadonlyMap<string, Cursor>): CallParts {
  const action = read(members, "action", (cursor) => readText(cursor, { min: 0, max: MAX_ACTION_CHARS + 1 }));
  const actor = read(members, "actor", readActor);
  const run = read(members, "run", readPlainText);
  const manifest = read(members, "manifest", readManifest);
  return withoutAbsent({ action, actor, run, manifest });
}

function readActor(cursor: Cursor): PolicyActor | undefined {
  const members = readMap(cursor, ACTOR_KEYS);
  if (members === undefined) return undefined;
  return withoutAbsent({
    subject: read(members, "subject", readPlainText),
    kind: read(members, "kind", (kind) => readWord(kind, ["user", "agent", "service"])),
    roles: read(members, "roles", readNames),
    groups: read(members, "groups", readNames),
    scopes: read(members, "scopes", readNames),
    tenant: read(members, "tenant", readPlainText),
  });
}

function readManifest(cursor: Cursor): PolicyManifest | undefined {
  const members = readMap(cursor, MANIFEST_KEYS);
  if (members === undefined) return undefined;
  return withoutAbsent({
    risk: read(members, "risk", (risk) => readWord(risk, ["low", "medium", "high"])),
    requiredScopes: read(members, "requiredScopes", readNames),
    approvalRequired: read(members, "approvalRequired", readBoolean),
  });
}

/** Names, none being fine; a single one counts as a list of itself. */
function readNames(cursor: Cursor): readonly string[] | undefined {
  const items = cursor.node.kind === "list" ? readListItems(cursor) : readItems(cursor);
  return items?.map(readPlainText).filter((name) => name !== undefined);
}

function readPlainText(cursor: Cursor): string | undefined {
  return readText(cursor, { min: 0, max: MAX_TEXT_CHARS });
}

function read<Value>(
  members: ReadonlyMap<string, Cursor>,
  key: string,
  reader: (cursor: Cursor) => Value | undefined,
): Value | undefined {
  const cursor = members.get(key);
  return cursor && reader(cursor);
}

/** So that a case's absent part doesn't hide its file's. */
function withoutAbsent<Parts extends object>(parts: Parts): { [Key in keyof Parts]?: Exclude<Parts[Key], undefined> } {
  return Object.fromEntries(Object.entries(parts).filter(([, value]) => value !== undefined)) as Parts;
}
