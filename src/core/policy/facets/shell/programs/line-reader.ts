import { UNKNOWN, type Word } from "../command.ts";
import { Flags } from "./flags.ts";
import type { OptionTable, ResolvedOption } from "./option-table.ts";
import type { ProgramSyntax } from "./program-syntax.ts";
import { sliceWord } from "./words.ts";

/** A word of a command that is no option. */
export interface Operand {
  /** The word; special characters of a glob in it are parts that can't be known. */
  readonly word: Word;
  /** Whether it may as well be the value of the strange option in front of it. */
  readonly mayBeValue: boolean;
}

/** A command's words told apart: options, their values, and the rest. */
export interface CommandLine {
  /** In order, the subcommand among them. */
  readonly operands: readonly Operand[];
  /** Options, those behind the subcommand where the ones in front of it mean something else. */
  readonly flags: Flags;
  /** Options in front of the subcommand; the same as `flags` where that makes no difference. */
  readonly globalFlags: Flags;
  /** Whether a word in front of the first operand can't be known, so that any other may be the first, or a value. */
  readonly isPlaceUncertain: boolean;
  /** `flags` alone. */
  readonly ownFlags: readonly Flags[];
  /** Both, each once. */
  readonly allFlags: readonly Flags[];
}

/** Tells a command's words apart, one after the other, as its program would. */
export class LineReader {
  readonly #syntax: ProgramSyntax | undefined;
  readonly #operands: Operand[] = [];
  readonly #globalFlags = new Flags();
  #flags = this.#globalFlags;
  /** Options known at this place; undefined when none are. */
  #table: OptionTable | undefined;
  #isFirst = true;
  /** The words of the subcommand so far. */
  #subcommand = "";
  #isSeeking: boolean;
  #endsAtOperand: boolean;
  /** Why no more options can follow. */
  #end: "terminator" | "operand" | undefined;
  /** The option whose value is the next word. */
  #pending: ResolvedOption | undefined;
  /** Whether the next word may be the value of a strange option, or of one whose attached value may be empty. */
  #mayBeValue = false;
  #wasEmptied = false;
  /** Whether a word that can't be known came before: the subcommand, and with it the table, may be another. */
  #isUncertain = false;
  #isPlaceUncertain = false;

  /** `syntax` is undefined for a program that nothing is known of. */
  constructor(syntax: ProgramSyntax | undefined) {
    this.#syntax = syntax;
    this.#table = syntax?.options;
    this.#isSeeking = syntax?.subcommands !== undefined;
    this.#endsAtOperand = syntax?.endsAtOperand ?? false;
  }

  /** What was read. */
  finish(): CommandLine {
    if (this.#pending !== undefined) this.#flags.add(this.#pending, undefined);
    const [operands, flags, globalFlags] = [this.#operands, this.#flags, this.#globalFlags];
    const ownFlags = [flags];
    const allFlags = flags === globalFlags ? ownFlags : [flags, globalFlags];
    return { operands, flags, globalFlags, ownFlags, allFlags, isPlaceUncertain: this.#isPlaceUncertain };
  }

  /** Reads the next word. */
  read(word: Word): void {
    if (this.#end !== undefined) return this.#readBehindEnd(word);
    const isFirst = this.#isFirst;
    const mayBeValue = this.#mayBeValue;
    this.#isFirst = false;
    this.#mayBeValue = false;
    if (this.#wasEmptied && word.text.startsWith("-")) this.#open();
    this.#wasEmptied = false;
    // Several words, or none: what stands in front of it and behind it may belong together in other ways.
    if (word.mayBeMany && !word.isGlob) this.#open();
    if (this.#pending !== undefined) return this.#readValue(this.#pending, word);
    const { text } = word;
    if (text === "--") this.#end = "terminator";
    else if (text === "--end-of-options") this.#end = "operand";
    else if (text.startsWith("--")) this.#readNamed(word);
    else if (text.startsWith("-") && text !== "-") this.#readShort(word);
    else if (isFirst && this.#syntax?.bareLetters === true) this.#readLetters(word, 0);
    else this.#readOperand(word, mayBeValue);
  }

  /** A word that can't be known may be an option, and the next word its value. */
  #open(): void {
    // In front of the subcommand, nobody knows which options come behind it.
    if (this.#operands.length === 0) this.#isPlaceUncertain = true;
    this.#flags.open(this.#operands.length === 0 ? undefined : this.#table);
    this.#isUncertain = true;
    this.#mayBeValue = true;
  }

  #readBehindEnd(word: Word): void {
    if (this.#end === "terminator") this.#flags.addTerminator(!word.mayBeMany);
    this.#operands.push({ word, mayBeValue: false });
  }

  #readValue(option: ResolvedOption, word: Word): void {
    this.#flags.add(option, word);
    this.#pending = undefined;
    if (word.mayBeMany && !word.isGlob) this.#operands.push({ word, mayBeValue: true });
  }

  #readOperand(word: Word, mayBeValue: boolean): void {
    // The names of files seldom begin with a dash; a variable's value may.
    if (word.text.startsWith(UNKNOWN) && !word.isGlob) this.#open();
    this.#operands.push({ word, mayBeValue });
    if (this.#isSeeking) {
      if (!mayBeValue) this.#seekSubcommand(word.text);
    } else if (this.#endsAtOperand) this.#end = "operand";
  }

  #seekSubcommand(text: string): void {
    const isBehindFirst = this.#subcommand !== "";
    const name = isBehindFirst ? `${this.#subcommand} ${text}` : text;
    const found = this.#syntax?.subcommands?.get(name);
    this.#isSeeking = found?.goesOn ?? false;
    if (found === undefined && isBehindFirst) return;
    this.#subcommand = name;
    this.#endsAtOperand = found?.endsAtOperand ?? false;
    if (this.#syntax?.globalsApart !== true) this.#table = found?.options ?? this.#table;
    else {
      this.#table = found?.options;
      if (!isBehindFirst) this.#flags = new Flags();
    }
  }

  #readShort(word: Word): void {
    if (this.#syntax === undefined) {
      // Nobody knows whether this is one option or several.
      this.#readNamed(word);
      this.#readLetters(word, 1);
    } else if (this.#syntax.dash === "word") this.#readNamed(word);
    else this.#readLetters(word, 1);
  }

  /** An option of a whole word, which a value may follow behind an equals sign. */
  #readNamed(word: Word): void {
    const equals = word.text.indexOf("=");
    const name = equals < 0 ? word.text : word.text.slice(0, equals);
    if (name.includes(UNKNOWN)) return this.#open();
    const value = equals < 0 ? undefined : sliceWord(word, equals + 1);
    const option = this.#resolve(name);
    if (option === undefined) this.#addStrange(name, value);
    else if (value === undefined && takesWord(option)) this.#pending = option;
    else this.#flags.add(option, value);
  }

  /** Options of one letter, the last of which may have the rest as its value. */
  #readLetters(word: Word, from: number): void {
    const { text } = word;
    for (let index = from; index < text.length; index += 1) {
      const letter = text.charAt(index);
      if (letter === UNKNOWN) return this.#open();
      const option = this.#resolve(`-${letter}`);
      const isLast = index + 1 === text.length;
      if (option === undefined) this.#addStrange(`-${letter}`, undefined, index === from);
      else if (isLast && takesWord(option)) this.#pending = option;
      else if (isLast || option.specs[0]?.value === "none") this.#flags.add(option, undefined);
      else return this.#addAttached(option, sliceWord(word, index + 1));
    }
  }

  /** A value that may turn out to be empty leaves its place to the next word. */
  #addAttached(option: ResolvedOption, value: Word): void {
    this.#flags.add(option, value);
    if (!takesWord(option) || value.text !== UNKNOWN) return;
    this.#wasEmptied = true;
    this.#mayBeValue = true;
    if (this.#operands.length === 0) this.#isPlaceUncertain = true;
  }

  #addStrange(name: string, value: Word | undefined, isCertain = true): void {
    this.#flags.addStrange(name, value, isCertain);
    if (value === undefined && (this.#isUncertain || this.#table?.isComplete !== true)) this.#mayBeValue = true;
  }

  #resolve(typed: string): ResolvedOption | undefined {
    const found = this.#table?.byTyped.get(typed);
    if (found !== undefined || this.#syntax?.globalsApart === true) return found;
    return this.#syntax?.options.byTyped.get(typed);
  }
}

function takesWord({ specs, isNegated }: ResolvedOption): boolean {
  return specs.length === 1 && !isNegated && specs[0]?.value === "required";
}
