import {
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  parseDocument,
  type ParsedNode,
  type Scalar,
  type YAMLMap,
  type YAMLSeq,
} from "yaml";
import { type DocumentNode, joinPath, type MapEntry } from "./document-tree.ts";
import type { FaultLog, Position } from "./faults.ts";
import { MAX_DOCUMENT_BYTES, MAX_DOCUMENT_DEPTH, MAX_DOCUMENT_NODES } from "../limits.ts";

/** How large a text may be. */
export interface TextLimits {
  /** In UTF-8. */
  readonly bytes: number;
  /** Values, those behind aliases counted each time. */
  readonly nodes: number;
  /** Lists and mappings inside each other. */
  readonly depth: number;
}

/** What one reading of a text carries along. */
interface Walk {
  readonly log: FaultLog;
  readonly text: string;
  readonly limits: TextLimits;
  readonly lines: LineCounter;
  /** Anchored nodes met so far: an alias means the nearest one above it. */
  readonly anchors: Map<string, ParsedNode>;
  nodeCount: number;
  /** Whether something is missing from what was read, so that looking further would only find echoes of that. */
  isBroken: boolean;
}

/** Where the walk stands. */
interface Place {
  readonly path: string;
  readonly depth: number;
  /** Stands in for the place of a node that isn't in the text, such as a value left out. */
  readonly at: Position;
}

/** Where the library's words would puzzle the author of a policy. */
const OWN_WORDS: ReadonlyMap<string, string> = new Map([
  ["RESOURCE_EXHAUSTION", "The document is nested too deeply"],
  ["MULTIPLE_DOCS", "The text holds more than one document"],
]);

const DOCUMENT_LIMITS: TextLimits = { bytes: MAX_DOCUMENT_BYTES, nodes: MAX_DOCUMENT_NODES, depth: MAX_DOCUMENT_DEPTH };

const START: Position = { line: 1, column: 1 };

/** Reads YAML 1.2 (JSON is part of it); undefined when the text is not one well-formed document, with the reasons in the log. */
export function readYaml(text: string, log: FaultLog, limits = DOCUMENT_LIMITS): DocumentNode | undefined {
  // A UTF-8 text has at least as many bytes as UTF-16 units, so most oversized ones need no encoding.
  if (text.length > limits.bytes || new TextEncoder().encode(text).length > limits.bytes) {
    log.add(`The document is larger than ${limits.bytes / 1024} KiB`, { at: START, path: "" });
    return undefined;
  }
  const lines = new LineCounter();
  // Duplicate keys are looked for below: the library's own search takes time with the square of their number.
  const document = parseDocument(text, {
    lineCounter: lines,
    prettyErrors: false,
    uniqueKeys: false,
    logLevel: "error",
  });
  if (addSyntaxFaults(document, lines, log)) return undefined;
  if (document.contents === null) {
    log.add("The document is empty", { at: START, path: "" });
    return undefined;
  }
  const walk: Walk = { log, text, limits, lines, anchors: new Map(), nodeCount: 0, isBroken: false };
  const root = walkNode(walk, document.contents, { path: "", depth: 0, at: START });
  return walk.isBroken ? undefined : root;
}

function addSyntaxFaults(document: Document.Parsed, lines: LineCounter, log: FaultLog): boolean {
  for (const { code, message, pos } of [...document.errors, ...document.warnings]) {
    log.add(OWN_WORDS.get(code) ?? message.trim(), { at: toPosition(lines, pos[0]), path: "" });
  }
  const { explicit, version } = document.directives.yaml;
  if (explicit === true && version !== "1.2") {
    log.add("Only YAML 1.2 is read", { at: START, path: "", hint: "remove the %YAML line" });
    return true;
  }
  return document.errors.length + document.warnings.length > 0;
}

function walkNode(walk: Walk, node: ParsedNode | null, place: Place): DocumentNode | undefined {
  const at = node === null ? place.at : toPosition(walk.lines, node.range[0]);
  const here: Place = { ...place, at };
  if (!checkLimits(walk, here)) return undefined;
  // A key without a value, as in `? key`, stands for null.
  if (node === null) return { kind: "scalar", value: null, at };
  if (isAlias(node)) return walkAlias(walk, node.source, here);
  if (node.anchor !== undefined) walk.anchors.set(node.anchor, node);
  if (isMap(node)) return { kind: "map", entries: walkEntries(walk, node, here), at };
  if (isSeq(node)) return { kind: "list", items: walkItems(walk, node, here), at };
  return { kind: "scalar", value: toScalar(node.value), at, textAt: findText(walk, node, at) };
}

/** Where a scalar's value stands in the text as it is; undefined where it is folded, escaped or indented. */
function findText({ text }: Walk, { range, value }: Scalar.Parsed, { line, column }: Position): Position | undefined {
  const [start, end] = range;
  const written = text.slice(start, end);
  if (written === value) return { line, column };
  return written.slice(1, -1) === value ? { line, column: column + 1 } : undefined;
}

function walkAlias(walk: Walk, anchor: string, place: Place): DocumentNode | undefined {
  const target = walk.anchors.get(anchor);
  if (target !== undefined) return walkNode(walk, target, { ...place, depth: place.depth + 1 });
  walk.log.add("The alias names no anchor above it", { at: place.at, path: place.path });
  walk.isBroken = true;
  return undefined;
}

function walkItems(walk: Walk, list: YAMLSeq.Parsed, place: Place): DocumentNode[] {
  const items: DocumentNode[] = [];
  for (const [index, item] of list.items.entries()) {
    const read = walkNode(walk, item, { ...place, path: joinPath(place.path, index), depth: place.depth + 1 });
    if (read !== undefined) items.push(read);
  }
  return items;
}

function walkEntries(walk: Walk, map: YAMLMap.Parsed, place: Place): MapEntry[] {
  const entries: MapEntry[] = [];
  const seen = new Set<string>();
  for (const { key: keyNode, value: valueNode } of map.items) {
    const keyAt = toPosition(walk.lines, keyNode.range[0]);
    const key = isScalar(keyNode) ? keyNode.value : undefined;
    if (typeof key !== "string") {
      walk.log.add("A key must be text", { at: keyAt, path: place.path });
      continue;
    }
    const path = joinPath(place.path, key);
    if (seen.has(key)) walk.log.add("The key stands here twice", { at: keyAt, path });
    seen.add(key);
    const value = walkNode(walk, valueNode, { path, depth: place.depth + 1, at: keyAt });
    if (value !== undefined) entries.push({ key, keyAt, value });
  }
  return entries;
}

/** Counts the node; false once the document is too deep or too large, which is said only once. */
function checkLimits(walk: Walk, place: Place): boolean {
  const { nodes, depth } = walk.limits;
  if (walk.nodeCount > nodes) return false;
  walk.nodeCount += 1;
  const isTooDeep = place.depth > depth;
  if (walk.nodeCount <= nodes && !isTooDeep) return true;
  const fault = isTooDeep
    ? `The document is nested more than ${depth} levels deep`
    : `The document has more than ${nodes} values`;
  walk.log.add(fault, { at: place.at, path: place.path });
  walk.nodeCount = nodes + 1;
  walk.isBroken = true;
  return false;
}

function toPosition(lines: LineCounter, offset: number): Position {
  const { line, col } = lines.linePos(offset);
  return { line, column: col };
}

function toScalar(value: unknown): string | number | boolean | null {
  return typeof value === "string" || typeof value === "number" || typeof value === "boolean" ? value : null;
}
