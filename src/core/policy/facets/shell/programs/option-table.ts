/** An option that a program knows. */
export interface OptionSpec {
  /** All of its spellings, with their dashes. */
  readonly names: readonly string[];
  /** Spellings that take it back: `--no-x` for `--x`, and the reverse. */
  readonly opposites: readonly string[];
  /** Whether a value belongs to it: never, always (attached or as the next word), or only attached. */
  readonly value: "none" | "required" | "attached";
}

/** What an option as it was typed stands for. */
export interface ResolvedOption {
  /** Several when an abbreviation is not clear. */
  readonly specs: readonly OptionSpec[];
  /** Whether it takes them back. */
  readonly isNegated: boolean;
}

/** The options of a program, or of one of its subcommands. */
export interface OptionTable {
  /** By each way to type them: whole, taken back, and abbreviated where they are long. */
  readonly byTyped: ReadonlyMap<string, ResolvedOption>;
  /** Whether there are no others: what isn't in it, the program refuses. */
  readonly isComplete: boolean;
}

/**
 * Reads a table from words such as `-m|--message=` (a value follows), `-S|--gpg-sign[=]` (a value may be attached)
 * and `--all`; the word `...` says that there are more options than these.
 */
export function parseOptionTable(text: string): OptionTable {
  const words = text.split(/\s+/).filter((word) => word !== "");
  const specs = words.filter((word) => word !== "...").map(parseSpec);
  const isComplete = !words.includes("...");
  // `--backup` may be an option of its own that isn't listed: to take it for `--backup-dir=` would hide the word behind it.
  const abbreviable = specs.filter(({ value }) => isComplete || value !== "required");
  return { byTyped: listTyped(specs, new Set(abbreviable)), isComplete };
}

function parseSpec(word: string): OptionSpec {
  const value = word.endsWith("[=]") ? "attached" : word.endsWith("=") ? "required" : "none";
  const names = word.replace(/(\[=\]|=)$/, "").split("|");
  return { names, opposites: names.filter(isLong).map(negate), value };
}

/** An exact spelling wins over one that takes another option back, and that over abbreviations. */
function listTyped(
  specs: readonly OptionSpec[],
  abbreviable: ReadonlySet<OptionSpec>,
): ReadonlyMap<string, ResolvedOption> {
  const exact = new Map<string, ResolvedOption>();
  const abbreviated = new Map<string, { specs: OptionSpec[]; isNegated: boolean }>();
  for (const isNegated of [false, true]) {
    for (const spec of specs) {
      for (const name of isNegated ? spec.opposites : spec.names) {
        if (!exact.has(name)) exact.set(name, { specs: [spec], isNegated });
        for (const typed of isLong(name) && abbreviable.has(spec) ? listAbbreviations(name) : []) {
          const known = abbreviated.get(typed);
          if (known === undefined) abbreviated.set(typed, { specs: [spec], isNegated });
          else if (known.isNegated === isNegated && !known.specs.includes(spec)) known.specs.push(spec);
        }
      }
    }
  }
  return new Map<string, ResolvedOption>([...abbreviated, ...exact]);
}

/** From two dashes and one letter on. */
function listAbbreviations(name: string): string[] {
  return Array.from({ length: Math.max(0, name.length - 3) }, (_, index) => name.slice(0, index + 3));
}

function isLong(name: string): boolean {
  return name.startsWith("--");
}

/** The long option that takes another one back: `--no-x` for `--x`, and the reverse. */
export function negate(name: string): string {
  return name.startsWith("--no-") ? `--${name.slice(5)}` : `--no-${name.slice(2)}`;
}
