/** How a program that runs another one finds it in its words, as data. */
export interface WrapperData {
  /** Its options, as `parseOptionTable` reads them. */
  readonly options?: string;
  /** Words between the options and the program, such as the seconds of `timeout`. Default 0. */
  readonly operands?: number;
  /** Words behind the first of which the program stands, where one of them is there, as with `mise exec node -- npm`. */
  readonly behind?: readonly string[];
  /** Whether options may stand behind those words too. */
  readonly hasLateOptions?: boolean;
  /** Whether `NAME=value` words in front of the program are set for it. */
  readonly assigns?: boolean;
  /** The option that names the directory in which the program runs. */
  readonly directory?: string;
  /** Whether it runs on another machine, in a container or under another root, so that nobody knows its directory. */
  readonly isElsewhere?: boolean;
  /** Options with which no program runs, as with `command -v`. */
  readonly idle?: readonly string[];
  /** Options whose value is text for a shell. */
  readonly scripts?: readonly string[];
  /** Whether the words are put together as text for a shell; or each of them is one. Default: they are a program and its words. */
  readonly words?: "joined" | "scripts";
  /** Options with which the words are a program and its words, or are joined, whatever `words` says. */
  readonly direct?: readonly string[];
  /** See {@link WrapperData.direct}. */
  readonly joined?: readonly string[];
  /** Whether it starts a shell where no program is named. */
  readonly startsShell?: boolean;
  /** Whether the shell itself goes on with the program, as with `command cd`. */
  readonly isInShell?: boolean;
  /** What its first operand may be, each with data of its own; nothing runs with any other. */
  readonly subcommands?: Readonly<Record<string, WrapperData>>;
}
