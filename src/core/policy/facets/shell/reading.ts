import type { Function as FunctionNode } from "unbash";
import {
  MAX_COMMANDS,
  MAX_SHELL_CHARS,
  MAX_SHELL_CHARS_AGAIN,
  MAX_SHELL_NAMES,
  MAX_SHELL_STATEMENTS,
} from "../../limits.ts";
import { type Assignment, type ShellCommand, UNKNOWN_COMMAND, type Word } from "./command.ts";
import type { ShellState } from "./state.ts";

/** The body of a function, as the parser made it. */
export type FunctionBody = FunctionNode["body"];

/** What reading one call's commands has found so far, and how much it may still look at. */
export interface Reading {
  /** In the order of the text. */
  readonly commands: ShellCommand[];
  /** What later commands find in their environment. A subshell's exports stay: more is seen than is there, never less. */
  exported: readonly Assignment[];
  /** Bodies of functions by name, all of them: which definition a call meets may depend on what ran before. */
  functions: ReadonlyMap<string, readonly FunctionBody[]>;
  /** Texts of aliases by name. */
  aliases: ReadonlyMap<string, readonly Word[]>;
  /** Shells as they were where a loop was left or begun again from inside. */
  readonly jumps: ShellState[];
  /** What the call writes into files that it may run later, by their paths. */
  files: ReadonlyMap<string, Word>;
  /** See `MAX_SHELL_CHARS`. */
  charsLeft: number;
  /** See `MAX_SHELL_CHARS_AGAIN`. */
  charsAgainLeft: number;
  /** See `MAX_SHELL_STATEMENTS`. */
  statementsLeft: number;
  /** Whether a limit was met: nothing more is looked at. */
  isOver: boolean;
}

const NO_ASSIGNMENTS: readonly Assignment[] = Object.freeze([]);

const NO_NAMES: ReadonlyMap<string, never> = new Map<string, never>();

/** Begins the reading of one call. */
export function createReading(): Reading {
  return {
    commands: [],
    exported: NO_ASSIGNMENTS,
    functions: NO_NAMES,
    aliases: NO_NAMES,
    jumps: [],
    files: NO_NAMES,
    charsLeft: MAX_SHELL_CHARS,
    charsAgainLeft: MAX_SHELL_CHARS_AGAIN,
    statementsLeft: MAX_SHELL_STATEMENTS,
    isOver: false,
  };
}

/** Adds a command that was found. */
export function addCommand(reading: Reading, command: ShellCommand): void {
  if (reading.isOver) return;
  if (reading.commands.length >= MAX_COMMANDS) stopReading(reading);
  else reading.commands.push(command);
}

/** Says that something can't be known; once is enough, because it may be anything. */
export function addUnknown({ commands }: Reading): void {
  if (!commands.includes(UNKNOWN_COMMAND)) commands.push(UNKNOWN_COMMAND);
}

/** Looks at nothing more: the rest can't be known. */
export function stopReading(reading: Reading): void {
  reading.isOver = true;
  addUnknown(reading);
}

/** Takes a statement from what may still be looked at; false when nothing more may be. */
export function spendStatement(reading: Reading): boolean {
  reading.statementsLeft -= 1;
  if (reading.statementsLeft < 0 && !reading.isOver) stopReading(reading);
  return !reading.isOver;
}

/** What reading a piece again costs besides its characters, in characters. Our choice, so that many small pieces count too. */
const PIECE_COST = 12;

/** Takes a piece of the text that is read once more; false when nothing more may be looked at. */
export function spendCharsAgain(reading: Reading, charCount: number): boolean {
  reading.charsAgainLeft -= charCount + PIECE_COST;
  if (reading.charsAgainLeft < 0 && !reading.isOver) stopReading(reading);
  return !reading.isOver;
}

/** Adds to what a name may stand for; none of it is forgotten. */
export function addMeaning<Meaning>(
  reading: Reading,
  names: ReadonlyMap<string, readonly Meaning[]>,
  [name, meaning]: readonly [string, Meaning],
): ReadonlyMap<string, readonly Meaning[]> {
  const meanings = names.get(name) ?? [];
  if (names.size < MAX_SHELL_NAMES && meanings.length < MAX_SHELL_NAMES) {
    return new Map(names).set(name, [...meanings, meaning]);
  }
  addUnknown(reading);
  return names;
}
