import type { FactLog } from "./fact-log.ts";
import { HARMFUL_FIRST_WORDS } from "./sql-words.ts";
import { REFUSED } from "./text/operators.ts";
import type { SqlPart } from "./text/parts.ts";
import { KIND_OF_FIRST_WORD } from "./tree/statement-nodes.ts";

/** A text as one kind of server would read it. */
export interface Reading {
  /** Its statements, in order. */
  readonly parts: readonly SqlPart[];
  /** Those that the parser refused, or that it was not asked about. */
  readonly refused: readonly SqlPart[];
  /** Whether something of it was not looked at, or means different things to different servers. */
  readonly isOdd: boolean;
}

/** Whether the parser took all of a reading. */
export function wasTaken({ refused, isOdd }: Reading): boolean {
  return refused.length === 0 && !isOdd;
}

/** Adds what is known of statements that the parser refused. */
export function addRefused({ refused }: Reading, log: FactLog): void {
  log.addUnknown();
  addFirstWords(refused, log);
}

/**
 * Adds the harm that statements may do which the parser refused, where another reading of the text was taken whole:
 * most likely this one isn't meant, but a server of another kind may see it so.
 */
export function addSuspected({ refused, isOdd }: Reading, readings: readonly Reading[], log: FactLog): void {
  if (isOdd) log.addUnknown();
  if (refused.length === 0) return;
  const known = new Set(readings.filter(wasTaken).flatMap(({ parts }) => parts.flatMap((part) => part.firstWords)));
  for (const part of refused) {
    // What isn't closed, no server takes.
    if (part.text.includes(REFUSED)) continue;
    const harmful = part.firstWords.filter((word) => HARMFUL_FIRST_WORDS.has(word));
    if (harmful.some((word) => !known.has(word)) || /\b(?:out|dump)file\b/i.test(part.text)) log.addUnknown();
    else if (harmful.length > 0) addFirstWords([part], log);
  }
}

/** What begins with DROP drops something, if any server takes it at all. */
export function addFirstWords(parts: readonly SqlPart[], log: FactLog): void {
  const words = new Set<string>();
  for (const part of parts) {
    for (const word of part.firstWords) words.add(word);
  }
  for (const word of words) {
    const kind = Object.hasOwn(KIND_OF_FIRST_WORD, word) ? KIND_OF_FIRST_WORD[word] : undefined;
    if (kind === undefined) continue;
    const withoutWhere = kind === "update" || kind === "delete" ? "unknown" : "no";
    log.add({ kind, table: undefined, isTableKnown: false, withoutWhere: kind === "truncate" ? "yes" : withoutWhere });
  }
}

/** Whether values are to be put in. */
export function hasPlaceholders({ parts }: Reading): boolean {
  return parts.some(({ boundText }) => boundText !== undefined);
}
