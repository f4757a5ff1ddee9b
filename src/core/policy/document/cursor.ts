import { findClosestWord } from "./closest-word.ts";
import { type DocumentNode, joinPath, type ListNode } from "./document-tree.ts";
import type { FaultLog } from "./faults.ts";
import { MAX_LIST_ITEMS } from "../limits.ts";

/** A value under examination: what it is, where it stands, and where its faults go. Readers return undefined after a fault. */
export interface Cursor {
  /** The value. */
  readonly node: DocumentNode;
  /** Its place in the document, such as `rules[2].match`. */
  readonly path: string;
  /** The log of the whole document. */
  readonly log: FaultLog;
  /** What `$name` stands for in lists; without it such a text is an ordinary one. */
  readonly sets?: SetScope;
}

/** The named lists of a document and of those that it extends. */
export interface SetScope {
  /** The members of the set that the text at the cursor names, each where it stands itself; none after a fault. */
  readonly expand: (cursor: Cursor, name: string) => readonly Cursor[];
}

/** The keys that a mapping may have. */
export interface KeySet {
  /** Keys that are read. */
  readonly known: readonly string[];
}

/** Bounds of a whole number, both included. */
export interface IntegerRange {
  /** The least that is taken. */
  readonly min: number;
  /** The most that is taken. */
  readonly max: number;
}

/** Reports a fault at the cursor. */
export function addFault(cursor: Cursor, message: string, hint?: string): undefined {
  cursor.log.add(message, { at: cursor.node.at, path: cursor.path, hint });
}

/** A mapping's values by key. Unknown keys are faults; the known ones are given all the same. */
export function readMap(cursor: Cursor, keys: KeySet): ReadonlyMap<string, Cursor> | undefined {
  const { node, path, log } = cursor;
  if (node.kind !== "map") return addFault(cursor, "This must be a mapping of keys to values");
  const members = new Map<string, Cursor>();
  for (const { key, keyAt, value } of node.entries) {
    const memberPath = joinPath(path, key);
    if (keys.known.includes(key)) members.set(key, { ...cursor, node: value, path: memberPath });
    else if (!log.isFull) {
      log.add(`Unknown key ${JSON.stringify(key.slice(0, 60))}`, {
        at: keyAt,
        path: memberPath,
        hint: suggest(key, keys.known),
      });
    }
  }
  return members;
}

/** A list's items, at least one, with the members of every set that a `$name` among them stands for; a single value counts as a list of itself. */
export function readItems(cursor: Cursor): readonly Cursor[] | undefined {
  const { node } = cursor;
  if (node.kind !== "list") return expandSets([cursor]);
  if (node.items.length === 0)
    return addFault(cursor, "This list is empty and would never match", "name at least one, or remove the key");
  return expandSets(itemsOf(cursor, node));
}

/** A list's items as they stand, none being fine; a single value is a fault. */
export function readListItems(cursor: Cursor): readonly Cursor[] | undefined {
  const { node } = cursor;
  return node.kind === "list" ? itemsOf(cursor, node) : addFault(cursor, "This must be a list");
}

/**
 * Each item of a list (or the single value) by one reader, without those at fault; undefined when none is left or there are too many.
 * Empty only where nothing but empty sets is named.
 */
export function readEach<Item>(
  cursor: Cursor,
  readItem: (item: Cursor) => Item | undefined,
): readonly Item[] | undefined {
  const items = readItems(cursor);
  if (items === undefined) return undefined;
  if (items.length > MAX_LIST_ITEMS) return addFault(cursor, `A list has at most ${MAX_LIST_ITEMS} members`);
  const read = items.map(readItem).filter((item) => item !== undefined);
  return read.length === 0 && items.length > 0 ? undefined : [...new Set(read)];
}

function itemsOf(cursor: Cursor, { items }: ListNode): readonly Cursor[] {
  return items.map((item, index) => ({ ...cursor, node: item, path: joinPath(cursor.path, index) }));
}

function expandSets(items: readonly Cursor[]): readonly Cursor[] {
  return items.flatMap((item) => {
    const name = setNameOf(item.node);
    return name === undefined || item.sets === undefined ? [item] : item.sets.expand(item, name);
  });
}

/** The set that a text stands for; a `$` that more than a plain word follows is an ordinary character. */
function setNameOf(node: DocumentNode): string | undefined {
  if (node.kind !== "scalar" || typeof node.value !== "string") return undefined;
  return /^\$([A-Za-z_]\w*)$/.exec(node.value)?.[1];
}

/** A text of at most so many characters; empty text only where `min` is 0. */
export function readText(cursor: Cursor, range: IntegerRange): string | undefined {
  const { node } = cursor;
  if (node.kind !== "scalar" || typeof node.value !== "string") {
    const isPlainValue = node.kind === "scalar" && node.value !== null;
    return addFault(cursor, "This must be text", isPlainValue ? "put it in quotes" : undefined);
  }
  if (node.value.length < range.min) return addFault(cursor, "This must not be empty");
  if (node.value.length > range.max) return addFault(cursor, `This has at most ${range.max} characters`);
  return node.value;
}

/** One of a closed set of words. */
export function readWord<Word extends string>(cursor: Cursor, words: readonly Word[]): Word | undefined {
  const { node } = cursor;
  const value = node.kind === "scalar" ? node.value : undefined;
  const word = words.find((candidate) => candidate === value);
  if (word !== undefined) return word;
  const hint = typeof value === "string" ? suggest(value, words) : undefined;
  return addFault(cursor, `This must be ${words.length === 1 ? "" : "one of "}${words.join(", ")}`, hint);
}

/** A whole number within bounds. */
export function readInteger(cursor: Cursor, { min, max }: IntegerRange): number | undefined {
  const { node } = cursor;
  const value = node.kind === "scalar" ? node.value : undefined;
  if (typeof value === "number" && Number.isInteger(value) && value >= min && value <= max) return value;
  return addFault(cursor, min === max ? `This must be ${min}` : `This must be a whole number from ${min} to ${max}`);
}

/** True or false. */
export function readBoolean(cursor: Cursor): boolean | undefined {
  const { node } = cursor;
  if (node.kind === "scalar" && typeof node.value === "boolean") return node.value;
  return addFault(cursor, "This must be true or false");
}

/** The hint that names what was probably meant; undefined when nothing is near. */
export function suggest(typed: string, words: Iterable<string>): string | undefined {
  const closest = findClosestWord(typed, words);
  return closest === undefined ? undefined : `did you mean "${closest}"?`;
}
