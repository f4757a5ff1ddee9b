import { BUILD_PROGRAMS } from "./build-programs.ts";
import { FILE_PROGRAMS } from "./file-programs.ts";
import { GIT_GLOBAL_OPTIONS, GIT_RUNNING_SUBCOMMANDS, GIT_SUBCOMMAND_OPTIONS } from "./git-options.ts";
import { NETWORK_PROGRAMS } from "./network-programs.ts";
import { type OptionTable, parseOptionTable } from "./option-table.ts";
import type { ProgramData } from "./program-data.ts";

/** How a program's command line is read. */
export interface ProgramSyntax {
  /** Its own options, or those in front of a subcommand. */
  readonly options: OptionTable;
  /** Subcommands, and the first words of those that have two; undefined for a program that has none. */
  readonly subcommands: ReadonlyMap<string, SubcommandSyntax> | undefined;
  /** See {@link ProgramData.dash}. */
  readonly dash: "letters" | "word";
  /** Whether everything behind the first operand belongs to another program. */
  readonly endsAtOperand: boolean;
  /** See {@link ProgramData.globalsApart}. */
  readonly globalsApart: boolean;
  /** See {@link ProgramData.bareLetters}. */
  readonly bareLetters: boolean;
}

/** What stands behind a subcommand. */
export interface SubcommandSyntax {
  /** Its options; undefined when they aren't known. */
  readonly options: OptionTable | undefined;
  /** Whether there are subcommands that go on with a further word. */
  readonly goesOn: boolean;
  /** Whether everything behind its first operand belongs to another program. */
  readonly endsAtOperand: boolean;
}

const GIT: ProgramData = {
  options: GIT_GLOBAL_OPTIONS,
  subcommands: GIT_SUBCOMMAND_OPTIONS,
  endsAtOperand: GIT_RUNNING_SUBCOMMANDS,
  globalsApart: true,
};

const PROGRAMS: ReadonlyMap<string, ProgramData> = new Map([
  ["git", GIT],
  ...Object.entries(FILE_PROGRAMS),
  ...Object.entries(NETWORK_PROGRAMS),
  ...Object.entries(BUILD_PROGRAMS),
]);

/** Programs that read their command line as another one does. */
const SAME_AS: ReadonlyMap<string, string> = new Map([
  ["egrep", "grep"],
  ["fgrep", "grep"],
  ["gawk", "awk"],
  ["mariadb", "mysql"],
  ["pip3", "pip"],
  ["podman", "docker"],
  ["tofu", "terraform"],
]);

/** Tables are made when a program is first asked about, and kept: there are as many as programs here. */
const made = new Map<string, ProgramSyntax>();

/** How a program's command line is read; undefined for one that nothing is known of. */
export function findProgramSyntax(program: string): ProgramSyntax | undefined {
  const known = made.get(program);
  if (known !== undefined) return known;
  const data = PROGRAMS.get(SAME_AS.get(program) ?? program);
  if (data === undefined) return undefined;
  const syntax = makeSyntax(data);
  made.set(program, syntax);
  return syntax;
}

function makeSyntax(data: ProgramData): ProgramSyntax {
  const { endsAtOperand = false, dash = "letters" } = data;
  return {
    options: parseOptionTable(data.options),
    subcommands: data.subcommands && makeSubcommands(data.subcommands, data),
    dash: dash === "letters" ? "letters" : "word",
    endsAtOperand: endsAtOperand === true,
    globalsApart: data.globalsApart ?? false,
    bareLetters: data.bareLetters ?? false,
  };
}

function makeSubcommands(
  options: Readonly<Record<string, string>>,
  { endsAtOperand = false }: ProgramData,
): ReadonlyMap<string, SubcommandSyntax> {
  const ending = typeof endsAtOperand === "boolean" ? [] : endsAtOperand;
  const firstWords = Object.keys(options)
    .filter((name) => name.includes(" "))
    .map((name) => name.slice(0, name.indexOf(" ")));
  const syntaxes = new Map<string, SubcommandSyntax>();
  for (const name of new Set([...firstWords, ...Object.keys(options)])) {
    const text = options[name];
    syntaxes.set(name, {
      options: text === undefined ? undefined : parseOptionTable(text),
      goesOn: firstWords.includes(name),
      endsAtOperand: ending.includes(name),
    });
  }
  return syntaxes;
}
