import type { InputText } from "../input.ts";
import type { FacetSource } from "../source.ts";
import { namesSavedFile, roleOfKey } from "./address-keys.ts";
import { findEmbedded, findQuotedHosts, findSockets } from "./find-embedded.ts";
import { parseUrls } from "./parse-url.ts";
import { readAbsolute, readAddress, readPlace, readTask } from "./read-address-text.ts";
import type { UrlCollector } from "./url-collector.ts";
import { UNKNOWN_URL, type UrlFact } from "./url-fact.ts";

/** Keys whose texts are programs when the tool runs some. */
const CODE_KEYS: ReadonlySet<string> = new Set([
  "code",
  "script",
  "source",
  "program",
  "cell",
  "snippet",
  "expression",
  "function",
]);

/** Words of names of tools that run programs. */
const RUNNER_WORDS: ReadonlySet<string> = new Set([
  "run",
  "execute",
  "exec",
  "eval",
  "evaluate",
  "python",
  "node",
  "javascript",
  "interpreter",
  "repl",
  "jupyter",
  "ipython",
  "sandbox",
  "notebook",
]);

/** What a text has that is an address, with or without a scheme, unless it is a single label. */
const ADDRESS_SIGN = /[:./\\]|[^\0-\x7f]|^\s*\d|localhost/i;

/** The addresses that an input speaks of. What counts depends on the key above a text and on whether the tool fetches. */
export function readInputUrls(source: FacetSource, found: UrlCollector): void {
  const { capabilities, input } = source;
  const isFetcher = capabilities.has("http") || capabilities.has("browser");
  const isRunner = isFetcher || capabilities.has("shell") || hasRunnerWord(source);
  const isDownload = isFetcher && input.texts.some(namesSavedFile);
  const add = (facts: readonly UrlFact[]): void => {
    found.add(isDownload ? facts.map((fact) => ({ ...fact, isDownload })) : facts);
  };
  for (const text of input.texts) {
    if (found.isFull) return;
    if (text.key.includes(":")) add(readAbsolute(text.key));
    if (!isFetcher && !ADDRESS_SIGN.test(text.text)) continue;
    add(isRunner && CODE_KEYS.has(text.key) ? readCode(text.text) : readText(text, isFetcher));
  }
  if (input.isCut) found.add([UNKNOWN_URL]);
}

/** The addresses that stand in a program's text, computed ones as far as their beginning shows. */
export function readCode(code: string): UrlFact[] {
  return [findEmbedded(code), findQuotedHosts(code), findSockets(code)].flatMap(parseUrls);
}

function hasRunnerWord({ nameWords }: FacetSource): boolean {
  for (const word of nameWords) {
    if (RUNNER_WORDS.has(word)) return true;
  }
  return false;
}

function readText({ key, text }: InputText, isFetcher: boolean): UrlFact[] {
  switch (roleOfKey(key, isFetcher)) {
    case "address":
      return readAddress(text, isFetcher);
    case "place":
      return readPlace(text, isFetcher);
    case "task":
      return readTask(text);
    case "content":
      return [];
    case "other":
      return readAbsolute(text);
  }
}
