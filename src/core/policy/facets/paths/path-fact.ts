/** What is done to a file: its content is read, it is changed or made, its old content is lost, it vanishes, or only names are looked at. */
export const ACCESSES = ["read", "write", "overwrite", "delete", "list"] as const;

/** See {@link ACCESSES}. */
export type Access = (typeof ACCESSES)[number];

/** A file or directory that a call speaks of. */
export interface PathFact {
  /**
   * Normal form: absolute (`/etc/passwd`), in a home (`~/.ssh/id_rsa`), or relative to where the call begins (`src/a.ts`, `../b`),
   * without `.`, `..` (but in front), doubled slashes or `/proc/self/root`; a part that can't be known is `UNKNOWN` of `shell/command.ts`.
   */
  readonly text: string;
  /** Whether a part can't be known. */
  readonly isOpaque: boolean;
  /** Whether it is a glob that stands for all files that fit. */
  readonly isGlob: boolean;
  /** Everything that is done to it. */
  readonly accesses: readonly Access[];
}

/** The paths of a call. */
export interface PathFacet {
  /** In the order in which they were found. */
  readonly paths: readonly PathFact[];
}
