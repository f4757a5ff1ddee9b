import type { FatigueLimits } from "../../../contract/approval-terms.ts";
import type { FacetSettings } from "../facets/source.ts";
import { addFault, type Cursor, readInteger, readItems, readListItems, readMap, readWord } from "./cursor.ts";
import type { DefaultEffect, TieOrder } from "./document.ts";
import { entriesOf, joinPath } from "./document-tree.ts";
import type { LimitTerms } from "./limit-terms.ts";
import { readFatigue } from "./read-fatigue.ts";
import { isNull, readOlderDefault } from "./read-policies.ts";
import { readLimits } from "./read-limits.ts";
import { readSets, type SetMembers } from "./sets.ts";
import { readSettings } from "./settings.ts";

/** One document on its own, before those that it extends are added; its rules are not read yet. */
export interface Layer {
  /** As `extends` names it, files by their path from the first document's folder; undefined for that document itself. */
  readonly name: string | undefined;
  /** The whole document; faults go to its log, each document has its own. */
  readonly root: Cursor;
  /** The item of the first document's `extends` that led here; undefined for that document itself. */
  readonly via: Cursor | undefined;
  /** Undefined when it names none. */
  readonly defaultEffect: DefaultEffect | undefined;
  /** The older rule form has only one order. */
  readonly order: TieOrder;
  /** Its own sets. */
  readonly sets: SetMembers;
  /** Its own settings. */
  readonly settings: FacetSettings;
  /** Its own limits on every call. */
  readonly limits: LimitTerms | undefined;
  /** Its own limits on requests for approval. */
  readonly fatigue: Readonly<FatigueLimits> | undefined;
  /** The names of the documents that it extends. */
  readonly extended: readonly Cursor[];
  /** Its rules, or those of the older form. */
  readonly rules: readonly Cursor[];
  /** Whether it is of the older form. */
  readonly isOlderForm: boolean;
}

const KEYS = {
  known: [
    ...["version", "default", "order", "extends", "sets", "limits", "fatigue"],
    ...["workspace", "capabilities", "rules", "policies"],
  ],
};

/** Keys that the older form knows. */
const OLDER_KEYS: ReadonlySet<string> = new Set(["version", "default", "policies"]);

const DEFAULT_EFFECTS: readonly DefaultEffect[] = ["allow", "deny", "require_approval"];

/** Reads everything of a document but its rules. */
export function readLayer(root: Cursor, { name, via }: Pick<Layer, "name" | "via">): Layer | undefined {
  const members = readMap(root, KEYS);
  if (members === undefined) return undefined;
  const policies = members.get("policies");
  const isOlderForm = policies !== undefined;
  if (isOlderForm) checkOlderKeys(root);
  else checkVersion(root, members.get("version"));
  const fallback = members.get("default");
  const order = members.get("order");
  const sets = members.get("sets");
  const limits = members.get("limits");
  const fatigue = members.get("fatigue");
  const extended = members.get("extends");
  if (order !== undefined) readWord(order, ["first_match"]);
  return {
    ...{ name, root, via, isOlderForm },
    defaultEffect: fallback && (isOlderForm ? readOlderDefault(fallback) : readWord(fallback, DEFAULT_EFFECTS)),
    order: order === undefined && !isOlderForm ? "most_restrictive" : "first_match",
    sets: sets === undefined ? new Map() : readSets(sets),
    settings: readSettings({ workspace: members.get("workspace"), capabilities: members.get("capabilities") }),
    limits: limits && readLimits(limits),
    fatigue: fatigue && readFatigue(fatigue),
    extended: (extended && readItems(extended)) ?? [],
    rules: readRuleItems(policies, members.get("rules")),
  };
}

function readRuleItems(policies: Cursor | undefined, rules: Cursor | undefined): readonly Cursor[] {
  // In the older form a key without a value is an absent one.
  const list = policies === undefined || isNull(policies) ? rules : policies;
  return (list && readListItems(list)) ?? [];
}

function checkVersion(root: Cursor, version: Cursor | undefined): void {
  if (version === undefined) addFault(root, "The document has no version", "begin it with version: 1");
  else readInteger(version, { min: 1, max: 1 });
}

/** The older form had no other keys, and whoever mixes the two means something that neither says. */
function checkOlderKeys({ node, path, log }: Cursor): void {
  for (const { key, keyAt } of entriesOf(node)) {
    if (!KEYS.known.includes(key) || OLDER_KEYS.has(key)) continue;
    const hint = key === "rules" ? "write all of them as rules" : "write the policies as rules";
    log.add(`"${key}" can't stand beside policies`, { at: keyAt, path: joinPath(path, key), hint });
  }
}
