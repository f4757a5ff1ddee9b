import { type Assignment, type ShellCommand, UNKNOWN, UNKNOWN_WORD, type Word } from "../command.ts";
import { commandLineOf } from "./command-line.ts";
import { splitAlias } from "./git-quoting.ts";
import type { CommandLine } from "./line-reader.ts";
import { rememberLast } from "./remember.ts";
import { sliceWord, toWord } from "./words.ts";

/** A setting of git that a command brings along, or changes for later ones. */
export interface GitSetting {
  /** Its name, the section and the last part in lower case as git compares them; opaque when it can't be known. */
  readonly key: Word;
  /** Its value; `true` for one that is only named, empty for one that is removed. */
  readonly value: Word;
}

/** Stands for settings of a file that nobody sees. */
const UNKNOWN_SETTING: GitSetting = { key: UNKNOWN_WORD, value: UNKNOWN_WORD };
const NO_SETTINGS: readonly GitSetting[] = [];

const READS = ["--get", "--get-all", "--get-regexp", "--get-urlmatch", "--list", "--get-color", "--get-colorbool"];
const REMOVALS = ["--unset", "--unset-all"];
const SECTION_CHANGES = ["--remove-section", "--rename-section"];

/** The settings that come with a git command: by `-c`, `--config-env`, the environment, `git config` and `git clone -c`. */
export const gitSettingsOf = rememberLast(readSettings);

function readSettings(command: ShellCommand): readonly GitSetting[] {
  const line = commandLineOf(command);
  const own = listOwnSettings(line);
  const fromVariables = listEnvironmentSettings(line, command.assignments);
  const settings = fromVariables.length === 0 ? own : [...own, ...fromVariables];
  return settings.some(includesFile) ? [...settings, UNKNOWN_SETTING] : settings;
}

function listOwnSettings(line: CommandLine): readonly GitSetting[] {
  const given = line.globalFlags.valuesOf("-c").map(parseSetting);
  if (line.isPlaceUncertain) return [...given, UNKNOWN_SETTING];
  const changed = listSubcommandSettings(line);
  return changed.length === 0 ? given : [...given, ...changed];
}

function listSubcommandSettings(line: CommandLine): readonly GitSetting[] {
  const subcommand = line.operands[0]?.word;
  if (subcommand?.isOpaque === true) return [UNKNOWN_SETTING];
  if (subcommand?.text === "config") return listChanges(line);
  return subcommand?.text === "clone" ? line.flags.valuesOf("--config").map(parseSetting) : NO_SETTINGS;
}

/** `name=value`, or only a name, which means true. */
function parseSetting(word: Word): GitSetting {
  const { text } = word;
  const equals = text.indexOf("=");
  const unknown = text.indexOf(UNKNOWN);
  if (equals < 0) return { key: toKey(text), value: unknown < 0 && !word.mayBeMany ? toWord("true") : UNKNOWN_WORD };
  // The unknown part of a name may hold an equals sign, and the value begin there.
  if (unknown >= 0 && unknown < equals) return { key: toKey(text.slice(0, unknown + 1)), value: UNKNOWN_WORD };
  return { key: toKey(text.slice(0, equals)), value: sliceWord(word, equals + 1) };
}

function toKey(name: string): Word {
  return toWord(normalizeGitKey(name));
}

/** A setting's name as git compares it: the part between the first and the last dot keeps its letter case. */
export function normalizeGitKey(name: string): string {
  const first = name.indexOf(".");
  const last = name.lastIndexOf(".");
  if (first === last) return name.toLowerCase();
  return name.slice(0, first).toLowerCase() + name.slice(first, last) + name.slice(last).toLowerCase();
}

function listEnvironmentSettings(
  { globalFlags }: CommandLine,
  assignments: readonly Assignment[],
): readonly GitSetting[] {
  const named = globalFlags.valuesOf("--config-env").map((word): GitSetting => {
    const { key, value } = parseSetting(word);
    return { key, value: findAssigned(assignments, value.text) ?? UNKNOWN_WORD };
  });
  if (assignments.length === 0) return named;
  return [...named, ...assignments.flatMap((assignment) => readAssignment(assignment, assignments))];
}

function readAssignment({ name, value }: Assignment, assignments: readonly Assignment[]): readonly GitSetting[] {
  if (name === "GIT_CONFIG_PARAMETERS") {
    const settings = value.isOpaque ? undefined : splitAlias(value.text);
    return settings?.map((setting) => parseSetting(toWord(setting))) ?? [UNKNOWN_SETTING];
  }
  if (!name.startsWith("GIT_CONFIG_KEY_")) return NO_SETTINGS;
  const assigned = findAssigned(assignments, name.replace("_KEY_", "_VALUE_"));
  return [{ key: toKey(value.text), value: assigned ?? UNKNOWN_WORD }];
}

/** The last value that a variable was given. */
function findAssigned(assignments: readonly Assignment[], name: string): Word | undefined {
  return assignments.findLast((assignment) => assignment.name === name)?.value;
}

/** What `git config` changes for later commands; nothing when it only reads. */
function listChanges({ operands, flags }: CommandLine): readonly GitSetting[] {
  const has = (name: string): boolean => flags.presenceOf(name) === "yes" || flags.presenceOf(name) === "likely";
  if (READS.some(has)) return NO_SETTINGS;
  if (has("--edit")) return [UNKNOWN_SETTING];
  const words = operands.slice(1).map(({ word }) => word);
  if (REMOVALS.some(has)) return changeSettings("unset", words);
  if (SECTION_CHANGES.some(has)) return changeSettings("remove-section", words);
  const [verb, ...rest] = words;
  return verb !== undefined && VERBS.has(verb.text) ? changeSettings(verb.text, rest) : changeSettings("set", words);
}

/** Subcommands of `git config` since git 2.46. */
const VERBS: ReadonlySet<string> = new Set(["set", "unset", "get", "list", "edit", "remove-section", "rename-section"]);

function changeSettings(verb: string, [name, value]: readonly Word[]): readonly GitSetting[] {
  if (verb === "edit") return [UNKNOWN_SETTING];
  if (verb === "get" || verb === "list" || name === undefined) return NO_SETTINGS;
  if (name.mayBeMany) return [UNKNOWN_SETTING];
  if (verb === "unset") return [{ key: toKey(name.text), value: toWord("") }];
  if (verb !== "set") return [{ key: toKey(`${name.text}.${UNKNOWN}`), value: toWord("") }];
  return value === undefined ? NO_SETTINGS : [{ key: toKey(name.text), value }];
}

function includesFile({ key }: GitSetting): boolean {
  return /^include(if\..*)?\.path$/s.test(key.text);
}
