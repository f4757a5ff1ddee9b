import { type Cursor, readEach, readInteger } from "../document/cursor.ts";
import { type Assignment, UNKNOWN, type Word } from "../facets/shell/command.ts";
import { parseGitBoolean } from "../facets/shell/programs/git-booleans.ts";
import { type GitSetting, gitSettingsOf, normalizeGitKey } from "../facets/shell/programs/git-settings.ts";
import type { Operand } from "../facets/shell/programs/line-reader.ts";
import { toWord } from "../facets/shell/programs/words.ts";
import { MAX_LIST_ITEMS, MAX_SEARCHED_CHARS } from "../limits.ts";
import { allOf, anyOf, negate, type Truth, truthOf } from "../truth.ts";
import { type FlagQuery, hasFlag, readFlagQuery } from "./command-flags.ts";
import { readPushes } from "./command-pushes.ts";
import { type CommandCheck, type CommandSubject, settle } from "./command-test.ts";
import { readWordPattern, type WordPattern } from "./command-word.ts";
import type { MatchContext } from "./condition.ts";
import { readRegex } from "./read-pattern.ts";

/** Makes the check of one key; undefined after a fault. */
type CheckReader = (cursor: Cursor, context: MatchContext) => CommandCheck | undefined;

/** How each key of a mapping is read, but `program`, `subcommand` and `optional`; the cheapest and most telling first. */
export const COMMAND_CHECKS: Readonly<Record<string, CheckReader>> = {
  flags_any: flagsReader((flags, has) => anyOf(flags, has)),
  flags_all: flagsReader((flags, has) => allOf(flags, has)),
  flags_none: readMissingFlags,
  args_any: argsReader((patterns, fits) => anyOf(patterns, fits)),
  args_all: argsReader((patterns, fits) => allOf(patterns, fits)),
  args_none: readMissingArgs,
  args_min: readArgsMin,
  env_any: readEnv,
  env_none: readMissingEnv,
  config_any: readConfig,
  pushes: readPushes,
  code: readCode,
};

type FlagsQuestion = (flags: readonly FlagQuery[], has: (flag: FlagQuery) => Truth) => Truth;

function flagsReader(question: FlagsQuestion): CheckReader {
  return (cursor, context) => {
    const queries = readEach(cursor, (item) => readFlagQuery(item, context));
    const isRestricting = context.quantifier === "any";
    return queries && (({ flags }) => question(queries, (query) => hasFlag(flags, query, isRestricting)));
  };
}

/** An option that is only probably there may be missing as well: neither is sure. */
function readMissingFlags(cursor: Cursor, context: MatchContext): CommandCheck | undefined {
  const queries = readEach(cursor, (item) => readFlagQuery(item, context));
  return queries && (({ flags }) => negate(anyOf(queries, (query) => hasFlag(flags, query, false))));
}

type ArgsQuestion = (patterns: readonly WordPattern[], fits: (pattern: WordPattern) => Truth) => Truth;

function argsReader(question: ArgsQuestion): CheckReader {
  return (cursor, context) => {
    const patterns = readEach(cursor, (item) => readWordPattern(item, context));
    const isRestricting = context.quantifier === "any";
    return patterns && ((subject) => question(patterns, (pattern) => fitOperands(subject, pattern, isRestricting)));
  };
}

/** A word that may be an option's value is no operand then: neither is sure. */
function readMissingArgs(cursor: Cursor, context: MatchContext): CommandCheck | undefined {
  const patterns = readEach(cursor, (item) => readWordPattern(item, context));
  return patterns && ((subject) => negate(anyOf(patterns, (pattern) => fitOperands(subject, pattern, false))));
}

/** Whether one of the operands fits; `isRestricting` as in `settle`. */
function fitOperands({ line, skipped }: CommandSubject, pattern: WordPattern, isRestricting: boolean): Truth {
  const { operands, isPlaceUncertain } = line;
  let answer: Truth = isPlaceUncertain ? "unknown" : "no";
  let index = 0;
  for (const { word, mayBeValue } of operands) {
    index += 1;
    if (index <= skipped) continue;
    const fit = pattern.fits(word);
    const truth = fit === "yes" && mayBeValue ? settle("likely", isRestricting) : fit;
    if (truth === "yes") return truth;
    if (truth === "unknown") answer = truth;
  }
  return answer;
}

/** At least so many operands. */
function readArgsMin(cursor: Cursor, { quantifier }: MatchContext): CommandCheck | undefined {
  const least = readInteger(cursor, { min: 1, max: MAX_LIST_ITEMS });
  if (least === undefined) return undefined;
  return ({ line: { operands, flags }, skipped }) => {
    const words = operands.slice(skipped);
    const sure = words.filter((operand) => isOneOperand(operand, quantifier === "any")).length;
    if (sure >= least) return "yes";
    // A word that can't be known may be `--`, behind which options are operands.
    return sure < words.length || flags.isOpen ? "unknown" : "no";
  };
}

/** Whether a word stays one operand; for a rule that permits, it must also be neither an option nor an option's value. */
function isOneOperand({ word, mayBeValue }: Operand, isRestricting: boolean): boolean {
  return !word.mayBeMany && (isRestricting || !(mayBeValue || word.text.startsWith(UNKNOWN)));
}

/** `NAME`, or `NAME=pattern`, of the environment that is set for the command. */
function readEnv(cursor: Cursor, context: MatchContext): CommandCheck | undefined {
  const patterns = readEach(cursor, (item) => readNamed(item, context, (name) => name));
  return (
    patterns &&
    (({ command: { assignments } }) => {
      if (assignments.length === 0) return "no";
      return anyOf(lastAssignments(assignments), ({ name, value }) => {
        const word = joinNamed(toWord(name), value);
        return anyOf(patterns, (pattern) => pattern.fits(word));
      });
    })
  );
}

/** None of these is set for the command. */
function readMissingEnv(cursor: Cursor, context: MatchContext): CommandCheck | undefined {
  const check = readEnv(cursor, context);
  return check && ((line) => negate(check(line)));
}

/** Each variable once, with the value that it was given last. */
function lastAssignments(assignments: readonly Assignment[]): Iterable<Assignment> {
  return new Map(assignments.map((assignment) => [assignment.name, assignment])).values();
}

/** `key`, or `key=pattern`, of git's configuration; true and false stand for all spellings of these. */
function readConfig(cursor: Cursor, context: MatchContext): CommandCheck | undefined {
  const patterns = readEach(cursor, (item) => readNamed(item, context, normalizeGitKey));
  return (
    patterns &&
    (({ command }) => {
      const settings = gitSettingsOf(command);
      if (settings.length === 0) return "no";
      const words = settings.flatMap(spellSetting);
      const truth = anyOf(words, (word) => anyOf(patterns, (pattern) => pattern.fits(word)));
      // Beside a word that can't be known, what looks like a setting may be something else.
      const isSure = context.quantifier === "any" || !command.args.some((word) => word.isOpaque || word.mayBeMany);
      return truth === "yes" && !isSure ? "unknown" : truth;
    })
  );
}

function spellSetting({ key, value }: GitSetting): readonly Word[] {
  const asBoolean = parseGitBoolean(value.text);
  const asWritten = joinNamed(key, value);
  return asBoolean === undefined ? [asWritten] : [asWritten, joinNamed(key, toWord(String(asBoolean)))];
}

/** A pattern for `name=value`; without a value, for any. */
function readNamed(
  cursor: Cursor,
  context: MatchContext,
  normalize: (name: string) => string,
): WordPattern | undefined {
  const { node } = cursor;
  // A regex is written for the whole; what isn't text is a fault that the pattern's reader knows.
  if (node.kind !== "scalar" || typeof node.value !== "string" || node.value.startsWith("re:"))
    return readWordPattern(cursor, context);
  const equals = node.value.indexOf("=");
  if (equals < 0) return readWordPattern(cursor, context, `${normalize(node.value)}=*`);
  return readWordPattern(cursor, context, normalize(node.value.slice(0, equals)) + node.value.slice(equals));
}

function joinNamed(name: Word, value: Word): Word {
  return {
    text: `${name.text}=${value.text}`,
    isOpaque: name.isOpaque || value.isOpaque,
    isGlob: false,
    mayBeMany: name.mayBeMany || value.mayBeMany,
  };
}

/** A regex that is searched for in the program text that an interpreter is given. */
function readCode(cursor: Cursor, context: MatchContext): CommandCheck | undefined {
  const regex = readRegex(cursor, context);
  return (
    regex &&
    (({ command: { code } }) => {
      if (code === undefined) return "no";
      const isCut = code.isOpaque || code.text.length > MAX_SEARCHED_CHARS;
      if (!isCut) return truthOf(regex.matches(code.text));
      const beginning = code.text.slice(0, MAX_SEARCHED_CHARS);
      return context.quantifier === "any" && regex.matches(beginning) ? "yes" : "unknown";
    })
  );
}
