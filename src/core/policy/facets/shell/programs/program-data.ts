/** What is known of a program's command line, as data. Options are written as `parseOptionTable` reads them. */
export interface ProgramData {
  /** Its options; those in front of the subcommand, for a program that has some. */
  readonly options: string;
  /** Further options by subcommand; those of two words are `stash drop`. */
  readonly subcommands?: Readonly<Record<string, string>>;
  /** Whether one dash begins `letters` that may be clustered, or a whole `word` as for find. Default `letters`. */
  readonly dash?: "letters" | "word";
  /** Whether options end at the first operand: what follows belongs to another program. Or the subcommands for which they do. */
  readonly endsAtOperand?: boolean | readonly string[];
  /** Whether options in front of the subcommand mean something else than the same letters behind it. */
  readonly globalsApart?: boolean;
  /** Whether the first word is a cluster of letters without its dash, as in `tar xzf`. */
  readonly bareLetters?: boolean;
}
