import {
  type Assignment,
  type ShellCommand,
  UNKNOWN,
  type Word,
} from "../../../../../../src/core/policy/facets/shell/command.ts";

/**
 * A command from its words, written with one space between them. `?` is a part that can't be known, `%` one that may become
 * several words, and a word with `*` or `[` is a glob; `_` is a space inside a word.
 */
export function commandOf(text: string, changes: Partial<ShellCommand> = {}): ShellCommand {
  const [program = "", ...args] = text.split(" ");
  return {
    program: program === "?" ? undefined : program,
    args: args.map(wordOf),
    assignments: [],
    redirects: [],
    cwd: ".",
    stdin: undefined,
    code: undefined,
    ...changes,
  };
}

/** A word as {@link commandOf} reads it. */
export function wordOf(written: string): Word {
  const text = written.replace(/[?%]/g, UNKNOWN).replaceAll("_", " ");
  return {
    text,
    isOpaque: text.includes(UNKNOWN),
    isGlob: /[*[]/.test(text),
    mayBeMany: written.includes("%"),
  };
}

/** Plain text as one word, whatever characters it has. */
export function textOf(text: string): Word {
  return { text, isOpaque: false, isGlob: false, mayBeMany: false };
}

/** Variables from `NAME=value`. */
export function assignmentsOf(...texts: readonly string[]): Assignment[] {
  return texts.map((text) => {
    const equals = text.indexOf("=");
    return { name: text.slice(0, equals), value: wordOf(text.slice(equals + 1)) };
  });
}
