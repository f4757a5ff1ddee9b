import type { Word } from "../command.ts";
import { spendCharsAgain } from "../reading.ts";
import type { ShellState } from "../state.ts";
import type { WordContext } from "./word-context.ts";
import { addPlace, addText, addUnknownPart, addValue, endWord, type WordBuilder } from "./word-builder.ts";

/** An expansion of a parameter, `$X` or `${X}`. */
export interface ParameterUse {
  /** The parameter's name. */
  readonly name: string;
  /** Whether it stands in double quotes, so that nothing is split. */
  readonly isQuoted: boolean;
}

/** What the shell sets by itself and what is always one word, such as a number. */
const SINGLE_NAMES = new Set(["#", "?", "$", "!", "-", "0", "UID", "EUID", "PPID", "RANDOM", "SECONDS", "LINENO"]);

/** Shells that `$SHELL` and `$BASH` may be; which one doesn't matter here. */
const SHELL_NAMES: ReadonlyMap<string, string> = new Map([
  ["SHELL", "/bin/sh"],
  ["BASH", "/bin/bash"],
]);

const NOTHING: Word = Object.freeze({ text: "", isOpaque: false, isGlob: false, mayBeMany: false });

/** Adds what a parameter stands for. */
export function addParameter(builder: WordBuilder, context: WordContext, use: ParameterUse): void {
  const { name, isQuoted } = use;
  const value = context.state.variables.get(name) ?? readPositional(context.state, name);
  if (value !== undefined) return addVariable(builder, context, { value, isQuoted });
  if (name === "HOME") return addPlace(builder, "~");
  if (name === "PWD") return addPlace(builder, ".");
  if (name === "IFS") return isQuoted ? addText(builder, " \t\n") : endWord(builder);
  if (name === "@" || name === "*") return addPositionals(builder, context, use);
  const shell = SHELL_NAMES.get(name);
  if (shell !== undefined) return addText(builder, shell);
  addUnknownPart(builder, !isQuoted && !SINGLE_NAMES.has(name));
}

/** Whether the reader knows what a parameter stands for. */
export function isKnownParameter(state: ShellState, name: string): boolean {
  const value = state.variables.get(name) ?? readPositional(state, name);
  if (value !== undefined) return !value.isOpaque && value.text !== "";
  return name === "HOME" || name === "PWD" || SHELL_NAMES.has(name);
}

/** Undefined unless it is a number and that argument is known; one that wasn't given is empty. */
function readPositional({ positional }: ShellState, name: string): Word | undefined {
  if (positional === undefined || !/^[1-9]\d{0,3}$/.test(name)) return undefined;
  const index = Number(name) - 1;
  // Behind a word that may be several, nobody can tell which argument is which.
  if (positional.slice(0, index).some((word) => word.mayBeMany)) return undefined;
  return positional[index] ?? NOTHING;
}

function addPositionals(builder: WordBuilder, context: WordContext, { name, isQuoted }: ParameterUse): void {
  const { positional } = context.state;
  // Even in quotes `$@` is as many words as there are arguments.
  if (positional === undefined) return addUnknownPart(builder, !isQuoted || name === "@");
  for (const [index, value] of positional.entries()) {
    if (index > 0 && isQuoted && name === "*") addText(builder, " ");
    else if (index > 0) endWord(builder);
    addVariable(builder, context, { value, isQuoted });
    if (name === "@") builder.mayBeMany ||= value.mayBeMany;
  }
}

interface VariableUse {
  readonly value: Word;
  readonly isQuoted: boolean;
}

/** Without quotes a value is split at spaces and its globs are active. */
function addVariable(builder: WordBuilder, context: WordContext, { value, isQuoted }: VariableUse): void {
  if (!spendCharsAgain(context.reading, value.text.length + 1)) return addUnknownPart(builder, true);
  if (isQuoted) return addValue(builder, value, false);
  // Where other characters split words, nobody can tell which words there will be.
  if (context.state.variables.has("IFS")) return addUnknownPart(builder, true);
  for (const [index, text] of value.text.split(/[ \t\n]+/).entries()) {
    if (index > 0) endWord(builder);
    if (text !== "") addValue(builder, { ...value, text }, true);
  }
}
