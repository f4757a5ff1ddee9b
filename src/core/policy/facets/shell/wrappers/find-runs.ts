import { MAX_WRAPPER_WORDS } from "../../../limits.ts";
import type { ShellCommand } from "../command.ts";
import { findCodeRuns } from "../interpreters/find-code-runs.ts";
import { findInterpreter, type InterpreterData, INTERPRETERS } from "../interpreters/interpreter-data.ts";
import { findGitRuns } from "../programs/git-runs.ts";
import { type Run, type Runner, UNKNOWN_RUN } from "../runs.ts";
import { COMMAND_OPTIONS, type CommandOption, findOptionRuns } from "./command-options.ts";
import { ESCAPING, findEscapeRuns } from "./escapes.ts";
import { runFd, runFind, runParallel, runXargs } from "./repeaters.ts";
import { runWrapper } from "./run-wrapper.ts";
import { runAlias, runCrontab, runEval, runInput, runSource, runTerminal, runTrap } from "./shell-words.ts";
import { runShell, runStrangeShell, SHELLS, STRANGE_SHELLS } from "./shells.ts";
import { SYSTEM_WRAPPERS } from "./system-wrappers.ts";
import { TOOL_WRAPPERS } from "./tool-wrappers.ts";
import { runEnv, runSu } from "./users.ts";
import type { WrapperData } from "./wrapper-data.ts";

/** Finds what one program runs. */
type Finder = (runner: Runner) => readonly Run[];

const FINDERS = group([
  ...Object.entries({ ...SYSTEM_WRAPPERS, ...TOOL_WRAPPERS }).map(([name, data]) => [name, asFinder(data)] as const),
  ...SHELLS.map((name) => [name, runShell] as const),
  ...STRANGE_SHELLS.map((name) => [name, runStrangeShell] as const),
  ["env", runEnv],
  ["genv", runEnv],
  ["su", runSu],
  ["runuser", runSu],
  ["xargs", runXargs],
  ["gxargs", runXargs],
  ["find", runFind],
  ["gfind", runFind],
  ["fd", runFd],
  ["fdfind", runFd],
  ["parallel", runParallel],
  ["eval", runEval],
  ["trap", runTrap],
  ["alias", runAlias],
  ["source", runSource],
  [".", runSource],
  ["at", runInput],
  ["batch", runInput],
  ["crontab", runCrontab],
  ["tmux", runTerminal],
  ["screen", runTerminal],
  ["git", runGit],
  ["hub", runGit],
  ...[...INTERPRETERS].map(([name, data]) => [name, asCodeFinder(data)] as const),
  ...Object.entries(COMMAND_OPTIONS).map(([name, options]) => [name, asOptionFinder(options)] as const),
  ...ESCAPING.map((name) => [name, findEscapeRuns] as const),
]);

/** The program loader can be called by its name, with another program behind it. */
const LOADER = /^ld(?:-[\w-]+)?\.so(?:\.\d+)*$/;
const LOADER_DATA: WrapperData = {
  options: `--list --verify --inhibit-cache --library-path= --inhibit-rpath= --audit= --preload= --argv0= --glibc-hwcaps-prepend=
    --glibc-hwcaps-mask= --list-tunables --list-diagnostics --help --version`,
};

const NOTHING: readonly Run[] = Object.freeze([]);

/** What a command reads that isn't in its words. */
type RunSources = Pick<Runner, "program" | "readsFile" | "contentOf">;

/** Everything that a command runs besides itself, as far as its words and its standard input tell. */
export function findRuns(command: ShellCommand, { program: name, readsFile, contentOf }: RunSources): readonly Run[] {
  const finder = FINDERS.get(name) ?? findOther(name);
  if (finder === undefined) return NOTHING;
  if (command.args.length > MAX_WRAPPER_WORDS) return [UNKNOWN_RUN];
  return finder({ command, program: name.toLowerCase(), readsFile, contentOf });
}

/** Programs whose names have more than one form: other letter case, where files have names of that kind, or a version. */
function findOther(name: string): Finder | undefined {
  if (!/[A-Z\d.]|^git-/.test(name)) return undefined;
  const program = name.toLowerCase();
  if (program.startsWith("git-")) return runGit;
  if (LOADER.test(program)) return asFinder(LOADER_DATA);
  const interpreter = findInterpreter(program);
  return FINDERS.get(program) ?? (interpreter && asCodeFinder(interpreter));
}

function asFinder(data: WrapperData): Finder {
  return ({ command }) => runWrapper(data, command.args);
}

function runGit({ command }: Runner): readonly Run[] {
  return findGitRuns(command);
}

function asCodeFinder({ language }: InterpreterData): Finder {
  return ({ command: { code } }) => (code === undefined ? NOTHING : findCodeRuns(language, code));
}

function asOptionFinder(options: readonly CommandOption[]): Finder {
  return (runner) => findOptionRuns(options, runner);
}

function group(entries: readonly (readonly [string, Finder])[]): ReadonlyMap<string, Finder> {
  const finders = new Map<string, Finder>();
  for (const [name, finder] of entries) {
    const other = finders.get(name);
    finders.set(name, other === undefined ? finder : (runner) => [...other(runner), ...finder(runner)]);
  }
  return finders;
}
