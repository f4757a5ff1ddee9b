import type { Command, ParsedScript, Pipeline, Statement } from "unbash";
import { MAX_SCRIPT_DEPTH } from "../../../limits.ts";
import { UNKNOWN, UNKNOWN_WORD, type Word } from "../command.ts";
import { launchCommand, type Pending } from "../launch.ts";
import { addUnknown, type Reading, spendStatement } from "../reading.ts";
import type { ScriptRun } from "../runs.ts";
import { forgetAll, forkState, joinDirectories, joinStates, type ShellState } from "../state.ts";
import type { WordContext } from "../words/word-context.ts";
import { assignVariables } from "./builtins.ts";
import { findOutput } from "./outputs.ts";
import { parseScript } from "./parse-script.ts";
import { quoteWord } from "./quote-word.ts";
import { readSimpleCommand, type SimpleCommand } from "./simple-command.ts";
import { walkAndOr } from "./walk-and-or.ts";
import type { Tour, WalkedNode } from "./tour.ts";
import { NO_OPERATION, walkCompound } from "./walk-compound.ts";

/** Gathers the commands of a text that a shell runs. */
export function walkText(reading: Reading, state: ShellState, run: Omit<ScriptRun, "kind">): void {
  const { text, args = [], positional, isGuess = false } = run;
  if (text.text === UNKNOWN || state.depth > MAX_SCRIPT_DEPTH) return loseTrack(reading, state);
  const line = args.length === 0 ? text.text : [text.text, ...args.map(quoteWord)].join(" ");
  const script = parseScript(reading, line);
  if (script === undefined) return loseTrack(reading, state);
  state.depth += 1;
  state.positional = positional ?? (args.length > 0 ? args : state.positional);
  walkScript(reading, state, { script, isGuess });
  state.depth -= 1;
  // The parser doesn't join a dollar sign with what stands behind the end of its line.
  if (text.isOpaque || line.includes("$\\\n")) loseTrack(reading, state);
}

/** Any command may have run. */
function loseTrack(reading: Reading, state: ShellState): void {
  addUnknown(reading);
  forgetAll(state);
}

/** Gathers the commands of a program and its words that no shell reads. */
export function walkWords(reading: Reading, state: ShellState, words: readonly Word[]): void {
  const simple = { words, assignments: [], redirects: [], input: undefined };
  const pending = launchCommand(reading, state, { simple, isInShell: false, wrapperCount: 0 });
  for (const item of pending) runPending(reading, item);
}

interface Parsed {
  readonly script: ParsedScript;
  readonly isGuess: boolean;
}

function walkScript(reading: Reading, state: ShellState, { script, isGuess }: Parsed): void {
  walkList(reading, state, script.commands);
  if (script.errors !== undefined && !isGuess) addUnknown(reading);
}

function walkList(reading: Reading, state: ShellState, statements: readonly Statement[]): void {
  for (const statement of statements) {
    if (!spendStatement(reading)) return;
    walkStatement(reading, state, statement);
  }
}

function walkStatement(reading: Reading, state: ShellState, { command, background }: Statement): void {
  const shell = background === true ? forkState(state) : state;
  if (command.type === "AndOr") {
    return walkAndOr(command, shell, (node) => {
      walkNode(reading, shell, node);
    });
  }
  const before = shell.directories;
  walkNode(reading, shell, command);
  // A `cd` that fails leaves the shell where it was, and the script goes on.
  if (shell.directories !== before && !shell.stopsAtErrors) {
    shell.directories = joinDirectories(before, shell.directories);
  }
}

/** Gives back a simple command, so that its output can be told. */
function walkNode(reading: Reading, state: ShellState, node: WalkedNode): SimpleCommand | undefined {
  if (node.type === "Command") return walkCommand(reading, state, node);
  if (node.type === "Pipeline") walkPipeline(reading, state, node);
  else walkCompound(createTour(reading), state, node);
  return undefined;
}

function createTour(reading: Reading): Tour {
  return {
    reading,
    walkNode: (state, node) => void walkNode(reading, state, node),
    walkList: (state, statements) => walkList(reading, state, statements),
    walkScripts: (state, scripts) => walkScripts(reading, state, scripts),
    runCommand: (state, simple) => runCommand(reading, state, simple),
  };
}

/** Each command runs in a subshell; in some shells the last one doesn't. */
function walkPipeline(reading: Reading, state: ShellState, { commands }: Pipeline): void {
  let { stdin } = state;
  for (const [index, node] of commands.entries()) {
    const isLast = index === commands.length - 1;
    const shell = commands.length === 1 ? state : forkState(state, { stdin });
    const simple = walkNode(reading, shell, node);
    if (isLast && shell !== state) joinStates(state, shell);
    if (!isLast) stdin = simple === undefined ? UNKNOWN_WORD : findOutput(simple, stdin);
  }
}

function walkCommand(reading: Reading, state: ShellState, node: Command): SimpleCommand {
  const context: WordContext = { reading, state, scripts: [] };
  const simple = readSimpleCommand(context, node);
  if (context.scripts.length > 0) walkScripts(reading, state, context.scripts);
  runCommand(reading, state, simple);
  return simple;
}

/** Substitutions run in a copy of the shell, before the command whose words they stand in. */
function walkScripts(reading: Reading, state: ShellState, scripts: readonly ParsedScript[]): void {
  if (state.depth > MAX_SCRIPT_DEPTH) return addUnknown(reading);
  for (const script of scripts) {
    const shell = forkState(state, { depth: state.depth + 1, hasEnded: false });
    walkScript(reading, shell, { script, isGuess: false });
  }
}

function runCommand(reading: Reading, state: ShellState, simple: SimpleCommand): void {
  if (simple.words.length === 0) return runNothing(reading, state, simple);
  const pending = launchCommand(reading, state, { simple, isInShell: true, wrapperCount: 0 });
  for (const item of pending) runPending(reading, item);
}

/** Assignments by themselves change the shell, redirects by themselves open files. */
function runNothing(reading: Reading, state: ShellState, simple: SimpleCommand): void {
  assignVariables(reading, state, simple.assignments);
  if (simple.redirects.length === 0) return;
  runCommand(reading, state, { ...simple, words: [NO_OPERATION], assignments: [] });
}

function runPending(reading: Reading, { active, state, ...pending }: Pending): void {
  const outer = { active: state.active, depth: state.depth, positional: state.positional };
  state.active = active;
  if (pending.kind === "script") walkText(reading, state, pending.run);
  else if (state.depth > MAX_SCRIPT_DEPTH) addUnknown(reading);
  else {
    state.depth += 1;
    state.positional = pending.positional;
    walkNode(reading, state, pending.body);
  }
  Object.assign(state, outer);
}
