import type { Word } from "../command.ts";
import type { OptionTable, ResolvedOption } from "../programs/option-table.ts";
import { sliceWord } from "../programs/words.ts";

/** A wrapper's words, told apart up to where those of the other program may begin. */
export interface WrapperLine {
  /** Values of its options, by each of their names; undefined stands for an option without a value. */
  readonly options: ReadonlyMap<string, readonly (Word | undefined)[]>;
  /** The first word that is no option, and all behind it. */
  readonly rest: readonly Word[];
  /** Whether an option that isn't known, or a word that may be several, makes it unclear where the other program begins. */
  readonly isUnclear: boolean;
}

/** What one reading carries along. */
interface Scan {
  readonly table: OptionTable;
  readonly options: Map<string, (Word | undefined)[]>;
  readonly words: readonly Word[];
  next: number;
  isUnclear: boolean;
}

/** Reads a wrapper's options, as far as they stand in front of everything else. */
export function readWrapperLine(table: OptionTable, words: readonly Word[]): WrapperLine {
  const scan: Scan = { table, options: new Map(), words, next: 0, isUnclear: false };
  for (let word = words[0]; word !== undefined; word = words[scan.next]) {
    if (!isOption(word, table)) break;
    scan.next += 1;
    if (word.text === "--") break;
    if (word.text.startsWith("--")) readLong(scan, word);
    else readShort(scan, word);
  }
  return { options: scan.options, rest: words.slice(scan.next), isUnclear: scan.isUnclear };
}

function isOption({ text }: Word, table: OptionTable): boolean {
  return text.startsWith("-") && (text !== "-" || table.byTyped.has("-"));
}

function readLong(scan: Scan, word: Word): void {
  const equals = word.text.indexOf("=");
  const name = equals === -1 ? word.text : word.text.slice(0, equals);
  const option = scan.table.byTyped.get(name);
  if (option === undefined) scan.isUnclear = true;
  else if (equals !== -1) note(scan, option, sliceWord(word, equals + 1));
  else if (takesValue(option)) noteNext(scan, option);
  else note(scan, option, undefined);
}

function readShort(scan: Scan, word: Word): void {
  const { text } = word;
  // Some programs have options of one dash and a whole word.
  const whole = scan.table.byTyped.get(text);
  if (whole !== undefined) return takesValue(whole) ? noteNext(scan, whole) : note(scan, whole, undefined);
  if (/^-\d+$/.test(text) && scan.table.byTyped.has("-#")) return;
  for (let index = 1; index < text.length; index += 1) {
    const option = scan.table.byTyped.get(`-${text.charAt(index)}`);
    const isLast = index === text.length - 1;
    if (option === undefined) {
      scan.isUnclear = true;
      return;
    }
    if (isLast && takesValue(option)) return noteNext(scan, option);
    if (isLast || option.specs[0]?.value === "none") note(scan, option, undefined);
    else return note(scan, option, sliceWord(word, index + 1));
  }
}

function takesValue({ specs, isNegated }: ResolvedOption): boolean {
  return !isNegated && specs.some(({ value }) => value === "required");
}

function noteNext(scan: Scan, option: ResolvedOption): void {
  const value = scan.words[scan.next];
  scan.next += 1;
  note(scan, option, value);
  scan.isUnclear ||= value?.mayBeMany === true;
}

function note({ options }: Scan, { specs }: ResolvedOption, value: Word | undefined): void {
  for (const { names } of specs) {
    for (const name of names) options.set(name, [...(options.get(name) ?? []), value]);
  }
}
