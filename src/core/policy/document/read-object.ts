import { type DocumentNode, joinPath, type MapEntry } from "./document-tree.ts";
import type { FaultLog } from "./faults.ts";
import { MAX_DOCUMENT_BYTES, MAX_DOCUMENT_DEPTH, MAX_DOCUMENT_NODES } from "../limits.ts";

/** What one reading of an object carries along. */
interface Walk {
  readonly log: FaultLog;
  nodeCount: number;
  charCount: number;
}

/** Where the walk stands. */
interface Place {
  readonly path: string;
  readonly depth: number;
}

/** Reads a document given as JSON-like data, with the limits of text; undefined for anything else, with the reason in the log. */
export function readObject(value: unknown, log: FaultLog): DocumentNode | undefined {
  try {
    const root = walkValue({ log, nodeCount: 0, charCount: 0 }, value, { path: "", depth: 0 });
    // What couldn't be read is missing: looking further would only find echoes of that.
    return log.faults.length === 0 ? root : undefined;
  } catch {
    // A getter or proxy of the caller threw: what can't be read is no document.
    log.add("The document can't be read", { at: undefined, path: "", hint: "give plain data" });
    return undefined;
  }
}

function walkValue(walk: Walk, value: unknown, place: Place): DocumentNode | undefined {
  if (!checkLimits(walk, value, place)) return undefined;
  if (value === null || typeof value === "string" || typeof value === "boolean" || typeof value === "number") {
    return { kind: "scalar", value, at: undefined };
  }
  if (Array.isArray(value)) {
    const items: DocumentNode[] = [];
    // The index is bounded by the node limit: a list with holes ends there too.
    for (let index = 0; index < value.length && walk.nodeCount <= MAX_DOCUMENT_NODES; index += 1) {
      const read = walkValue(walk, value[index], { path: joinPath(place.path, index), depth: place.depth + 1 });
      if (read !== undefined) items.push(read);
    }
    return { kind: "list", items, at: undefined };
  }
  if (typeof value === "object") return { kind: "map", entries: walkEntries(walk, value, place), at: undefined };
  walk.log.add("This is not a value that JSON knows", { at: undefined, path: place.path });
  return undefined;
}

function walkEntries(walk: Walk, value: object, place: Place): MapEntry[] {
  const entries: MapEntry[] = [];
  for (const key of Object.keys(value)) {
    if (walk.nodeCount > MAX_DOCUMENT_NODES) break;
    walk.charCount += key.length;
    const member: unknown = Reflect.get(value, key);
    // As in JSON, a member that is undefined is not there.
    if (member === undefined) continue;
    const read = walkValue(walk, member, { path: joinPath(place.path, key), depth: place.depth + 1 });
    if (read !== undefined) entries.push({ key, keyAt: undefined, value: read });
  }
  return entries;
}

/** Counts the value; false once the document is too deep or too large, which is said only once. */
function checkLimits(walk: Walk, value: unknown, place: Place): boolean {
  walk.nodeCount += 1;
  if (typeof value === "string") walk.charCount += value.length;
  const fault = findLimitFault(walk, place);
  if (fault === undefined) return true;
  walk.log.add(fault, { at: undefined, path: place.path });
  walk.nodeCount = MAX_DOCUMENT_NODES + 1;
  return false;
}

function findLimitFault(walk: Walk, place: Place): string | undefined {
  if (walk.nodeCount > MAX_DOCUMENT_NODES) return `The document has more than ${MAX_DOCUMENT_NODES} values`;
  if (walk.charCount > MAX_DOCUMENT_BYTES) return `The document is larger than ${MAX_DOCUMENT_BYTES / 1024} KiB`;
  return place.depth > MAX_DOCUMENT_DEPTH
    ? `The document is nested more than ${MAX_DOCUMENT_DEPTH} levels deep`
    : undefined;
}
