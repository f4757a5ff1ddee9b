import type { InputValue } from "../../input.ts";
import type { KeyRole } from "./key-roles.ts";
import type { Assignment, Word } from "../command.ts";

/** Where a command begins. */
export interface Surroundings {
  /** See `ShellCommand.cwd`. */
  readonly directory: string | undefined;
  /** What the input sets in its environment. */
  readonly assignments: readonly Assignment[];
  /** What the input feeds to it. */
  readonly stdin: Word | undefined;
  /** The language that the input names, in lower case. */
  readonly language: string | undefined;
}

/** What stands under a key of an input. */
export interface Entry {
  /** What the key says. */
  readonly role: KeyRole;
  /** What stands there. */
  readonly value: InputValue;
}

/** A part of an input that is run. */
export type Place =
  /** Text for a shell, with words that are put behind it. */
  | { readonly kind: "line"; readonly text: string; readonly args: readonly string[]; readonly around: Surroundings }
  /** A program and its words, which no shell reads. */
  | { readonly kind: "argv"; readonly words: readonly string[]; readonly around: Surroundings }
  /** Text for an interpreter. */
  | { readonly kind: "code"; readonly language: string; readonly text: string; readonly around: Surroundings };
