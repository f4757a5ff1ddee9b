import { MAX_OPEN_PATHS, MAX_PATHS } from "../../limits.ts";
import type { ShellCommand } from "../shell/command.ts";
import type { FacetSource } from "../source.ts";
import { readCommandPaths } from "./command-paths.ts";
import { UNKNOWN_PATH } from "./create-path.ts";
import { readInputPaths } from "./input-paths.ts";
import type { PathFacet, PathFact } from "./path-fact.ts";

/** The files that a call speaks of, in its input and in its commands. Never throws; linear in the input. */
export function readPaths(source: FacetSource, commands: readonly ShellCommand[]): PathFacet {
  const { paths, base, isFileTool } = readInputPaths(source);
  const found: PathFact[] = [];
  addPaths(found, paths);
  for (const command of commands) {
    if (found.length > MAX_PATHS) break;
    addPaths(found, readCommandPaths(command, base));
  }
  // What was left out of the input, or lies beyond a limit, may be any file.
  const openCount = found.filter(isOpen).length;
  const isCut = found.length > MAX_PATHS || openCount > MAX_OPEN_PATHS || (isFileTool && source.input.isCut);
  return { paths: isCut ? [...limitPaths(found), UNKNOWN_PATH] : found };
}

function addPaths(found: PathFact[], paths: readonly PathFact[]): void {
  for (const path of paths) found.push(path);
}

function limitPaths(found: readonly PathFact[]): readonly PathFact[] {
  let openCount = 0;
  return found.slice(0, MAX_PATHS).filter((path) => {
    if (isOpen(path)) openCount += 1;
    return !isOpen(path) || openCount <= MAX_OPEN_PATHS;
  });
}

/** Whether it takes more than a look-up to compare a path with patterns. */
function isOpen({ isGlob, isOpaque, isTree, isAdrift }: PathFact): boolean {
  return isGlob || isOpaque || isTree || isAdrift;
}
