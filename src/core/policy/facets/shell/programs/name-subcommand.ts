import type { ShellCommand } from "../command.ts";
import { commandLineOf } from "./command-line.ts";
import { findProgramSyntax } from "./program-syntax.ts";

/** The first operand of a program that has subcommands, when it can be known; otherwise nothing. */
export function nameSubcommand(command: ShellCommand): readonly string[] {
  const { program = "" } = command;
  if (findProgramSyntax(program)?.subcommands === undefined) return [];
  const first = commandLineOf(command).operands[0];
  return first === undefined || first.word.isOpaque ? [] : [first.word.text];
}
