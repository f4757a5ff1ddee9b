import type { ShellCommand } from "../facets/shell/command.ts";
import { commandLineOf } from "../facets/shell/programs/command-line.ts";
import type { Truth } from "../truth.ts";
import { type CommandTest, normalizeProgram, programNameFor, testCommand } from "./command-test.ts";

/** Mappings of one condition, any of which may hold, filed so that a command meets only those that could hold of it. */
export interface CommandIndex {
  /** All of them. */
  readonly tests: readonly CommandTest[];
  /** Those for named programs, by program. */
  readonly byProgram: ReadonlyMap<string, ProgramTests>;
  /** Those for programs by pattern, or for any. */
  readonly others: readonly CommandTest[];
  /** Whether a rule that restricts asks. */
  readonly isRestricting: boolean;
}

/** Mappings for one program. */
interface ProgramTests {
  readonly tests: CommandTest[];
  /** By the first word of the subcommand, for which each was narrowed. */
  readonly bySubcommand: Map<string | undefined, CommandTest[]>;
  /** Those for any subcommand. */
  readonly forAny: CommandTest[];
}

const NO_TESTS: readonly CommandTest[] = [];

/** Files mappings. */
export function createCommandIndex(tests: readonly CommandTest[], isRestricting: boolean): CommandIndex {
  const byProgram = new Map<string, ProgramTests>();
  const others = tests.filter((test) => test.programs === undefined || test.programPatterns.length > 0);
  for (const test of tests) for (const program of test.programs ?? []) fileTest(byProgram, program, test);
  return { tests, byProgram, others, isRestricting };
}

function fileTest(byProgram: Map<string, ProgramTests>, program: string, test: CommandTest): void {
  let filed = byProgram.get(program);
  if (filed === undefined) byProgram.set(program, (filed = { tests: [], bySubcommand: new Map(), forAny: [] }));
  filed.tests.push(test);
  if (test.subcommands === undefined) {
    filed.forAny.push(test);
    return;
  }
  for (const word of new Set(test.subcommands.map(([first]) => first))) {
    const narrowed = { ...test, subcommands: test.subcommands.filter(([first]) => first === word) };
    const known = filed.bySubcommand.get(word);
    if (known === undefined) filed.bySubcommand.set(word, [narrowed]);
    else known.push(narrowed);
  }
}

/** Whether one of the mappings holds of a command. */
export function askIndex(index: CommandIndex, command: ShellCommand): Truth {
  const program = programNameFor(command, index.isRestricting);
  if (program === undefined) return askEach(index.tests, command);
  const filed = findProgram(index, program);
  const answer = filed === undefined ? "no" : askProgram(filed, command);
  return answer === "yes" ? answer : either(answer, askEach(index.others, command));
}

function findProgram({ byProgram, isRestricting }: CommandIndex, program: string): ProgramTests | undefined {
  const filed = byProgram.get(program);
  if (filed !== undefined || !isRestricting) return filed;
  return /[A-Z.]/.test(program) ? byProgram.get(normalizeProgram(program)) : undefined;
}

function askProgram({ tests, bySubcommand, forAny }: ProgramTests, command: ShellCommand): Truth {
  if (bySubcommand.size === 0) return askEach(forAny, command);
  const { operands, isPlaceUncertain } = commandLineOf(command);
  if (isPlaceUncertain) return askEach(tests, command);
  const first = operands[0];
  if (first === undefined) return askEach(forAny, command);
  if (first.mayBeValue || first.word.isOpaque || first.word.mayBeMany) return askEach(tests, command);
  const answer = askEach(bySubcommand.get(first.word.text) ?? NO_TESTS, command);
  return answer === "yes" ? answer : either(answer, askEach(forAny, command));
}

/** The same as `anyOf`, for the place where most of the time is spent. */
function askEach(tests: readonly CommandTest[], command: ShellCommand): Truth {
  let answer: Truth = "no";
  for (const test of tests) {
    const truth = testCommand(test, command);
    if (truth === "yes") return truth;
    if (truth === "unknown") answer = truth;
  }
  return answer;
}

function either(left: Truth, right: Truth): Truth {
  return right === "no" ? left : right;
}
