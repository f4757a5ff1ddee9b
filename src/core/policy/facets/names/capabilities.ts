import { CAPABILITY_RULES, type CapabilityRule } from "./capability-words.ts";
import { splitNameWords } from "./name-words.ts";

/** What an action can do, told by whole words of its name. */
export const CAPABILITIES = ["shell", "file_read", "file_write", "http", "sql", "browser"] as const;

/** See {@link CAPABILITIES}. */
export type Capability = (typeof CAPABILITIES)[number];

/** Words of action names by capability, those that a document adds to the built-in ones; of several joined as in `my_runner` all must be there. */
export type CapabilityNames = Readonly<Partial<Record<Capability, readonly string[]>>>;

/** A rule with its lists made ready for look-ups. */
interface WordTest {
  readonly capability: Capability;
  readonly beside: ReadonlySet<string> | undefined;
  readonly unless: ReadonlySet<string> | undefined;
}

/** What each word may mean. */
const TESTS = indexRules(CAPABILITY_RULES);

/**
 * The capabilities that a name's words speak of, compared by whole words: `credit_lookup` edits nothing.
 * Some words count only beside others: `run_command` is a shell, `run_report` isn't; `open` reads a file only beside `file`.
 */
export function findCapabilities(words: ReadonlySet<string>, added: CapabilityNames): ReadonlySet<Capability> {
  const found = new Set<Capability>();
  for (const word of words) {
    for (const test of TESTS.get(word) ?? []) {
      if (!found.has(test.capability) && passes(test, words)) found.add(test.capability);
    }
  }
  for (const capability of CAPABILITIES) {
    if (added[capability]?.some((name) => hasAll(words, splitNameWords(name))) === true) found.add(capability);
  }
  return found;
}

function passes({ beside, unless }: WordTest, words: ReadonlySet<string>): boolean {
  if (beside !== undefined && !hasAny(words, beside)) return false;
  return unless === undefined || !hasAny(words, unless);
}

function hasAny(words: ReadonlySet<string>, wanted: ReadonlySet<string>): boolean {
  for (const word of words) {
    if (wanted.has(word)) return true;
  }
  return false;
}

function hasAll(words: ReadonlySet<string>, wanted: ReadonlySet<string>): boolean {
  for (const word of wanted) {
    if (!words.has(word)) return false;
  }
  return true;
}

function indexRules(rules: readonly CapabilityRule[]): ReadonlyMap<string, readonly WordTest[]> {
  const index = new Map<string, WordTest[]>();
  for (const { capability, words, beside, unless } of rules) {
    const test = { capability, beside: beside && new Set(beside), unless: unless && new Set(unless) };
    for (const word of words) index.set(word, [...(index.get(word) ?? []), test]);
  }
  return index;
}
