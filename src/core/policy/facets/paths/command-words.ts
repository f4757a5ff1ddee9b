import type { Word } from "../shell/command.ts";
import type { ProgramReader } from "./programs/program-index.ts";
import type { ValueKind } from "./programs/program-paths.ts";

/** A file or text that an option of a command was given. */
export interface OptionValue {
  /** The option as it was typed. */
  readonly option: string;
  /** What the program does with it; undefined for an option that its table doesn't have. */
  readonly kind: ValueKind | undefined;
  /** The word, or the part of it behind the option. */
  readonly word: Word;
}

/** A command's words told apart, as far as its files need it. */
export interface CommandWords {
  /** Words that are neither options nor their values, in order. */
  readonly operands: readonly Word[];
  /** Options as they were typed, clusters taken apart. */
  readonly options: ReadonlySet<string>;
  /** Values of options, in order. */
  readonly values: readonly OptionValue[];
}

/** One reading of a command's words. */
interface Walk {
  readonly reader: ProgramReader;
  readonly operands: Word[];
  readonly options: Set<string>;
  readonly values: OptionValue[];
  /** The option that the next word is the value of. */
  pending: Pending | undefined;
}

interface Pending {
  readonly option: string;
  readonly kind: ValueKind;
  /** Whether the option is only taken for an abbreviation: the word may as well be an operand. */
  readonly isGuess: boolean;
}

/** Tells a command's words apart as its program would. A word that may be two things is counted as both. */
export function readCommandWords(args: readonly Word[], reader: ProgramReader): CommandWords {
  const walk: Walk = { reader, operands: [], options: new Set(), values: [], pending: undefined };
  let isBehindEnd = false;
  for (const word of args) {
    if (walk.pending !== undefined) takeValue(walk, walk.pending, word);
    else if (isBehindEnd || !word.text.startsWith("-") || word.text === "-") walk.operands.push(word);
    else if (word.text === "--") isBehindEnd = true;
    else readOption(walk, word);
  }
  return walk;
}

function takeValue(walk: Walk, { option, kind, isGuess }: Pending, word: Word): void {
  if (isGuess) walk.operands.push(word);
  walk.values.push({ option, kind, word });
  // Of a name and a file, the name comes first.
  walk.pending = kind === "named" ? { option, kind: "read", isGuess: false } : undefined;
}

function readOption(walk: Walk, word: Word): void {
  const { text } = word;
  const equals = text.indexOf("=");
  const name = equals < 0 ? text : text.slice(0, equals);
  const found = findOption(walk.reader, name);
  if (found === undefined && !text.startsWith("--") && !walk.reader.isWordy) return readLetters(walk, word);
  walk.options.add(name);
  if (equals >= 0) walk.values.push({ option: name, kind: found?.kind, word: cutWord(word, equals + 1) });
  else walk.pending = found;
}

/** Options of one letter, the last of which may have the rest of the word as its value. */
function readLetters(walk: Walk, word: Word): void {
  const { text } = word;
  for (let index = 1; index < text.length; index += 1) {
    const option = `-${text.charAt(index)}`;
    walk.options.add(option);
    const found = findOption(walk.reader, option);
    if (found === undefined) continue;
    if (index + 1 === text.length) walk.pending = found;
    else walk.values.push({ option, kind: found.kind, word: cutWord(word, index + 1) });
    return;
  }
}

/** What an option's value is; undefined for an option that has none, or that nobody knows. */
export function findOption({ values, table }: ProgramReader, option: string): Pending | undefined {
  const exact = values.get(option) ?? (option.length > 2 ? values.get(option.toLowerCase()) : undefined);
  if (exact !== undefined) return { option, kind: exact, isGuess: false };
  const [spec, ...others] = table?.byTyped.get(option)?.specs ?? [];
  // What only abbreviates an option may be one of its own, where the table hasn't all of them.
  const isCertain = others.length === 0 && (table?.isComplete === true || spec?.names.includes(option) === true);
  if (spec !== undefined && isCertain) {
    if (spec.value !== "required") return undefined;
    const kind = spec.names.map((name) => values.get(name)).find((found) => found !== undefined);
    return { option, kind: kind ?? "none", isGuess: false };
  }
  return /^--[^-]/.test(option) ? findAbbreviated(values, option) : undefined;
}

/** Only for files: a word that is taken for another value would be lost. */
function findAbbreviated(values: ReadonlyMap<string, ValueKind>, option: string): Pending | undefined {
  for (const [name, kind] of values) {
    if (kind !== "none" && name.startsWith(option)) return { option, kind, isGuess: true };
  }
  return undefined;
}

/** Index of the first word that is neither an option nor a value, such as a subcommand; -1 when there is none. */
export function findFirstOperand(args: readonly Word[], reader: ProgramReader): number {
  const [first] = readCommandWords(args, reader).operands;
  return first === undefined ? -1 : args.indexOf(first);
}

/** The rest of a word. */
export function cutWord(word: Word, from: number): Word {
  return { ...word, text: word.text.slice(from) };
}

/** Whether one of these options is there; of long ones an abbreviation is enough. */
export function hasOption({ options }: CommandWords, wanted: readonly string[]): boolean {
  for (const option of options) {
    if (wanted.includes(option)) return true;
    if (option.length > 2 && option.startsWith("--") && wanted.some((name) => name.startsWith(option))) return true;
  }
  return false;
}
