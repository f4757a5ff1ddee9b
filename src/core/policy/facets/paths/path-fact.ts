/** What is done to a file: its content is read, it is changed or made, its old content is lost, it vanishes, or only names are looked at. */
export const ACCESSES = ["read", "write", "overwrite", "delete", "list"] as const;

/** See {@link ACCESSES}. */
export type Access = (typeof ACCESSES)[number];

/**
 * Where a path lies: in the workspace (relative paths that don't climb out of it do too), outside of it,
 * in a directory for temporary files or on a standard stream, or nobody can tell.
 */
export type Place = "inside" | "outside" | "temporary" | "unknown";

/** A file or directory that a call speaks of. */
export interface PathFact {
  /**
   * Normal form: absolute (`/etc/passwd`), in a home (`~/.ssh/id_rsa`), or relative to where the call begins (`src/a.ts`, `../b`),
   * without `.`, `..` (but in front), doubled slashes or `/proc/self/root`; a part that can't be known is `UNKNOWN` of `shell/command.ts`.
   */
  readonly text: string;
  /** All normal forms of the same place, {@link PathFact.text} first: absolute, from a home, from the workspace. */
  readonly names: readonly string[];
  /** As the call spells it, before it was brought into normal form. */
  readonly written: string;
  /** Whether the input names it under a key, and not a command. */
  readonly isFromInput: boolean;
  /** Whether a part can't be known. What can't be known may climb: only what stands behind the last such part is certain. */
  readonly isOpaque: boolean;
  /** Whether it is a glob that stands for all files that fit; a backslash in its text escapes the next character. */
  readonly isGlob: boolean;
  /** Whether all files below it are meant as well. Deleting a whole tree isn't marked: it is named by the tree's root. */
  readonly isTree: boolean;
  /** Whether it is relative to a directory that nobody can know. */
  readonly isAdrift: boolean;
  /** See {@link Place}. */
  readonly place: Place;
  /** Everything that is done to it; nothing where the action's name says nothing of files. */
  readonly accesses: readonly Access[];
}

/** The paths of a call. */
export interface PathFacet {
  /** In the order in which they were found. */
  readonly paths: readonly PathFact[];
}
