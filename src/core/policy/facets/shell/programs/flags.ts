import type { Word } from "../command.ts";
import { negate, type OptionTable, type ResolvedOption } from "./option-table.ts";

/**
 * Whether an option stands on a command. `likely` is one that almost surely does: abbreviated in a way that isn't clear,
 * in a cluster that may as well be a value, or beside a word that can't be known and might take it back.
 */
export type Presence = "yes" | "likely" | "unknown" | "no";

/** An option as it was typed. */
interface TypedOption {
  /** What it stands for. */
  readonly option: ResolvedOption;
  /** Whether it surely stands for that. */
  readonly isCertain: boolean;
  /** Whether no table knows it: it may abbreviate a longer one. */
  readonly isStrange: boolean;
  readonly value: Word | undefined;
}

/** The last word about a name, as far as it was typed. */
type Mention = "on" | "likely" | "off" | "none";

const NO_VALUES: readonly Word[] = [];

/** More options than these are looked up, fewer looked through. */
const MAX_SCANNED = 16;

/** Values that turn a switch off, as in `--dry-run=false`. */
const OFF_VALUES: ReadonlySet<string> = new Set(["false", "no", "none", "off", "0"]);

const TERMINATOR: ResolvedOption = { specs: [{ names: ["--"], opposites: [], value: "none" }], isNegated: false };

/** The options that a command was given. */
export class Flags {
  readonly #typed: TypedOption[] = [];
  /** Where words stand that can't be known: the options that each may be, undefined for any. */
  #open: Set<OptionTable | undefined> | undefined;
  /** Strange options of one dash, and whether they surely stand there: a cluster may repeat them without end. */
  #letters: Map<string, boolean> | undefined;
  /** Made when first asked for. */
  #mentions: Map<string, Mention> | undefined;

  /** Notes a word that can't be known: it may be options of this table, or any, and take back others. */
  open(table: OptionTable | undefined): void {
    this.#open ??= new Set();
    this.#open.add(table);
  }

  /** Whether such words stand there. */
  get isOpen(): boolean {
    return this.#open !== undefined;
  }

  /** Notes that `--` stands there with a word behind it, or probably one. */
  addTerminator(isCertain: boolean): void {
    this.#typed.push({ option: TERMINATOR, isCertain, isStrange: false, value: undefined });
  }

  /** Notes an option of a table. */
  add(option: ResolvedOption, value: Word | undefined): void {
    const isCertain = option.specs.length === 1 && !isOff(value);
    this.#typed.push({ option, isCertain, isStrange: false, value });
  }

  /** Notes an option that no table knows. */
  addStrange(name: string, value: Word | undefined, isCertain = true): void {
    const isLong = name.startsWith("--");
    if (!isLong && value === undefined && !this.#isNews(name, isCertain)) return;
    const opposites = isLong ? [negate(name)] : [];
    const option: ResolvedOption = { specs: [{ names: [name], opposites, value: "none" }], isNegated: false };
    this.#typed.push({ option, isCertain: isCertain && !isOff(value), isStrange: true, value });
  }

  /** Whether a short option that nothing takes back was not yet seen, or not so surely. */
  #isNews(name: string, isCertain: boolean): boolean {
    this.#letters ??= new Map();
    const wasCertain = this.#letters.get(name);
    if (wasCertain === true || (wasCertain === false && !isCertain)) return false;
    this.#letters.set(name, isCertain);
    return true;
  }

  /** Whether an option stands there in any spelling; `-rf` also as its letters, spread over several words. */
  presenceOf(name: string): Presence {
    if (this.#typed.length === 0 && this.#open === undefined) return "no";
    const presence = this.#presenceOfOne(name);
    if (presence !== "no" || !isCluster(name)) return presence;
    let weakest: Presence = "yes";
    for (const letter of name.slice(1)) {
      const found = this.#presenceOfOne(`-${letter}`);
      if (found === "no") return "no";
      if (found !== "yes") weakest = found;
    }
    return weakest;
  }

  /** The values that an option was given, in order. */
  valuesOf(name: string): readonly Word[] {
    if (this.#typed.length === 0) return NO_VALUES;
    const values: Word[] = [];
    for (const { option, value } of this.#typed) {
      if (value !== undefined && isMentioned(option, name) === "on") values.push(value);
    }
    return values;
  }

  #presenceOfOne(name: string): Presence {
    const mention = this.#findMention(name);
    if (mention === "on") return this.#open === undefined ? "yes" : "likely";
    if (mention === "likely") return "likely";
    if (this.#mayBeHidden(name)) return "unknown";
    return mention === "none" && this.#isAbbreviated(name) ? "likely" : "no";
  }

  #findMention(name: string): Mention {
    if (this.#typed.length > MAX_SCANNED) return (this.#mentions ??= listMentions(this.#typed)).get(name) ?? "none";
    let last: Mention = "none";
    for (const { option, isCertain } of this.#typed) {
      const mention = isMentioned(option, name);
      if (mention !== "none") last = mention === "on" && !isCertain ? "likely" : mention;
    }
    return last;
  }

  #mayBeHidden(name: string): boolean {
    if (this.#open === undefined) return false;
    for (const table of this.#open) {
      if (table === undefined || !table.isComplete || table.byTyped.has(name) || name === "--") return true;
    }
    return false;
  }

  #isAbbreviated(name: string): boolean {
    for (const { option, isStrange } of this.#typed) {
      const typed = isStrange ? option.specs[0]?.names[0] : undefined;
      if (typed?.startsWith("--") === true && typed.length < name.length && name.startsWith(typed)) return true;
    }
    return false;
  }
}

/** Whether a name may be several options of one letter. */
function isCluster(name: string): boolean {
  return name.length > 2 && !name.startsWith("--") && /^-[A-Za-z]+$/.test(name);
}

function isMentioned({ specs, isNegated }: ResolvedOption, name: string): "on" | "off" | "none" {
  for (const { names, opposites } of specs) {
    if (names.includes(name)) return isNegated ? "off" : "on";
    if (opposites.includes(name)) return isNegated ? "on" : "off";
  }
  return "none";
}

function listMentions(all: readonly TypedOption[]): Map<string, Mention> {
  const mentions = new Map<string, Mention>();
  for (const { option, isCertain } of all) {
    const on = isCertain ? "on" : "likely";
    for (const { names, opposites } of option.specs) {
      for (const name of names) mentions.set(name, option.isNegated ? "off" : on);
      for (const name of opposites) mentions.set(name, option.isNegated ? on : "off");
    }
  }
  return mentions;
}

function isOff(value: Word | undefined): boolean {
  return value !== undefined && value.text.length <= 5 && OFF_VALUES.has(value.text.toLowerCase());
}

const STRENGTH: Readonly<Record<Presence, number>> = { no: 0, unknown: 1, likely: 2, yes: 3 };

/** The surest of several. */
export function strongest(...presences: readonly Presence[]): Presence {
  let best: Presence = "no";
  for (const presence of presences) if (STRENGTH[presence] > STRENGTH[best]) best = presence;
  return best;
}
