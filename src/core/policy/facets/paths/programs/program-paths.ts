import type { Access } from "../path-fact.ts";
import type { ScriptLanguage } from "../script-paths.ts";

/**
 * Values of options: what is done to the file, or `none` for no file, `at` for `@file` and `name=@file`, `glob` for the names of files that are read,
 * `named` for a name and then a file that is read, `script` for the program's own language.
 */
export type ValueKind = Access | "none" | "at" | "glob" | "named" | "script";

/** Which words of a program's command are files, and what is done to them. Lists of words are one text, separated by spaces. */
export interface ProgramPaths {
  /** Programs that this is true of. */
  readonly programs: string;
  /** What is done to operands; none when they are no files. */
  readonly operands: readonly Access[];
  /** What is done to the first operand instead. */
  readonly first?: readonly Access[];
  /** What is done to the last of several operands instead. */
  readonly last?: readonly Access[];
  /** How many operands in front are no files. */
  readonly skip?: number;
  /** Options that say what the skipped operands say otherwise; with one of them all operands are files. */
  readonly skipUnless?: string;
  /**
   * Options with a value, besides those that `facets/shell/programs` knows. Only what certainly is a value stands under `none`: it could
   * be a file otherwise, and be overlooked.
   */
  readonly values?: Readonly<Partial<Record<ValueKind, string>>>;
  /** Options that change what is done to operands. */
  readonly modes?: readonly ProgramMode[];
  /** Options with which all that lies below its operands is meant; `true` where it always is. */
  readonly tree?: string | true;
  /** Whether words such as `host:path` and `s3://…` are files elsewhere. */
  readonly isRemote?: true;
  /** Language of the operands that are skipped, where they can name files. */
  readonly script?: ScriptLanguage;
  /** Whether operands that are no files may be addresses with the scheme `file:`. */
  readonly opensAddresses?: true;
  /** Whether one dash begins a whole word, and not letters that may be clustered. */
  readonly isWordy?: true;
  /** Whether operands such as `@file` and `name@file` send files. */
  readonly sendsFiles?: true;
  /** Whether only those operands count that look like paths. */
  readonly isGuess?: true;
}

/** What some options do to the operands of a program. */
export interface ProgramMode {
  /** One of these is there. */
  readonly options: string;
  /** What is done to operands then, whatever their place. */
  readonly operands: readonly Access[];
}
