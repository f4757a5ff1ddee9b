import { MAX_FAULTS } from "../limits.ts";

/** A place in a document's text; both numbers count from 1, columns in UTF-16 units. */
export interface Position {
  /** From 1. */
  readonly line: number;
  /** From 1. */
  readonly column: number;
}

/** One thing that is wrong with a policy document. */
export interface PolicyFault {
  /** What is wrong, without the place. */
  readonly message: string;
  /** Line of the offending key or value, from 1; absent for a document that was given as an object. */
  readonly line?: number;
  /** Column of the offending key or value, from 1. */
  readonly column?: number;
  /** Where in the document, such as `rules[2].match.action`; empty for the document as a whole. */
  readonly path: string;
  /** What would be right, when that is known. */
  readonly hint?: string;
}

/** Where and how a fault is to be reported. */
interface FaultPlace {
  readonly at: Position | undefined;
  readonly path: string;
  readonly hint?: string | undefined;
}

/** Collects a document's faults; those beyond {@link MAX_FAULTS} are counted as one closing line. */
export class FaultLog {
  readonly #faults: PolicyFault[] = [];

  /** The faults so far, in the order in which they were found. */
  get faults(): readonly PolicyFault[] {
    return this.#faults;
  }

  /** Whether so many faults were found that looking for more is pointless. */
  get isFull(): boolean {
    return this.#faults.length > MAX_FAULTS;
  }

  /** Adds a fault, unless the log is full. */
  add(message: string, place: FaultPlace): void {
    if (this.isFull) return;
    if (this.#faults.length === MAX_FAULTS) {
      this.#faults.push({ message: "There are more faults; fix these first", path: "" });
      return;
    }
    const { at, path, hint } = place;
    this.#faults.push({ message, ...at, path, ...(hint === undefined ? {} : { hint }) });
  }
}

/** A fault as one line for people: place, path, message, hint. */
export function formatFault(fault: PolicyFault): string {
  const place = fault.line === undefined ? "" : `${fault.line}:${fault.column} `;
  const path = fault.path === "" ? "" : `${fault.path}: `;
  return `${place}${path}${fault.message}${fault.hint === undefined ? "" : ` (${fault.hint})`}`;
}

/** In the order of the text; faults without a place keep theirs, behind the others. */
export function sortFaults(faults: readonly PolicyFault[]): readonly PolicyFault[] {
  const { MAX_SAFE_INTEGER: last } = Number;
  return [...faults].sort(
    (left, right) => (left.line ?? last) - (right.line ?? last) || (left.column ?? last) - (right.column ?? last),
  );
}
