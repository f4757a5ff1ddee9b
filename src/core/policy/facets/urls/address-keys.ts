import type { InputText } from "../input.ts";

/** What a key says of the texts below it: an address for sure, maybe an address, what to do, content that nobody fetches, or nothing. */
export type KeyRole = "address" | "place" | "task" | "content" | "other";

/** Keys, without separators, whose texts are addresses or hosts, also without a scheme and of one label. */
const ADDRESS_KEYS: ReadonlySet<string> = new Set([
  "url",
  "urls",
  "uri",
  "uris",
  "iri",
  "href",
  "hrefs",
  "host",
  "hosts",
  "hostname",
  "hostnames",
  "endpoint",
  "endpoints",
  "apiendpoint",
  "apihost",
  "remotehost",
  "serverhost",
  "proxyhost",
  "targethost",
  "hostport",
]);

/** Endings of keys, without separators, that mean the same, as in `callback_url`. */
const ADDRESS_ENDINGS: readonly string[] = ["url", "urls", "uri", "uris", "href", "host", "hostname", "endpoint"];

/** Last words of keys whose texts may be addresses and may be something else, such as `target: production`. */
const PLACE_WORDS: ReadonlySet<string> = new Set([
  "address",
  "addresses",
  "addr",
  "ip",
  "ips",
  "ipaddress",
  "link",
  "links",
  "origin",
  "target",
  "targets",
  "website",
  "websites",
  "webpage",
  "site",
  "sites",
  "domain",
  "domains",
  "page",
  "pages",
  "server",
  "servers",
  "proxy",
  "proxies",
  "webhook",
  "webhooks",
  "callback",
  "location",
  "destination",
  "host",
  "remote",
  "gateway",
  "upstream",
  "backend",
  "homepage",
  "resource",
]);

/** Endings of keys, without separators, that mean the same, as in `mailServer`. */
const PLACE_ENDINGS: readonly string[] = ["address", "server", "proxy", "website", "webhook", "domain", "gateway"];

/** Keys, without separators, whose texts tell a tool that fetches what to do. */
const TASK_KEYS: ReadonlySet<string> = new Set([
  "",
  "input",
  "request",
  "requests",
  "task",
  "tasks",
  "goal",
  "objective",
  "instruction",
  "instructions",
  "step",
  "steps",
  "action",
  "actions",
  "arg",
  "args",
  "argument",
  "arguments",
  "params",
  "command",
  "commands",
  "cmd",
  "script",
  "code",
  "function",
  "expression",
]);

/** Keys, without separators, whose texts are sent, written, searched for or shown, and not fetched. */
const CONTENT_KEYS: ReadonlySet<string> = new Set([
  "content",
  "contents",
  "body",
  "data",
  "payload",
  "message",
  "messages",
  "text",
  "prompt",
  "description",
  "title",
  "subject",
  "summary",
  "comment",
  "note",
  "notes",
  "query",
  "q",
  "search",
  "pattern",
  "regex",
  "oldstring",
  "newstring",
  "oldstr",
  "newstr",
  "oldtext",
  "newtext",
  "filetext",
  "inserttext",
  "find",
  "replace",
  "replacement",
  "commitmessage",
  "referer",
  "referrer",
]);

/** Content keys that may hold nothing but an address where a tool fetches. */
const QUERY_KEYS: ReadonlySet<string> = new Set(["text", "query", "q", "search"]);

/** Keys, without separators, by which a tool that fetches is told where to save. */
const SAVE_KEYS: ReadonlySet<string> = new Set([
  "outputfile",
  "outputpath",
  "outputdir",
  "outfile",
  "saveto",
  "saveas",
  "savepath",
  "savedir",
  "savefile",
  "downloadpath",
  "downloaddir",
  "downloadto",
  "destpath",
  "destinationpath",
  "destfile",
  "destdir",
  "targetpath",
  "localpath",
  "localfile",
  "tofile",
]);

/** Keys, without separators, that tell it where to save when they hold a file's name, and a format or so otherwise. */
const OUTPUT_KEYS: ReadonlySet<string> = new Set(["output", "out", "dest", "destination", "save"]);

/** What a key, in lower case, says. `isFetcher` tells whether the tool fetches: then more of its keys can name an address. */
export function roleOfKey(key: string, isFetcher: boolean): KeyRole {
  const plain = plainKey(key);
  if (ADDRESS_KEYS.has(plain)) return "address";
  if (isFetcher && TASK_KEYS.has(plain)) return "task";
  if (CONTENT_KEYS.has(plain)) return isFetcher && QUERY_KEYS.has(plain) ? "other" : "content";
  const hasEnding = plain !== "curl" && ADDRESS_ENDINGS.some((ending) => plain.endsWith(ending));
  if (hasEnding || plain.startsWith("url")) return "address";
  if (PLACE_WORDS.has(key.slice(lastWordAt(key)))) return "place";
  return PLACE_ENDINGS.some((ending) => plain.endsWith(ending)) ? "place" : "other";
}

/** Whether a text tells a tool that fetches where to save. */
export function namesSavedFile({ key, text }: InputText): boolean {
  const plain = plainKey(key);
  if (SAVE_KEYS.has(plain)) return text !== "";
  return OUTPUT_KEYS.has(plain) && /[/\\]|\.\w{1,8}$/.test(text) && !text.includes("://");
}

function plainKey(key: string): string {
  return /[^a-z]/.test(key) ? key.replace(/[\s_.:-]+/g, "") : key;
}

function lastWordAt(key: string): number {
  return Math.max(key.lastIndexOf("_"), key.lastIndexOf("-"), key.lastIndexOf("."), key.lastIndexOf(" ")) + 1;
}
