import type { ShellCommand } from "../shell/command.ts";
import type { PathCollector } from "./path-collector.ts";
import { SYSTEM_PROGRAMS, type SystemProgram } from "./programs/system-programs.ts";

/** {@link SystemProgram} made ready for look-ups. */
interface SystemReader {
  readonly file: string;
  readonly subcommands: readonly string[];
  readonly needs: readonly string[];
  readonly unless: readonly string[];
}

const READERS: ReadonlyMap<string, SystemReader> = indexPrograms();

/** Adds the file of the system that a program changes without naming it. */
export function readSystemProgram({ program = "", args }: ShellCommand, paths: PathCollector): void {
  const reader = READERS.get(program);
  if (reader === undefined) return;
  const texts = args.map(({ text }) => text);
  if (texts.some((text) => reader.unless.includes(text))) return;
  if (reader.needs.length > 0 && !texts.some((text) => reader.needs.includes(text))) return;
  const subcommand = texts.find((text) => !text.startsWith("-"));
  if (reader.subcommands.length > 0 && !reader.subcommands.includes(subcommand ?? "")) return;
  paths.add({ text: reader.file, isOpaque: false, isGlob: false, mayBeMany: false }, ["write"]);
}

function indexPrograms(): ReadonlyMap<string, SystemReader> {
  const readers = new Map<string, SystemReader>();
  for (const entry of SYSTEM_PROGRAMS) {
    for (const program of entry.programs.split(" ")) readers.set(program, prepare(entry));
  }
  return readers;
}

function prepare({ file, subcommands, needs, unless }: SystemProgram): SystemReader {
  return {
    file,
    subcommands: subcommands?.split(" ") ?? [],
    needs: needs?.split(" ") ?? [],
    unless: unless?.split(" ") ?? [],
  };
}
