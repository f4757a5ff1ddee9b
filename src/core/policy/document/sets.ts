import { addFault, type Cursor, readListItems, readText, type SetScope, suggest } from "./cursor.ts";
import { joinPath } from "./document-tree.ts";
import { MAX_LIST_ITEMS, MAX_PATTERN_CHARS, MAX_SET_MEMBERS_USED, MAX_SETS } from "../limits.ts";

/** Named lists, their members by text where they stand: a fault in one is reported there, not where the set is used. */
export type SetMembers = ReadonlyMap<string, ReadonlyMap<string, Cursor>>;

/** Reads a document's `sets`: names and lists of texts, which may be empty. What the texts mean depends on where they are used. */
export function readSets(cursor: Cursor): SetMembers {
  const sets = new Map<string, ReadonlyMap<string, Cursor>>();
  const { node } = cursor;
  if (node.kind !== "map") {
    addFault(cursor, "This must be a mapping of names to lists");
    return sets;
  }
  if (node.entries.length > MAX_SETS) addFault(cursor, `A document has at most ${MAX_SETS} sets`);
  for (const { key, keyAt, value } of node.entries) {
    const path = joinPath(cursor.path, key);
    if (/^[A-Za-z_]\w{0,59}$/.test(key)) sets.set(key, readMembers({ ...cursor, node: value, path }));
    else cursor.log.add("A set's name is made of letters, digits and _", { at: keyAt, path });
  }
  return sets;
}

/** The sets of several documents, each name with the members of all. */
export function mergeSets(all: readonly SetMembers[]): SetMembers {
  const merged = new Map<string, ReadonlyMap<string, Cursor>>();
  for (const sets of all) {
    for (const [name, members] of sets) merged.set(name, new Map([...(merged.get(name) ?? []), ...members]));
  }
  return merged;
}

/** The members' texts, by set. */
export function textsOfSets(sets: SetMembers): ReadonlyMap<string, readonly string[]> {
  return new Map([...sets].map(([name, members]) => [name, Object.freeze([...members.keys()])]));
}

/** What `$name` stands for in a document with these sets. */
export function createSetScope(sets: SetMembers): SetScope {
  let used = 0;
  return {
    expand(cursor, name) {
      const members = sets.get(name);
      if (members === undefined) {
        addFault(cursor, `There is no set ${name}`, suggest(name, sets.keys()) ?? "name it under sets:");
        return [];
      }
      if (used > MAX_SET_MEMBERS_USED) return [];
      used += members.size;
      if (used > MAX_SET_MEMBERS_USED) addFault(cursor, "The document's sets are used too often for their size");
      return [...members.values()];
    },
  };
}

function readMembers(cursor: Cursor): ReadonlyMap<string, Cursor> {
  const items = readListItems(cursor) ?? [];
  if (items.length > MAX_LIST_ITEMS) addFault(cursor, `A list has at most ${MAX_LIST_ITEMS} members`);
  const members = new Map<string, Cursor>();
  for (const item of items.slice(0, MAX_LIST_ITEMS)) {
    const text = readText(item, { min: 1, max: MAX_PATTERN_CHARS });
    if (text !== undefined && /^\$[A-Za-z_]\w*$/.test(text)) addFault(item, "A set can't stand inside another one");
    if (text !== undefined) members.set(text, item);
  }
  return members;
}
