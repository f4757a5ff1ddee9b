/**
 * Stands in a word's text for a part that nobody can know before it runs, such as a variable's value: any text, also none.
 * Real words never contain it: shells drop NUL characters, and so does our reader.
 */
export const UNKNOWN = "\u0000";

/** A word of a command as far as it can be known without running anything: quotes, escapes and braces are gone. */
export interface Word {
  /**
   * Its text, with {@link UNKNOWN} for each part that can't be known. A home directory that the shell puts in front
   * (`~`, `$HOME`, `~user`) is written `~`; a word that really begins with a quoted tilde is written `./~`.
   */
  readonly text: string;
  /** Whether the text holds an {@link UNKNOWN}. */
  readonly isOpaque: boolean;
  /** Whether `*`, `?` or `[` in it stand for the names of files; a glob's special characters that were quoted are escaped by a backslash in the text of such a word. */
  readonly isGlob: boolean;
  /** Whether an unquoted expansion may make several words of it, or none: it then can be a flag and an operand at once. */
  readonly mayBeMany: boolean;
}

/** A file that the shell itself opens for a command. */
export interface Redirect {
  /** `<` reads, `>` overwrites, `>>` and `<>` write. */
  readonly access: "read" | "overwrite" | "write";
  /** The file. */
  readonly target: Word;
}

/** An environment variable that is set for a command, in front of it, by `env`, or by an earlier `export` of the same script. */
export interface Assignment {
  /** The variable's name. */
  readonly name: string;
  /** Its value. */
  readonly value: Word;
}

/**
 * One simple command that a call would run. A command that another one runs (`sudo rm x`, `sh -c 'rm x'`, `find -exec rm`)
 * stands in the list by itself, behind the one that runs it.
 */
export interface ShellCommand {
  /** The program without its directory, such as `rm` for `/bin/rm`; undefined when it can't be known. */
  readonly program: string | undefined;
  /**
   * The program as it is named, when that is with a directory that isn't the system's own: `./ls` may be anything called ls.
   * Absent for all others.
   */
  readonly path?: string;
  /** The words behind the program. */
  readonly args: readonly Word[];
  /** What is set for it, in order. */
  readonly assignments: readonly Assignment[];
  /** Files opened by the shell; here-documents and copies of descriptors are not among them. */
  readonly redirects: readonly Redirect[];
  /** Directory that it runs in: `.` is where the call begins, relative ones start there, `~` is the home; undefined when it can't be known. */
  readonly cwd: string | undefined;
  /** What it reads from standard input, where that can be seen (`echo x |`, here-document, here-string); opaque when something unknown comes in; undefined when nothing is fed to it. */
  readonly stdin: Word | undefined;
  /** Program text that an interpreter is given (`python -c …`, `node -e …`, or on its standard input); opaque when it can't be known. */
  readonly code: Word | undefined;
}

/** The commands of a call. */
export interface CommandFacet {
  /** In the order of the text; a part that can't be read as commands is one command whose program can't be known. */
  readonly commands: readonly ShellCommand[];
}

/** What stands for a part of a script that can't be known at all. */
export const UNKNOWN_WORD: Word = Object.freeze({ text: UNKNOWN, isOpaque: true, isGlob: false, mayBeMany: true });

/** A command that may be any: its program, words, files and directory can't be known. */
export const UNKNOWN_COMMAND: ShellCommand = Object.freeze({
  program: undefined,
  args: Object.freeze([UNKNOWN_WORD]),
  assignments: Object.freeze([]),
  redirects: Object.freeze([]),
  cwd: undefined,
  stdin: undefined,
  code: undefined,
});
