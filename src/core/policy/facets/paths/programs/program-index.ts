import type { OptionTable } from "../../shell/programs/option-table.ts";
import { findProgramSyntax } from "../../shell/programs/program-syntax.ts";
import type { Access } from "../path-fact.ts";
import type { ScriptLanguage } from "../script-paths.ts";
import { INTERPRETERS } from "./interpreters.ts";
import { NAMING_PROGRAMS } from "./naming-programs.ts";
import type { ProgramPaths, ValueKind } from "./program-paths.ts";
import { READING_PROGRAMS } from "./reading-programs.ts";
import { TRANSFER_PROGRAMS } from "./transfer-programs.ts";
import { WRITING_PROGRAMS } from "./writing-programs.ts";

/** What is known of a program's options beside those that name files. */
interface OptionSyntax {
  readonly options: OptionTable | undefined;
}

/** {@link ProgramPaths} made ready for look-ups. */
export interface ProgramReader {
  /** See {@link ProgramPaths.operands}. */
  readonly operands: readonly Access[];
  /** See {@link ProgramPaths.first}. */
  readonly first: readonly Access[] | undefined;
  /** See {@link ProgramPaths.last}. */
  readonly last: readonly Access[] | undefined;
  /** See {@link ProgramPaths.skip}. */
  readonly skip: number;
  /** See {@link ProgramPaths.skipUnless}. */
  readonly skipUnless: readonly string[];
  /** By option, {@link ProgramPaths.values}. */
  readonly values: ReadonlyMap<string, ValueKind>;
  /** What else is known of the program's options. */
  readonly table: OptionTable | undefined;
  /** See {@link ProgramPaths.modes}. */
  readonly modes: readonly { readonly options: readonly string[]; readonly operands: readonly Access[] }[];
  /** See {@link ProgramPaths.tree}. */
  readonly tree: readonly string[] | true;
  /** See {@link ProgramPaths.isRemote}. */
  readonly isRemote: boolean;
  /** See {@link ProgramPaths.script}. */
  readonly script: ScriptLanguage | undefined;
  /** See {@link ProgramPaths.opensAddresses}. */
  readonly opensAddresses: boolean;
  /** See {@link ProgramPaths.sendsFiles}. */
  readonly sendsFiles: boolean;
  /** See {@link ProgramPaths.isWordy}. */
  readonly isWordy: boolean;
  /** See {@link ProgramPaths.isGuess}. */
  readonly isGuess: boolean;
}

/** Programs that no table knows: what looks like a path is read, and what an option calls the output is written. */
const OTHER_PROGRAMS: ProgramReader = prepareProgram({
  programs: "",
  operands: ["read"],
  isGuess: true,
  isRemote: true,
  values: {
    write:
      "-o --output --out --outfile --output-file --out-file --outdir --out-dir --output-dir --target-dir --dest --destination --log-file --prefix --root",
    none: "-m --message --body --title --description -e --expression --grep --author --reason",
  },
});

/** All tables, in the order in which they stand; no program is in two of them. */
export const ALL_PROGRAMS: readonly ProgramPaths[] = [
  ...READING_PROGRAMS,
  ...WRITING_PROGRAMS,
  ...TRANSFER_PROGRAMS,
  ...NAMING_PROGRAMS,
  ...INTERPRETERS,
];

const PROGRAMS: ReadonlyMap<string, ProgramPaths> = new Map(
  ALL_PROGRAMS.flatMap((paths) => splitWords(paths.programs).map((program) => [program, paths] as const)),
);

/** Made when a program is first asked about, and kept: there are as many as programs here. */
const made = new Map<string, ProgramReader>();

/** How a program's words are read; PowerShell's names and those of Windows count in any letter case, and versions don't. */
export function findProgramReader(program: string): ProgramReader {
  const known = made.get(program);
  if (known !== undefined) return known;
  const name = PROGRAMS.has(program) ? program : simplifyName(program);
  const paths = PROGRAMS.get(name);
  if (paths === undefined) return OTHER_PROGRAMS;
  const reader = made.get(name) ?? prepareProgram(paths, findProgramSyntax(name));
  made.set(name, reader);
  return reader;
}

function simplifyName(program: string): string {
  return program
    .toLowerCase()
    .replace(/\.(?:exe|cmd|bat)$/, "")
    .replace(/(?<=[a-z])-?\d[\d.]{0,20}$/, "");
}

/** Makes an entry of a table ready for look-ups; `syntax` is what else is known of the program's options. */
export function prepareProgram(paths: ProgramPaths, syntax?: OptionSyntax): ProgramReader {
  const values = new Map<string, ValueKind>();
  for (const kind of Object.keys(paths.values ?? {}) as ValueKind[]) {
    for (const option of splitWords(paths.values?.[kind] ?? "")) values.set(option, kind);
  }
  return {
    operands: paths.operands,
    first: paths.first,
    last: paths.last,
    skip: paths.skip ?? 0,
    skipUnless: splitWords(paths.skipUnless ?? ""),
    values,
    table: syntax?.options,
    modes: (paths.modes ?? []).map(({ options, operands }) => ({ options: splitWords(options), operands })),
    tree: paths.tree === true ? true : splitWords(paths.tree ?? ""),
    isRemote: paths.isRemote ?? false,
    script: paths.script,
    opensAddresses: paths.opensAddresses ?? false,
    sendsFiles: paths.sendsFiles ?? false,
    isWordy: paths.isWordy ?? false,
    isGuess: paths.isGuess ?? false,
  };
}

/** How the words behind a program's subcommands are read, by the subcommand's name; made when first asked for. */
export function prepareSubcommands(paths: ProgramPaths): (name: string) => ProgramReader {
  const subcommands = findProgramSyntax(paths.programs)?.subcommands;
  const other = prepareProgram(paths);
  const readers = new Map<string, ProgramReader>();
  return (name) => {
    const known = readers.get(name);
    const syntax = subcommands?.get(name);
    if (known !== undefined || syntax === undefined) return known ?? other;
    const reader = prepareProgram(paths, syntax);
    readers.set(name, reader);
    return reader;
  };
}

function splitWords(text: string): readonly string[] {
  return text.split(" ").filter((word) => word !== "");
}
