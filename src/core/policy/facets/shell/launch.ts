import { MAX_WRAPPERS } from "../../limits.ts";
import { type ShellCommand, UNKNOWN_WORD, type Word } from "./command.ts";
import { findCode } from "./interpreters/find-code.ts";
import { findProgramPath, nameProgram } from "./program-name.ts";
import { addCommand, addUnknown, type FunctionBody, type Reading } from "./reading.ts";
import type { CommandRun, Run, ScriptRun } from "./runs.ts";
import { applyBuiltin } from "./script/builtins.ts";
import { enterDirectory } from "./script/directories.ts";
import type { SimpleCommand } from "./script/simple-command.ts";
import { forgetAll, forgetVariables, forkState, type ShellState, UNKNOWN_DIRECTORIES } from "./state.ts";
import { findInterpreter } from "./interpreters/interpreter-data.ts";
import { type ContentFinder, contentFinder, noteFiles } from "./written-files.ts";
import { toWord } from "./programs/words.ts";
import { findRuns } from "./wrappers/find-runs.ts";

/** A simple command that is about to run. */
export interface Launch {
  /** The command; it has at least one word. */
  readonly simple: SimpleCommand;
  /** Whether the shell itself runs it, so that `cd` and its like work on the shell. */
  readonly isInShell: boolean;
  /** Programs on the same command line that run it. */
  readonly wrapperCount: number;
}

/** A script that a launched command runs, still to be looked at. */
export interface PendingScript {
  readonly kind: "script";
  /** The text, and the words behind it. */
  readonly run: ScriptRun;
  /** The shell that runs it. */
  readonly state: ShellState;
  /** Functions and aliases that run then. */
  readonly active: readonly string[];
}

/** The body of a function that was called, still to be looked at. */
export interface PendingBody {
  readonly kind: "body";
  /** As the parser made it. */
  readonly body: FunctionBody;
  /** The shell that runs it. */
  readonly state: ShellState;
  /** Functions and aliases that run then. */
  readonly active: readonly string[];
  /** The function's arguments. */
  readonly positional: readonly Word[];
}

/** See {@link PendingScript} and {@link PendingBody}. */
export type Pending = PendingScript | PendingBody;

/** Adds a command, and those that it runs in turn; gives back the scripts that run too. */
export function launchCommand(reading: Reading, state: ShellState, launch: Launch): readonly Pending[] {
  const { simple, isInShell } = launch;
  const first = simple.words[0] ?? UNKNOWN_WORD;
  const program = nameProgram(first);
  const rest = simple.words.slice(1);
  const command = emitCommand(reading, state, {
    simple,
    program,
    args: program === undefined && first.mayBeMany ? [UNKNOWN_WORD, ...rest] : rest,
  });
  if (reading.isOver) return NOTHING;
  if (program !== undefined) return followCommand(reading, state, { launch, command, program });
  if (isInShell) forgetAll(state);
  return NOTHING;
}

const NO_RUNS: readonly Run[] = Object.freeze([]);
const NOTHING: readonly Pending[] = Object.freeze([]);

interface Followed {
  readonly launch: Launch;
  readonly command: ShellCommand;
  readonly program: string;
}

/** What a command does to its shell, and what runs because of it. */
function followCommand(
  reading: Reading,
  state: ShellState,
  { launch, command, program }: Followed,
): readonly Pending[] {
  if (launch.wrapperCount > MAX_WRAPPERS) {
    addUnknown(reading);
    return NOTHING;
  }
  const { simple, isInShell } = launch;
  const named = isInShell ? callNamed(reading, state, { name: program, args: command.args }) : NOTHING;
  if (isInShell) applyBuiltin(reading, state, command);
  noteFiles(reading, state, { simple, command });
  const contentOf = contentFinder(reading, state);
  const runs = findRuns(command, { program, readsFile: simple.input?.isFile === true, contentOf });
  const written = reading.files.size === 0 ? runs : [...runs, ...runWritten(simple.words[0], contentOf)];
  if (written.length === 0) return named;
  return [...named, ...written.flatMap((run) => startRun(reading, state, { run, launch }))];
}

/** A program that the call itself wrote: its first line may name an interpreter. */
function runWritten(file: Word | undefined, contentOf: ContentFinder): readonly Run[] {
  const text = file?.text.includes("/") === true ? contentOf(file) : undefined;
  if (text === undefined) return NO_RUNS;
  const [, program] = /^#!\s*(?:\S*\/env\s+(?:-S\s+)?)?(\S+)/.exec(text.text) ?? [];
  const isCode = program !== undefined && findInterpreter(program.slice(program.lastIndexOf("/") + 1)) !== undefined;
  return [isCode ? { kind: "command", words: [toWord(program), toWord("-c"), text] } : { kind: "script", text }];
}

interface Emission {
  readonly simple: SimpleCommand;
  readonly program: string | undefined;
  readonly args: readonly Word[];
}

/** One command for each directory that it may run in; the first one is given back. */
function emitCommand(reading: Reading, state: ShellState, { simple, program, args }: Emission): ShellCommand {
  const { exported } = reading;
  const { redirects, input } = simple;
  const assignments = exported.length === 0 ? simple.assignments : [...exported, ...simple.assignments];
  const stdin = input === undefined ? state.stdin : input.text;
  const readsFile = input?.isFile === true;
  const code = findCode({ program, args, stdin, readsFile, contentOf: contentFinder(reading, state) });
  const { directories } = state;
  const path = findProgramPath(simple.words[0] ?? UNKNOWN_WORD);
  const cwd = directories[0];
  // Whole literals, because spreading one object into another would take most of the time of reading a short line.
  const command: ShellCommand =
    path === undefined
      ? { program, args, assignments, redirects, cwd, stdin, code }
      : { program, path, args, assignments, redirects, cwd, stdin, code };
  addCommand(reading, command);
  for (let index = 1; index < directories.length; index += 1) {
    addCommand(reading, { ...command, cwd: directories[index] });
  }
  return command;
}

interface NamedCall {
  readonly name: string;
  readonly args: readonly Word[];
}

/** The functions and aliases of that name. */
function callNamed(reading: Reading, state: ShellState, { name, args }: NamedCall): readonly Pending[] {
  if (reading.functions.size === 0 && reading.aliases.size === 0) return NOTHING;
  const bodies = reading.functions.get(name) ?? [];
  const texts = reading.aliases.get(name) ?? [];
  if (state.active.includes(name)) {
    // A function that calls itself may do so with any arguments; an alias stands for itself in its own text.
    if (bodies.length > 0) addUnknown(reading);
    return NOTHING;
  }
  const active = activate(state, name);
  return [
    ...texts.map((text): Pending => ({ kind: "script", run: { kind: "script", text, args }, state, active })),
    ...bodies.map((body): Pending => ({ kind: "body", body, state, active, positional: args })),
  ];
}

interface Start<Kind = Run> {
  readonly run: Kind;
  readonly launch: Launch;
}

/** Programs are launched at once; scripts are left to the caller, because they need the parser. */
function startRun(reading: Reading, state: ShellState, { run, launch }: Start): readonly Pending[] {
  switch (run.kind) {
    case "unknown":
      addUnknown(reading);
      return NOTHING;
    case "command":
      return startCommand(reading, state, { run, launch });
    case "script":
      return [{ kind: "script", run, state: findShell(state, run, launch), active: activate(state, run.alias) }];
  }
}

function activate({ active }: ShellState, name: string | undefined): readonly string[] {
  return name === undefined ? active : [...active, name];
}

function startCommand(reading: Reading, state: ShellState, { run, launch }: Start<CommandRun>): readonly Pending[] {
  const { words, assignments = [] } = run;
  if (words.length === 0) return NOTHING;
  return launchCommand(reading, findShell(state, run, launch), {
    simple: { ...launch.simple, words, assignments: [...launch.simple.assignments, ...assignments] },
    isInShell: launch.isInShell && run.shell === "same",
    wrapperCount: launch.wrapperCount + 1,
  });
}

/** The shell that something runs in, or a copy that stands for another process. */
function findShell(
  state: ShellState,
  run: CommandRun | ScriptRun,
  { simple: { input }, isInShell }: Launch,
): ShellState {
  const { shell, elsewhere } = run;
  if (shell === "same" && isInShell) return state;
  const fork = forkState(state, input === undefined ? {} : { stdin: input.text });
  if (run.kind === "script" && run.isInput === true) fork.stdin = UNKNOWN_WORD;
  if (elsewhere !== undefined) {
    fork.directories = state.directories.map((directory) => enterDirectory(directory, elsewhere.directory));
  }
  if (shell === "later") {
    forgetVariables(fork);
    fork.directories = UNKNOWN_DIRECTORIES;
    fork.stdin = undefined;
  }
  return fork;
}
