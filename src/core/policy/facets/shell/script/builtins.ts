import { type Assignment, type ShellCommand, UNKNOWN_WORD, type Word } from "../command.ts";
import { addMeaning, addUnknown, type Reading } from "../reading.ts";
import { MAX_SHELL_EXPORTS } from "../../../limits.ts";
import { forgetAll, forgetKnownVariables, forgetVariables, forkState, setVariable, type ShellState } from "../state.ts";
import { enterDirectory } from "./directories.ts";

/** What a builtin works on. */
interface BuiltinCall {
  readonly reading: Reading;
  readonly state: ShellState;
  readonly args: readonly Word[];
}

/** Names of variables that these set to something that can't be known. */
const READERS = ["read", "mapfile", "readarray", "getopts", "unset", "let", "wait"];

const DECLARATIONS = ["export", "declare", "typeset", "readonly", "local"];

const BUILTINS: ReadonlyMap<string, (call: BuiltinCall) => void> = new Map([
  ["cd", changeDirectory],
  ["chdir", changeDirectory],
  ["pushd", pushDirectory],
  ["popd", loseDirectory],
  ["alias", defineAliases],
  ["set", setOptions],
  ["shift", forgetArguments],
  ["exit", endScript],
  ["break", leaveLoop],
  ["continue", leaveLoop],
  ["source", forgetSet],
  [".", forgetSet],
  ["printf", forgetPrinted],
  ...READERS.map((name) => [name, forgetNamed] as const),
  ...DECLARATIONS.map((name) => [name, declareVariables] as const),
]);

/** Does to a shell what a builtin of that name does. */
export function applyBuiltin(reading: Reading, state: ShellState, { program = "", args }: ShellCommand): void {
  const builtin = BUILTINS.get(program);
  if (builtin === undefined) return;
  // A function or an alias of that name may do anything else to the shell.
  if (reading.functions.has(program) || reading.aliases.has(program)) forgetAll(state);
  else builtin({ reading, state, args });
}

/** Sets variables that later commands find in their environment too. */
export function assignVariables(reading: Reading, state: ShellState, assignments: readonly Assignment[]): void {
  for (const { name, value } of assignments) setVariable(state, name, value);
  if (reading.exported.length + assignments.length > MAX_SHELL_EXPORTS) addUnknown(reading);
  else reading.exported = [...reading.exported, ...assignments];
}

function changeDirectory({ state, args }: BuiltinCall): void {
  const [target = state.variables.get("HOME") ?? HOME, ...others] = operandsOf(args);
  const isOdd = others.length > 0 || target.mayBeMany || target.text === "-";
  const isSearched = state.variables.has("CDPATH") && !/^(?:[/~]|\.{1,2}(?:\/|$))/.test(target.text);
  moveTo(state, isOdd || isSearched ? undefined : target);
}

const HOME: Word = Object.freeze({ text: "~", isOpaque: false, isGlob: false, mayBeMany: false });

function pushDirectory(call: BuiltinCall): void {
  const [target] = operandsOf(call.args);
  if (target === undefined || /^[+-]/.test(target.text)) loseDirectory(call);
  else changeDirectory(call);
}

function loseDirectory({ state }: BuiltinCall): void {
  moveTo(state, undefined);
}

function moveTo(state: ShellState, target: Word | undefined): void {
  state.directories = [...new Set(state.directories.map((directory) => enterDirectory(directory, target)))];
  // A value that begins with the old directory, such as `$PWD` had, means another place now.
  for (const [name, { text }] of state.variables) {
    if (/^\.(?:\/(?!~)|$)/.test(text)) setVariable(state, name, UNKNOWN_WORD);
  }
}

function operandsOf(args: readonly Word[]): readonly Word[] {
  const first = args.findIndex(({ text }) => !/^-[A-Za-z@]+$/.test(text));
  if (first === -1) return [];
  return args[first]?.text === "--" ? args.slice(first + 1) : args.slice(first);
}

function declareVariables({ reading, state, args }: BuiltinCall): void {
  const assignments: Assignment[] = [];
  for (const word of args) {
    const equals = word.text.indexOf("=");
    const name = equals === -1 ? word.text : word.text.slice(0, equals);
    const known = state.variables.get(name);
    if (/^[-+]/.test(name)) {
      // A name that stands for another one makes every assignment one to that.
      if (name.includes("n")) forgetKnownVariables(state);
    } else if (!/^[A-Za-z_]\w*$/.test(name)) forgetKnownVariables(state);
    else if (equals !== -1) assignments.push({ name, value: { ...word, text: word.text.slice(equals + 1) } });
    else if (known !== undefined) assignments.push({ name, value: known });
  }
  if (assignments.length > 0) assignVariables(reading, state, assignments);
}

function defineAliases({ reading, args }: BuiltinCall): void {
  for (const word of args) {
    const equals = word.text.indexOf("=");
    if (equals <= 0) continue;
    const text = { ...word, text: word.text.slice(equals + 1) };
    reading.aliases = addMeaning(reading, reading.aliases, [word.text.slice(0, equals), text]);
  }
}

function setOptions({ state, args }: BuiltinCall): void {
  const [first, ...rest] = args;
  if (first === undefined) return;
  if (first.text === "--") state.positional = rest;
  else if (!/^[-+]/.test(first.text)) state.positional = args;
  else if (/^[-+]\w*e/.test(first.text) || args.some(({ text }) => text === "errexit")) {
    state.stopsAtErrors = first.text.startsWith("-");
  }
}

function forgetArguments({ state }: BuiltinCall): void {
  state.positional = undefined;
}

function endScript({ state }: BuiltinCall): void {
  state.hasEnded = true;
}

function leaveLoop({ reading, state }: BuiltinCall): void {
  reading.jumps.push(forkState(state));
}

/** What is in a file isn't in the call, as with a program that is run; but it may have set any variable. */
function forgetSet({ state }: BuiltinCall): void {
  forgetVariables(state);
}

function forgetPrinted(call: BuiltinCall): void {
  if (call.args[0]?.text.startsWith("-v") === true) forgetNamed(call);
}

function forgetNamed({ state, args }: BuiltinCall): void {
  for (const { text, isOpaque } of args) {
    const name = /^(?:-v)?([A-Za-z_]\w*)/.exec(text)?.[1];
    if (isOpaque) forgetKnownVariables(state);
    else if (name !== undefined) setVariable(state, name, UNKNOWN_WORD);
  }
}
