import type { SanitizeTerms as Terms } from "../../../contract/policy.ts";
import { findJsonFault } from "../../json-guard.ts";
import { addFault, type Cursor, readEach, readMap } from "./cursor.ts";
import { joinPath, toPlainValue } from "./document-tree.ts";
import { overlaps, readPointer } from "./pointers.ts";

/** How an input is changed before it is used. Frozen: give a copy away. */
export type SanitizeTerms = Readonly<Terms>;

const KEYS = { known: ["set", "remove", "mask"] };

/** Reads a rule's `sanitize`: at least one place of the input that is set, removed or masked. */
export function readSanitizeTerms(cursor: Cursor): SanitizeTerms | undefined {
  const members = readMap(cursor, KEYS);
  if (members === undefined) return undefined;
  if (members.size === 0) return addFault(cursor, "This changes nothing", "name a pointer under set, remove or mask");
  const [setAt, removeAt, maskAt] = [members.get("set"), members.get("remove"), members.get("mask")];
  const set = setAt && readValues(setAt);
  const remove = removeAt && readEach(removeAt, readPointer);
  const mask = maskAt && readEach(maskAt, (item) => readApart(item, remove));
  return freezeTerms({
    ...(set === undefined ? {} : { set }),
    ...(remove === undefined ? {} : { remove: [...remove] }),
    ...(mask === undefined ? {} : { mask: [...mask] }),
  });
}

/**
 * Changes that satisfy both: everything that either removes or masks, and what they set. Nothing that the second sets touches
 * a place that the first one changes, so it can't bring back what the first takes away.
 */
export function mergeSanitizeTerms(first: SanitizeTerms, second: SanitizeTerms): SanitizeTerms {
  const changed = [...Object.keys(first.set ?? {}), ...(first.remove ?? []), ...(first.mask ?? [])];
  const added = Object.entries(second.set ?? {}).filter(([place]) => !changed.some((other) => overlaps(place, other)));
  const set = { ...first.set, ...Object.fromEntries(added) };
  const remove = [...new Set([...(first.remove ?? []), ...(second.remove ?? [])])];
  const mask = [...new Set([...(first.mask ?? []), ...(second.mask ?? [])])];
  return freezeTerms({
    ...(Object.keys(set).length === 0 ? {} : { set }),
    ...(remove.length === 0 ? {} : { remove }),
    ...(mask.length === 0 ? {} : { mask }),
  });
}

/** A pointer that no other of the rule's makes pointless. */
function readApart(cursor: Cursor, others: readonly string[] = []): string | undefined {
  const pointer = readPointer(cursor);
  if (pointer === undefined || !others.includes(pointer)) return pointer;
  return addFault(cursor, "This place is removed already");
}

function readValues(cursor: Cursor): Record<string, unknown> | undefined {
  const { node, log } = cursor;
  if (node.kind !== "map" || node.entries.length === 0)
    return addFault(cursor, "This must be a mapping of JSON pointers to values", 'for example { /note: "" }');
  const values = new Map<string, unknown>();
  for (const { key, keyAt, value } of node.entries) {
    const place = { ...cursor, path: joinPath(cursor.path, key) };
    const pointer = readPointer({ ...place, node: { kind: "scalar", value: key, at: keyAt } });
    const plain = toPlainValue(value);
    const fault = findJsonFault(plain);
    if (fault !== undefined) log.add(`The value ${fault.message}`, { at: value.at, path: place.path });
    if (pointer !== undefined) values.set(pointer, Object.freeze(plain));
  }
  return Object.fromEntries(values);
}

function freezeTerms(terms: Terms): SanitizeTerms {
  for (const member of Object.values(terms)) Object.freeze(member);
  return Object.freeze(terms);
}
