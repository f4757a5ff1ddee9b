import { findCapabilities } from "../names/capabilities.ts";
import { splitNameWords } from "../names/name-words.ts";
import type { InputObject, InputValue } from "../input.ts";
import type { FacetSource } from "../source.ts";
import type { Access } from "./path-fact.ts";
import { type FileOperation, OPERATION_KEYS, OPERATION_WORDS, TREE_WORDS, WEAK_READ_WORDS } from "./tool-words.ts";

/** What an action does to the files that its input names, by the part that a file plays. */
export interface ToolAccesses {
  /** To a file whose key says nothing more. */
  readonly plain: readonly Access[];
  /** To a file under a key such as `source`. */
  readonly source: readonly Access[];
  /** To a file under a key such as `destination`. */
  readonly destination: readonly Access[];
  /** Whether it reads what lies below a directory, too. */
  readonly isTree: boolean;
}

/** Of an action whose name says nothing of files. */
export const NO_TOOL_ACCESSES: ToolAccesses = { plain: [], source: [], destination: [], isTree: false };

const NO_WORDS: ReadonlySet<string> = new Set();

const OPERATIONS: ReadonlyMap<string, FileOperation> = indexWords();

const ACCESSES_OF: Readonly<Record<FileOperation, Omit<ToolAccesses, "isTree">>> = {
  read: { plain: ["read"], source: ["read"], destination: ["read"] },
  search: { plain: ["read"], source: ["read"], destination: ["read"] },
  list: { plain: ["list"], source: ["list"], destination: ["list"] },
  write: { plain: ["write"], source: ["read", "write"], destination: ["write"] },
  delete: { plain: ["delete"], source: ["delete"], destination: ["delete"] },
  copy: { plain: ["read", "write"], source: ["read"], destination: ["write"] },
  move: { plain: ["read", "write", "delete"], source: ["read", "delete"], destination: ["write"] },
  // Through a link its target can be read and changed.
  link: { plain: ["read", "write"], source: ["read", "write"], destination: ["read", "write"] },
};

/** What an action does to files, by the words of its name and, for a tool of many operations, of the one that the input names. */
export function findToolAccesses(source: FacetSource): ToolAccesses {
  const { nameWords, settings, input } = source;
  const asked = readOperationWords(input.value);
  const words = asked.size === 0 ? nameWords : new Set([...nameWords, ...asked]);
  const capabilities = asked.size === 0 ? source.capabilities : findCapabilities(words, settings.capabilityNames);
  const canRead = capabilities.has("file_read");
  const canWrite = capabilities.has("file_write");
  if (!canRead && !canWrite) return NO_TOOL_ACCESSES;
  const named = findOperations(asked);
  // The name of an editor says only that it can do everything.
  if (isEditor(nameWords) && named.size > 0) return mergeAccesses(named, words);
  const operations = findOperations(words);
  if (canRead && !hasAny(operations, ["read", "search", "list", "copy", "move", "link"])) operations.add("read");
  if (canWrite && !hasAny(operations, ["write", "delete", "copy", "move", "link"])) operations.add("write");
  return mergeAccesses(operations, words);
}

function readOperationWords(value: InputValue): ReadonlySet<string> {
  if (!isObject(value)) return NO_WORDS;
  let words = NO_WORDS;
  for (const key of Object.keys(value)) {
    const member = value[key];
    if (typeof member !== "string" || !OPERATION_KEYS.has(key.toLowerCase())) continue;
    if (/^[\w-]{1,40}$/.test(member)) words = new Set([...words, ...splitNameWords(member)]);
  }
  return words;
}

function isObject(value: InputValue): value is InputObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isEditor(words: ReadonlySet<string>): boolean {
  return words.has("editor") || (words.has("str") && words.has("replace"));
}

function findOperations(words: ReadonlySet<string>): Set<FileOperation> {
  const operations = new Set<FileOperation>();
  let readsContent = false;
  for (const word of words) {
    const operation = OPERATIONS.get(word);
    if (operation !== undefined) operations.add(operation);
    if (operation === "read" && !WEAK_READ_WORDS.has(word)) readsContent = true;
  }
  if (operations.has("list") && !readsContent) operations.delete("read");
  return operations;
}

function mergeAccesses(operations: ReadonlySet<FileOperation>, words: ReadonlySet<string>): ToolAccesses {
  const isTree = operations.has("search") || TREE_WORDS.some((word) => words.has(word));
  const parts = [...operations].map((operation) => ACCESSES_OF[operation]);
  const [first] = parts;
  if (first !== undefined && parts.length === 1) return { ...first, isTree };
  return {
    plain: [...new Set(parts.flatMap((part) => part.plain))],
    source: [...new Set(parts.flatMap((part) => part.source))],
    destination: [...new Set(parts.flatMap((part) => part.destination))],
    isTree,
  };
}

function hasAny(operations: ReadonlySet<FileOperation>, wanted: readonly FileOperation[]): boolean {
  return wanted.some((operation) => operations.has(operation));
}

function indexWords(): ReadonlyMap<string, FileOperation> {
  const index = new Map<string, FileOperation>();
  for (const operation of Object.keys(OPERATION_WORDS) as FileOperation[]) {
    for (const word of OPERATION_WORDS[operation]) index.set(word, operation);
  }
  return index;
}
