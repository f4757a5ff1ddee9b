import type { ShellCommand } from "../facets/shell/command.ts";
import { commandLineOf } from "../facets/shell/programs/command-line.ts";
import type { Flags, Presence } from "../facets/shell/programs/flags.ts";
import type { CommandLine, Operand } from "../facets/shell/programs/line-reader.ts";
import { type Truth, truthOf } from "../truth.ts";
import type { WordPattern } from "./command-word.ts";

/** What the keys of one mapping look at. */
export interface CommandSubject {
  /** The whole command. */
  readonly command: ShellCommand;
  /** Its options. */
  readonly flags: readonly Flags[];
  /** Its words told apart. */
  readonly line: CommandLine;
  /** How many operands the subcommand that was asked for takes up. */
  readonly skipped: number;
}

/** One key of a mapping. */
export type CommandCheck = (subject: CommandSubject) => Truth;

/** One mapping under `match.command`. */
export interface CommandTest {
  /** Names of programs, any of which; undefined for any program. */
  readonly programs: ReadonlySet<string> | undefined;
  /** Patterns for further programs. */
  readonly programPatterns: readonly WordPattern[];
  /** Subcommands by their words, any of which; undefined for any. */
  readonly subcommands: readonly (readonly string[])[] | undefined;
  /** The other keys, all of which must hold. */
  readonly checks: readonly CommandCheck[];
  /** Whether what is probably so counts as so: for a rule that restricts. */
  readonly isRestricting: boolean;
}

/** Takes what is probably so as the rule at hand must: as so when it restricts, as unknown when it permits. */
export function settle(presence: Presence, isRestricting: boolean): Truth {
  if (presence === "likely") return isRestricting ? "yes" : "unknown";
  return presence;
}

/** Whether a mapping holds of a command. */
export function testCommand(test: CommandTest, command: ShellCommand): Truth {
  const program = testProgram(test, command);
  // Behind a program that can't be known, every word may mean something else.
  if (program !== "yes") return program;
  const line = commandLineOf(command);
  if (test.subcommands === undefined) {
    return runChecks(test.checks, { command, line, flags: line.allFlags, skipped: 0 });
  }
  return testSubcommands(test, test.subcommands, { command, line });
}

function testProgram({ programs, programPatterns, isRestricting }: CommandTest, command: ShellCommand): Truth {
  if (programs === undefined) return "yes";
  const program = programNameFor(command, isRestricting);
  if (program === undefined) return "unknown";
  if (programs.has(program) || fitsProgram(programPatterns, program)) return "yes";
  if (!isRestricting || !/[A-Z.]/.test(program)) return "no";
  const name = normalizeProgram(program);
  return truthOf(programs.has(name) || fitsProgram(programPatterns, name));
}

/** What a rule compares with its programs: one that permits takes `./ls` for no ls, and must name it by its path. */
export function programNameFor({ program, path }: ShellCommand, isRestricting: boolean): string | undefined {
  return isRestricting || program === undefined ? program : (path ?? program);
}

function fitsProgram(patterns: readonly WordPattern[], program: string): boolean {
  for (const pattern of patterns) if (pattern.fitsText(program)) return true;
  return false;
}

/** A program's name as systems find it that don't care for letter case, or run `git.exe` as git. */
export function normalizeProgram(program: string): string {
  return program.toLowerCase().replace(/\.(exe|cmd|bat)$/, "");
}

interface ReadCommand {
  readonly command: ShellCommand;
  readonly line: CommandLine;
}

function testSubcommands(
  test: CommandTest,
  subcommands: readonly (readonly string[])[],
  { command, line }: ReadCommand,
): Truth {
  if (line.isPlaceUncertain) return "unknown";
  let answer: Truth = "no";
  for (const words of subcommands) {
    const { presence, next } = findSubcommand(words, line);
    const found = settle(presence, test.isRestricting);
    const truth =
      found === "yes" ? runChecks(test.checks, { command, line, flags: line.ownFlags, skipped: next }) : found;
    if (truth === "yes") return truth;
    if (truth === "unknown") answer = truth;
  }
  return answer;
}

/** Looks for the words at the beginning of the operands, over those that may be values of strange options. */
function findSubcommand(words: readonly string[], { operands }: CommandLine): FoundSubcommand {
  let found = 0;
  let presence: Presence = "yes";
  let next = 0;
  let missing: FoundSubcommand = NOT_FOUND;
  for (const operand of operands) {
    next += 1;
    const isWanted = operand.word.text === words[found];
    if (operand.mayBeValue) presence = "likely";
    if (!isWanted) {
      if (isUncertain(operand)) missing = MAYBE_FOUND;
      if (!operand.mayBeValue) return missing;
      continue;
    }
    found += 1;
    if (found === words.length) return { presence, next };
  }
  return missing;
}

function isUncertain({ word }: Operand): boolean {
  return word.isOpaque || word.mayBeMany;
}

interface FoundSubcommand {
  readonly presence: Presence;
  /** Index of the operand behind it. */
  readonly next: number;
}

const NOT_FOUND: FoundSubcommand = { presence: "no", next: 0 };
const MAYBE_FOUND: FoundSubcommand = { presence: "unknown", next: 0 };

function runChecks(checks: readonly CommandCheck[], subject: CommandSubject): Truth {
  let answer: Truth = "yes";
  for (const check of checks) {
    const truth = check(subject);
    if (truth === "no") return "no";
    if (truth === "unknown") answer = "unknown";
  }
  return answer;
}
