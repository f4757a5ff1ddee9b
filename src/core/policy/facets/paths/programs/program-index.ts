import type { Access } from "../path-fact.ts";
import type { ScriptLanguage } from "../script-paths.ts";
import { INTERPRETERS } from "./interpreters.ts";
import { NAMING_PROGRAMS } from "./naming-programs.ts";
import type { ProgramPaths, ValueKind } from "./program-paths.ts";
import { READING_PROGRAMS } from "./reading-programs.ts";
import { TRANSFER_PROGRAMS } from "./transfer-programs.ts";
import { WRITING_PROGRAMS } from "./writing-programs.ts";

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

const READERS: ReadonlyMap<string, ProgramReader> = indexPrograms();

/** How a program's words are read; PowerShell's names and those of Windows count in any letter case. */
export function findProgramReader(program: string): ProgramReader {
  const known = READERS.get(program);
  if (known !== undefined) return known;
  const plain = program
    .toLowerCase()
    .replace(/\.(?:exe|cmd|bat)$/, "")
    .replace(/(?<=[a-z])-?\d[\d.]*$/, "");
  return READERS.get(plain) ?? OTHER_PROGRAMS;
}

function indexPrograms(): ReadonlyMap<string, ProgramReader> {
  const readers = new Map<string, ProgramReader>();
  for (const paths of ALL_PROGRAMS) {
    const reader = prepareProgram(paths);
    for (const program of splitWords(paths.programs)) readers.set(program, reader);
  }
  return readers;
}

/** Makes an entry of a table ready for look-ups. */
export function prepareProgram(paths: ProgramPaths): ProgramReader {
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
    modes: (paths.modes ?? []).map(({ options, operands }) => ({ options: splitWords(options), operands })),
    tree: paths.tree === true ? true : splitWords(paths.tree ?? ""),
    isRemote: paths.isRemote ?? false,
    script: paths.script,
    opensAddresses: paths.opensAddresses ?? false,
    isGuess: paths.isGuess ?? false,
  };
}

function splitWords(text: string): readonly string[] {
  return text.split(" ").filter((word) => word !== "");
}
