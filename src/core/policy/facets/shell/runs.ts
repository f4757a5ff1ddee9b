import type { ContentFinder } from "./written-files.ts";
import type { Assignment, ShellCommand, Word } from "./command.ts";

/** Where something that a command runs begins; undefined when that can't be known. */
export interface Elsewhere {
  /** Relative to the directory of the command that runs it. */
  readonly directory: Word | undefined;
}

/** Something that a command runs besides itself. */
export type Run = CommandRun | ScriptRun | UnknownRun;

/** In which shell something runs: in one of its own, in the one that runs the command, or in that one at any later time. */
export type RunShell = "own" | "same" | "later";

/** A program with its words. */
export interface CommandRun {
  readonly kind: "command";
  /** Default `own`. */
  readonly shell?: RunShell;
  /** The program first. */
  readonly words: readonly Word[];
  /** What is set for it besides what is set for the command that runs it. */
  readonly assignments?: readonly Assignment[];
  /** Where it runs, unless it is where the command itself does. */
  readonly elsewhere?: Elsewhere | undefined;
}

/** Text for a shell. */
export interface ScriptRun {
  readonly kind: "script";
  /** Default `own`. */
  readonly shell?: RunShell;
  /** Opaque where a part can't be known: that part may hold any command. */
  readonly text: Word;
  /** Words that are put behind the text, each as one word. */
  readonly args?: readonly Word[];
  /** `$1`, `$2` and so on in it, where they are known. */
  readonly positional?: readonly Word[];
  /** Where it runs, unless it is where the command itself does. */
  readonly elsewhere?: Elsewhere | undefined;
  /** The alias that it is the text of: in there the name stands for itself. */
  readonly alias?: string;
  /** Whether it is read from standard input, so that commands in it read from there what only the script's reader knows. */
  readonly isInput?: boolean;
  /** Whether it is part of a program in another language, so that text which doesn't parse is no reason to worry. */
  readonly isGuess?: boolean;
}

/** Something that can't be known. */
export interface UnknownRun {
  readonly kind: "unknown";
}

/** A command that runs others, and what it reads. */
export interface Runner {
  /** The command itself. */
  readonly command: ShellCommand;
  /** Its program's name, in lower case. */
  readonly program: string;
  /** Whether its standard input is a file by its name, whose content is no part of the call. */
  readonly readsFile: boolean;
  /** What the call itself wrote into a file; undefined for any other file. */
  readonly contentOf: ContentFinder;
}

/** It can't be known what runs. */
export const UNKNOWN_RUN: UnknownRun = Object.freeze({ kind: "unknown" });
