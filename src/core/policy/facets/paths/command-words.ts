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
  pending: { readonly option: string; readonly kind: ValueKind } | undefined;
}

/** Tells a command's words apart as its program would. */
export function readCommandWords(args: readonly Word[], reader: ProgramReader): CommandWords {
  const walk: Walk = { reader, operands: [], options: new Set(), values: [], pending: undefined };
  let isBehindEnd = false;
  for (const word of args) {
    if (walk.pending !== undefined) {
      walk.values.push({ ...walk.pending, word });
      walk.pending = undefined;
    } else if (isBehindEnd || !word.text.startsWith("-") || word.text === "-") walk.operands.push(word);
    else if (word.text === "--") isBehindEnd = true;
    else readOption(walk, word);
  }
  return walk;
}

function readOption(walk: Walk, word: Word): void {
  const { text } = word;
  const equals = text.indexOf("=");
  const name = equals < 0 ? text : text.slice(0, equals);
  const kind = findKind(walk.reader, name);
  if (kind === undefined && !text.startsWith("--")) return readLetters(walk, word);
  walk.options.add(name);
  if (equals >= 0) walk.values.push({ option: name, kind, word: cutWord(word, equals + 1) });
  else if (kind !== undefined) walk.pending = { option: name, kind };
}

/** Options of one letter, the last of which may have the rest of the word as its value. */
function readLetters(walk: Walk, word: Word): void {
  const { text } = word;
  for (let index = 1; index < text.length; index += 1) {
    const option = `-${text.charAt(index)}`;
    walk.options.add(option);
    const kind = walk.reader.values.get(option);
    if (kind === undefined) continue;
    if (index + 1 === text.length) walk.pending = { option, kind };
    else walk.values.push({ option, kind, word: cutWord(word, index + 1) });
    return;
  }
}

/** What an option's value is; long options may be abbreviated. */
function findKind({ values }: ProgramReader, name: string): ValueKind | undefined {
  const exact = values.get(name) ?? (name.length > 2 ? values.get(name.toLowerCase()) : undefined);
  if (exact !== undefined || !/^--[^-]/.test(name)) return exact;
  for (const [option, kind] of values) if (option.startsWith(name)) return kind;
  return undefined;
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
