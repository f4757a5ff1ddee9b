import { type Assignment, type ShellCommand, UNKNOWN_WORD, type Word } from "../command.ts";
import type { CommandRun, ScriptRun } from "../runs.ts";
import { commandLineOf } from "./command-line.ts";
import { splitAlias } from "./git-quoting.ts";
import { COMMAND_OPTIONS, COMMAND_SETTINGS, COMMAND_VARIABLES, MARKED_SETTINGS } from "./git-run-names.ts";
import { type GitSetting, gitSettingsOf } from "./git-settings.ts";
import type { CommandLine } from "./line-reader.ts";
import { sliceWord, toWord } from "./words.ts";

type GitRun = CommandRun | ScriptRun;

/**
 * What a git command runs besides itself, or in its place: aliases that come with it or that it defines, a script for each
 * submodule or commit, programs that settings and variables name. `git-push` and `hub push` run `git push`.
 */
export function findGitRuns(command: ShellCommand): readonly GitRun[] {
  const { program = "", args, assignments } = command;
  if (program === "hub") return [runGit(args)];
  if (/^git-[a-z]/.test(program)) return [runGit([toWord(program.slice("git-".length)), ...args])];
  if (program !== "git") return [];
  const line = commandLineOf(command);
  const runs = [
    ...gitSettingsOf(command).flatMap((setting) => findSettingRuns(setting, args, line)),
    ...assignments.flatMap(findVariableRuns),
    ...findOptionRuns(line),
    ...findSubcommandRuns(line),
  ];
  return runs.length === 0 ? runs : runs.map((run) => placeRun(run, line));
}

function runGit(words: readonly Word[]): GitRun {
  return { kind: "command", words: [toWord("git"), ...words] };
}

function runScript(text: Word, args: readonly Word[] = []): readonly GitRun[] {
  return text.text === "" ? [] : [{ kind: "script", text, args }];
}

/** What `git config` writes down runs later; everything else where `-C` leads, unless it repeats that itself. */
function placeRun(run: GitRun, { operands, globalFlags }: CommandLine): GitRun {
  if (operands[0]?.word.text === "config") return { ...run, shell: "later" };
  const [directory, ...others] = globalFlags.valuesOf("-C");
  if (directory === undefined || (run.kind === "command" && run.words.includes(directory))) return run;
  return { ...run, elsewhere: { directory: others.length === 0 ? directory : undefined } };
}

function findSettingRuns(setting: GitSetting, args: readonly Word[], line: CommandLine): readonly GitRun[] {
  const { key, value } = setting;
  if (key.text.startsWith("alias.")) return findAliasRuns(setting, args, line);
  if (!COMMAND_SETTINGS.test(key.text)) return [];
  if (!MARKED_SETTINGS.test(key.text)) return runScript(value);
  return value.text.startsWith("!") ? runScript(sliceWord(value, 1)) : [];
}

/** An alias is judged where it is used, and where `git config` defines it: nobody sees that it is used later. */
function findAliasRuns({ key, value }: GitSetting, args: readonly Word[], line: CommandLine): readonly GitRun[] {
  const subcommand = line.operands[0]?.word;
  if (subcommand === undefined) return [];
  const isUsed = key.text === `alias.${subcommand.text.toLowerCase()}`;
  if (!isUsed && subcommand.text !== "config") return [];
  const place = isUsed ? args.findIndex((word) => word === subcommand) : args.length;
  const rest = args.slice(place + 1);
  if (value.text.startsWith("!")) return runScript(sliceWord(value, 1), rest);
  const words = value.isOpaque ? [UNKNOWN_WORD] : (splitAlias(value.text)?.map(toWord) ?? []);
  if (words.length === 0) return [];
  // Further aliases come with the same options.
  return [runGit([...(isUsed ? args.slice(0, place) : []), ...words, ...rest])];
}

function findVariableRuns({ name, value }: Assignment): readonly GitRun[] {
  return COMMAND_VARIABLES.has(name) ? runScript(value) : [];
}

function findOptionRuns({ operands, flags }: CommandLine): readonly GitRun[] {
  const subcommand = operands[0];
  const names = (subcommand && COMMAND_OPTIONS.get(subcommand.word.text)) ?? [];
  return names.flatMap((name) => flags.valuesOf(name)).flatMap((value) => runScript(value));
}

function findSubcommandRuns({ operands }: CommandLine): readonly GitRun[] {
  const words = operands.map(({ word }) => word);
  const [first, second, ...rest] = words;
  // The address names a program that stands in for the other side.
  const transports = words.filter(({ text }) => text.startsWith("ext::"));
  const runs = transports.flatMap((word) => runScript(sliceWord(word, "ext::".length)));
  if (first === undefined || second === undefined) return runs;
  if (first.text === "for-each-repo") return [...runs, runGit(words.slice(1))];
  const [script, ...args] = rest;
  if (script === undefined) return runs;
  const name = `${first.text} ${second.text}`;
  if (name === "bisect run") return [...runs, { kind: "command", words: rest }];
  if (name !== "submodule foreach") return runs;
  // A single word is text for a shell, several are a program and its words.
  return [...runs, ...(args.length === 0 ? runScript(script) : [{ kind: "command" as const, words: rest }])];
}
