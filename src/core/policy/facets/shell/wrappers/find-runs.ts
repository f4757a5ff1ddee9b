import type { Run, Runner } from "../runs.ts";
import { findOptionRuns } from "./command-options.ts";
import { findEscapeRuns } from "./escapes.ts";
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

const FINDERS: ReadonlyMap<string, Finder> = new Map<string, Finder>([
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
]);

const NOTHING: readonly Run[] = Object.freeze([]);

/** The program loader can be called by its name, with another program behind it. */
const LOADER = /^ld(?:-[\w-]+)?\.so(?:\.\d+)*$/;
const LOADER_DATA: WrapperData = {
  options:
    "--list --verify --inhibit-cache --library-path= --inhibit-rpath= --audit= --preload= --argv0= --glibc-hwcaps-prepend=",
};

/** Everything that a command runs besides itself, as far as its words and its standard input tell. */
export function findRuns(runner: Runner): readonly Run[] {
  const { program } = runner;
  const finder = FINDERS.get(program) ?? (LOADER.test(program) ? asFinder(LOADER_DATA) : undefined);
  const runs = finder === undefined ? NOTHING : finder(runner);
  const others = [...findOptionRuns(runner), ...findEscapeRuns(runner)];
  return others.length === 0 ? runs : [...runs, ...others];
}

function asFinder(data: WrapperData): Finder {
  return ({ command }) => runWrapper(data, command.args);
}
