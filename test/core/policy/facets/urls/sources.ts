import { findCapabilities } from "../../../../../src/core/policy/facets/names/capabilities.ts";
import { splitNameWords } from "../../../../../src/core/policy/facets/names/name-words.ts";
import { readInput } from "../../../../../src/core/policy/facets/input.ts";
import { type ShellCommand, UNKNOWN, type Word } from "../../../../../src/core/policy/facets/shell/command.ts";
import type { FacetSource } from "../../../../../src/core/policy/facets/source.ts";
import { readUrls } from "../../../../../src/core/policy/facets/urls/read-urls.ts";
import type { UrlFact } from "../../../../../src/core/policy/facets/urls/url-fact.ts";

/** What facets of a call are read from. */
export function buildSource(action: string, input: unknown): FacetSource {
  const nameWords = splitNameWords(action);
  return {
    action,
    nameWords,
    capabilities: findCapabilities(nameWords, {}),
    input: readInput(() => input),
    settings: { capabilityNames: {}, workspace: undefined },
  };
}

/** A word without surprises; a `$` in it stands for a part that can't be known. */
export function buildWord(text: string): Word {
  return {
    text: text.replaceAll("$", UNKNOWN),
    isOpaque: text.includes("$"),
    isGlob: false,
    mayBeMany: text.includes("$"),
  };
}

/** A command from its words, the program first. */
export function buildCommand(line: string, rest: Partial<ShellCommand> = {}): ShellCommand {
  const [program = "", ...args] = line.split(" ");
  return {
    program,
    args: args.map(buildWord),
    assignments: [],
    redirects: [],
    cwd: ".",
    stdin: undefined,
    code: undefined,
    ...rest,
  };
}

/** The addresses of an action's input, in short. */
export function urlsOf(action: string, input: unknown): readonly string[] {
  return readUrls(buildSource(action, input), []).urls.map(describe);
}

/** The addresses of commands, in short. */
export function commandUrlsOf(...commands: readonly ShellCommand[]): readonly string[] {
  return readUrls(buildSource("bash", {}), commands).urls.map(describe);
}

/** Scheme and host, what can't be known as a question mark, then classes and other marks. */
export function describe({ scheme, host, hasCredentials, isDownload }: UrlFact): string {
  const marks = [
    ...(host?.classes ?? []),
    ...(host?.isInternalName === true ? ["internal"] : []),
    ...(hasCredentials === true ? ["credentials"] : []),
    ...(isDownload ? ["saved"] : []),
  ];
  return [`${scheme ?? "?"}:${host?.host ?? "?"}`, ...marks].join(" ");
}
