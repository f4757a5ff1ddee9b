import type { Position } from "./faults.ts";

/** A value of a document and where it stands; the same for text and for a document given as an object. */
export type DocumentNode = ScalarNode | ListNode | MapNode;

/** A single value. */
export interface ScalarNode {
  /** Tells the node apart. */
  readonly kind: "scalar";
  /** As YAML's core schema reads it; nothing but these types. */
  readonly value: string | number | boolean | null;
  /** Absent when there is no text. */
  readonly at: Position | undefined;
  /** Where the value's own text begins, when it stands in the document's text as it is: behind the quote, on one line, nothing escaped. */
  readonly textAt?: Position | undefined;
}

/** Values in order. */
export interface ListNode {
  /** Tells the node apart. */
  readonly kind: "list";
  /** In the order of the text. */
  readonly items: readonly DocumentNode[];
  /** Absent when there is no text. */
  readonly at: Position | undefined;
}

/** Values by key, in order; a key occurs once. */
export interface MapNode {
  /** Tells the node apart. */
  readonly kind: "map";
  /** In the order of the text. */
  readonly entries: readonly MapEntry[];
  /** Absent when there is no text. */
  readonly at: Position | undefined;
}

/** One key of a mapping with its value. */
export interface MapEntry {
  /** Any text, `__proto__` included: look it up only in maps. */
  readonly key: string;
  /** Absent when there is no text. */
  readonly keyAt: Position | undefined;
  /** What stands behind the key. */
  readonly value: DocumentNode;
}

/** A mapping's entries; none of anything else. */
export function entriesOf(node: DocumentNode): readonly MapEntry[] {
  return node.kind === "map" ? node.entries : [];
}

/** A path inside a document in words that people know, such as `rules[2].match`. Keys that aren't plain words are quoted and cut. */
export function joinPath(parent: string, step: string | number): string {
  if (typeof step === "number") return `${parent}[${step}]`;
  if (!/^[A-Za-z_][\w-]{0,59}$/.test(step)) return `${parent}[${JSON.stringify(step.slice(0, 60))}]`;
  return parent === "" ? step : `${parent}.${step}`;
}

/** A value as the data that JSON would make of it; any key is an ordinary one. */
export function toPlainValue(node: DocumentNode): unknown {
  switch (node.kind) {
    case "scalar":
      return node.value;
    case "list":
      return node.items.map(toPlainValue);
    case "map":
      return Object.fromEntries(node.entries.map(({ key, value }) => [key, toPlainValue(value)]));
  }
}
