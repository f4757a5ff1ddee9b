import type { ShellCommand } from "../command.ts";
import { type CommandLine, LineReader } from "./line-reader.ts";
import { findProgramSyntax } from "./program-syntax.ts";
import { openGlob } from "./words.ts";

/** What was read last: every rule asks about the same few commands, one rule after the other. A weak map costs ten times the reading. */
const RECENT_COUNT = 8;
const recentCommands: (ShellCommand | undefined)[] = [];
const recentLines: (CommandLine | undefined)[] = [];
let next = 0;

/** Tells a command's words apart as its program would, in linear time; once, as long as few others come between. */
export function commandLineOf(command: ShellCommand): CommandLine {
  const place = recentCommands.indexOf(command);
  const known = place < 0 ? undefined : recentLines[place];
  if (known !== undefined) return known;
  const line = readCommandLine(command);
  recentCommands[next] = command;
  recentLines[next] = line;
  next = (next + 1) % RECENT_COUNT;
  return line;
}

function readCommandLine({ program = "", args }: ShellCommand): CommandLine {
  const reader = new LineReader(findProgramSyntax(program.toLowerCase()));
  for (const word of args) reader.read(openGlob(word));
  return reader.finish();
}
