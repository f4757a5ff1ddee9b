import { type ShellCommand, UNKNOWN, type Word } from "../../../../../src/core/policy/facets/shell/command.ts";

/** A word as the shell's reader makes it: `$` stands for what can't be known; one with `*` is a glob. */
export function buildWord(text: string): Word {
  const known = text.replaceAll("$", UNKNOWN);
  return { text: known, isOpaque: known.includes(UNKNOWN), isGlob: /[*?[]/.test(text), mayBeMany: false };
}

/** A command of words between spaces; `·` in a word stands for a space. */
export function buildCommand(line: string, changes: Partial<ShellCommand> = {}): ShellCommand {
  const [program = "", ...args] = line.split(" ").filter((word) => word !== "");
  return {
    program,
    args: args.map((arg) => buildWord(arg.replaceAll("·", " "))),
    assignments: [],
    redirects: [],
    cwd: ".",
    stdin: undefined,
    code: undefined,
    ...changes,
  };
}
