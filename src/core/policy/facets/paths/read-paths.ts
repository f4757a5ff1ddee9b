import { MAX_PATHS } from "../../limits.ts";
import type { ShellCommand } from "../shell/command.ts";
import type { FacetSource } from "../source.ts";
import { readCommandPaths } from "./command-paths.ts";
import { UNKNOWN_PATH } from "./create-path.ts";
import { readInputPaths } from "./input-paths.ts";
import type { PathFacet, PathFact } from "./path-fact.ts";

/** The files that a call speaks of, in its input and in its commands. Never throws; linear in the input. */
export function readPaths(source: FacetSource, commands: readonly ShellCommand[]): PathFacet {
  const { paths, base, isFileTool } = readInputPaths(source);
  const found: PathFact[] = [...paths];
  for (const command of commands) {
    if (found.length > MAX_PATHS) break;
    for (const path of readCommandPaths(command, base)) found.push(path);
  }
  // What was left out of the input, or lies beyond the limit, may be any file.
  const isCut = found.length > MAX_PATHS || (isFileTool && source.input.isCut);
  return { paths: isCut ? [...found.slice(0, MAX_PATHS), UNKNOWN_PATH] : found };
}
