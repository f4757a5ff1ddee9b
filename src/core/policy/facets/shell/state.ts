import { MAX_SHELL_DIRECTORIES, MAX_SHELL_NAMES } from "../../limits.ts";
import { UNKNOWN_WORD, type Word } from "./command.ts";

/** What a running shell knows at one point of a script. It changes as the script goes on; a subshell works on a copy. */
export interface ShellState {
  /** Directories that it may be in: several after a `cd` that may have failed; undefined stands for one that can't be known. */
  directories: readonly (string | undefined)[];
  /** Values of the variables that the script set, as plain text; a name that isn't there has the value that the environment gave it. */
  variables: ReadonlyMap<string, Word>;
  /** `$1`, `$2` and so on; undefined when they can't be known. */
  positional: readonly Word[] | undefined;
  /** What commands read from standard input unless it is redirected; undefined when nothing is fed to them. */
  stdin: Word | undefined;
  /** Whether the script stops at the first command that fails (`set -e`). */
  stopsAtErrors: boolean;
  /** Whether the script certainly ended here. */
  hasEnded: boolean;
  /** Scripts and functions around this one. */
  depth: number;
  /** Functions and aliases that are running. */
  active: readonly string[];
}

const NO_VARIABLES: ReadonlyMap<string, Word> = new Map<string, Word>();
const NO_NAMES: readonly string[] = Object.freeze([]);
/** Where a shell is when nobody can tell. */
export const UNKNOWN_DIRECTORIES: ShellState["directories"] = Object.freeze([undefined]);

/** Names whose value from the environment the reader believes to know; a script may change them. */
const KNOWN_NAMES: readonly string[] = ["HOME", "PWD", "IFS", "SHELL", "BASH", "CDPATH"];

/** A shell that just started in a directory. */
export function createState(directory: string | undefined, stdin: Word | undefined): ShellState {
  return {
    directories: [directory],
    variables: NO_VARIABLES,
    positional: undefined,
    stdin,
    stopsAtErrors: false,
    hasEnded: false,
    depth: 0,
    active: NO_NAMES,
  };
}

/** A copy that goes its own way, as a subshell does. */
export function forkState(state: ShellState, changes: Partial<ShellState> = {}): ShellState {
  return { ...state, ...changes };
}

/** Sets a variable; `UNKNOWN_WORD` when its value can't be known. */
export function setVariable(state: ShellState, name: string, value: Word): void {
  if (!state.variables.has(name) && !KNOWN_NAMES.includes(name)) {
    // A name that isn't there can't be known already; one beyond the limit stays away.
    if (value === UNKNOWN_WORD || state.variables.size >= MAX_SHELL_NAMES) return;
  }
  state.variables = new Map(state.variables).set(name, value);
}

/** Nothing that the script set is known any longer. */
export function forgetVariables(state: ShellState): void {
  const variables = new Map<string, Word>();
  for (const name of state.variables.keys()) variables.set(name, UNKNOWN_WORD);
  state.variables = variables;
  state.positional = undefined;
}

/** Nothing that the script set is known any longer, nor what the environment usually has. */
export function forgetKnownVariables(state: ShellState): void {
  forgetVariables(state);
  for (const name of KNOWN_NAMES) setVariable(state, name, UNKNOWN_WORD);
}

/** Neither a variable nor the directory is known any longer, as after a command that may have been any. */
export function forgetAll(state: ShellState): void {
  forgetKnownVariables(state);
  state.directories = UNKNOWN_DIRECTORIES;
}

/** Whether nothing that a later command could notice differs. */
export function isSameState(state: ShellState, other: ShellState): boolean {
  return (
    isSameList(state.directories, other.directories) &&
    (state.variables === other.variables ||
      [...other.variables].every(([name, value]) =>
        isSameValue(value, state.variables.get(name) ?? valueOfUnset(name)),
      ))
  );
}

/** A variable that the script didn't set can't be known, but for a few. */
function valueOfUnset(name: string): Word | undefined {
  return KNOWN_NAMES.includes(name) ? undefined : UNKNOWN_WORD;
}

/** What may be the case after either of two ways that the script may have taken. */
export function joinStates(state: ShellState, other: ShellState): void {
  if (other.hasEnded) return;
  if (state.hasEnded) {
    Object.assign(state, other);
    return;
  }
  state.directories = joinDirectories(state.directories, other.directories);
  state.variables = joinVariables(state.variables, other.variables);
  if (state.positional !== other.positional) state.positional = undefined;
  state.stopsAtErrors &&= other.stopsAtErrors;
}

/** All directories of both lists; one that can't be known stands for more than the limit. */
export function joinDirectories(
  directories: ShellState["directories"],
  others: ShellState["directories"],
): ShellState["directories"] {
  if (isSameList(directories, others)) return directories;
  const joined = new Set([...directories, ...others]);
  return joined.size > MAX_SHELL_DIRECTORIES || joined.has(undefined) ? UNKNOWN_DIRECTORIES : [...joined];
}

function isSameList(list: readonly unknown[], other: readonly unknown[]): boolean {
  return list === other || (list.length === other.length && list.every((item, index) => item === other[index]));
}

/** Values that differ can't be known. */
export function joinVariables(
  variables: ShellState["variables"],
  others: ShellState["variables"],
): ShellState["variables"] {
  if (variables === others) return variables;
  const joined = new Map<string, Word>();
  for (const name of [...variables.keys(), ...others.keys()]) {
    const value = variables.get(name);
    joined.set(name, value !== undefined && isSameValue(value, others.get(name)) ? value : UNKNOWN_WORD);
  }
  return joined;
}

function isSameValue(value: Word, other: Word | undefined): boolean {
  return value === other || (!value.isOpaque && value.text === other?.text && value.isGlob === other.isGlob);
}
