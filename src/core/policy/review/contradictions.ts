import { readCall } from "../call.ts";
import type { Cursor } from "../document/cursor.ts";
import type { ParsedPolicy } from "../document/document.ts";
import type { Condition } from "../match/condition.ts";
import { findArgsContradiction } from "./args-contradictions.ts";
import { type AlternativeSource, listItems, listScalars, memberOf } from "./rule-source.ts";

/** Where conditions contradict each other, and how. */
export interface Contradiction {
  /** The value that can't be met. */
  readonly cursor: Cursor;
  /** For people. */
  readonly message: string;
}

/** Fields that are lists of names, any of which will do. */
export const NAME_FIELDS: readonly string[] = [
  ...["action", "risk", "kind", "tenant", "subject", "run"],
  ...["scopes", "roles", "groups", "capability"],
];

/** Fields that are lists of patterns, any of which will do. */
const PATTERN_FIELDS: readonly string[] = ["path_patterns", "args_pattern"];

/** Lists inside a field that something must fit: with nothing in them, nothing does. */
const WANTED_LISTS: Readonly<Record<string, readonly string[]>> = {
  name_words: ["any"],
  command: ["program", "subcommand", "flags_any", "args_any", "env_any", "config_any"],
  path: ["any", "access"],
  url: ["scheme", "host", "ip"],
  sql: ["statement", "table"],
};

/** Pairs of lists inside a field: what one wants the other excludes. `all` is lost with one member, `any` only with every one. */
const OPPOSITES: Readonly<
  Record<string, readonly (readonly [wanted: string, excluded: string, need: "any" | "all"])[]>
> = {
  name_words: [["any", "none", "any"]],
  command: [
    ["flags_any", "flags_none", "any"],
    ["flags_all", "flags_none", "all"],
    ["args_any", "args_none", "any"],
    ["args_all", "args_none", "all"],
  ],
  path: [["any", "except", "any"]],
};

/** Why no call can fit an alternative, as far as that is certain; undefined where one may. */
export function findContradiction(
  { fields }: AlternativeSource,
  conditions: readonly Condition[],
  settings: ParsedPolicy["settings"],
): Contradiction | undefined {
  for (const [field, cursor] of fields) {
    const found = field === "args" ? findArgsContradiction(cursor) : findFieldContradiction(field, cursor);
    if (found !== undefined) return found;
  }
  const action = fields.get("action");
  if (action === undefined || !excludesEveryAction(conditions, settings)) return undefined;
  return { cursor: action, message: "None of these names fits the rule's other conditions about the name" };
}

function findFieldContradiction(field: string, cursor: Cursor): Contradiction | undefined {
  if (NAME_FIELDS.includes(field) || PATTERN_FIELDS.includes(field)) return findEmpty(cursor);
  // Several mappings are alternatives of each other: one that a call may fit is enough.
  const found = listItems(cursor).map((mapping) => findMappingContradiction(field, mapping));
  return found.every((each) => each !== undefined) ? found[0] : undefined;
}

function findMappingContradiction(field: string, mapping: Cursor): Contradiction | undefined {
  // Holds also for calls without any.
  if (memberOf(mapping, "optional") !== undefined) return undefined;
  for (const key of WANTED_LISTS[field] ?? []) {
    const list = memberOf(mapping, key);
    const empty = list && findEmpty(list);
    if (empty !== undefined) return empty;
  }
  for (const [wantedKey, excludedKey, need] of OPPOSITES[field] ?? []) {
    const [wantedAt, excludedAt] = [memberOf(mapping, wantedKey), memberOf(mapping, excludedKey)];
    if (wantedAt === undefined || excludedAt === undefined) continue;
    const excluded = new Set(listScalars(excludedAt));
    const wanted = listScalars(wantedAt);
    const isLost =
      need === "all" ? wanted.some((value) => excluded.has(value)) : wanted.every((value) => excluded.has(value));
    if (isLost) return { cursor: wantedAt, message: `What ${wantedKey} wants here ${excludedKey} excludes` };
  }
  return undefined;
}

function findEmpty(cursor: Cursor): Contradiction | undefined {
  return listScalars(cursor).length > 0 ? undefined : { cursor, message: "Only empty sets are named here" };
}

/** Whether the names that an alternative is for all fail by what its other conditions ask of a name. */
function excludesEveryAction(conditions: readonly Condition[], settings: ParsedPolicy["settings"]): boolean {
  const names = conditions.find(({ onlyActions }) => onlyActions !== undefined)?.onlyActions;
  const others = conditions.filter(({ field }) => field === "name_words" || field === "capability");
  if (names === undefined || others.length === 0) return false;
  return [...names].every((action) => {
    const facts = readCall({ action, input: undefined }, settings);
    return "action" in facts && others.some((condition) => condition.holds(facts) === "no");
  });
}
