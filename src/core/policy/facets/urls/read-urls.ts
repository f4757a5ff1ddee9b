import type { ShellCommand } from "../shell/command.ts";
import type { FacetSource } from "../source.ts";
import { readCommandUrls } from "./read-command-urls.ts";
import { readInputUrls } from "./read-input-urls.ts";
import { UrlCollector } from "./url-collector.ts";
import type { UrlFacet } from "./url-fact.ts";

/**
 * The web addresses that a call speaks of, in its input and in its commands, normalised as clients read them.
 * Names aren't looked up: one that leads inside only by what its name server answers is judged by its spelling alone.
 * Never throws; linear in the input.
 */
export function readUrls(source: FacetSource, commands: readonly ShellCommand[]): UrlFacet {
  const found = new UrlCollector();
  readInputUrls(source, found);
  readCommandUrls(commands, found);
  return { urls: found.urls };
}
