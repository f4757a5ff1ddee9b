/** What a text under a key is, as far as files go. */
export type KeyRole = "path" | "source" | "destination" | "directory" | "content" | "other";

/** What a key says. */
export interface KeyMeaning {
  /** See {@link KeyRole}. */
  readonly role: KeyRole;
  /** Whether the key may as well mean something else, so that outside of file tools only what looks like a path is one. */
  readonly isWeak: boolean;
}

/** Keys (in lower case, without `_` and `-`) of directories that a call begins in. */
const DIRECTORY_KEYS = ["cwd", "workdir", "workingdir", "workingdirectory", "currentdirectory", "chdir"];

/** Keys of what is written, searched for, said or run: paths in there are nobody's files. */
const CONTENT_KEYS = ["content", "contents", "text", "body", "data", "message", "description", "prompt", "query"]
  .concat(["pattern", "regex", "search", "replace", "replacement", "oldstr", "newstr", "oldstring", "newstring"])
  .concat(["code", "command", "cmd", "commands", "script", "args", "argv", "diff", "patch", "comment", "reason"])
  .concat(["title", "explanation", "instruction", "instructions", "thought", "old", "new", "value", "sql", "find"]);

const WEAK_SOURCE_KEYS = ["source", "sources", "src", "from", "input", "original"];
const WEAK_DESTINATION_KEYS = [
  "destination",
  "destinations",
  "dest",
  "dst",
  "to",
  "output",
  "out",
  "target",
  "targets",
];
const WEAK_KEYS = ["root", "location", "locations", "uri", "uris", "url", "urls", "name", "include", "includes"].concat(
  ["item", "items", "entry", "document", "attachment", "attachments", "resource", "notebook", "glob", "globs"],
);

/** Words that end with the ending of a path key and mean something else. */
const OTHER_KEYS = ["profile", "userprofile", "xpath", "jsonpath", "jmespath", "objectpath", "urlpath", "apipath"];

const PATH_ENDING = /(?:path|file|filename|dir|directory|folder)s?$|directories$/;
const CONTENT_ENDING = /(?:text|content|contents|string|str)$/;
const SOURCE_START = /^(?:source|src|from|old|orig|input|in)/;
const DESTINATION_START = /^(?:dest|dst|to|new|target|output|out)/;

const MEANINGS: ReadonlyMap<string, KeyMeaning> = new Map([
  ...listMeanings(DIRECTORY_KEYS, { role: "directory", isWeak: false }),
  ...listMeanings(CONTENT_KEYS, { role: "content", isWeak: false }),
  ...listMeanings(WEAK_SOURCE_KEYS, { role: "source", isWeak: true }),
  ...listMeanings(WEAK_DESTINATION_KEYS, { role: "destination", isWeak: true }),
  ...listMeanings(WEAK_KEYS, { role: "path", isWeak: true }),
  ...listMeanings(OTHER_KEYS, { role: "other", isWeak: true }),
]);

const OTHER: KeyMeaning = { role: "other", isWeak: true };

/** What a key of an input says of the texts below it. */
export function readKey(key: string): KeyMeaning {
  const known = MEANINGS.get(key);
  if (known !== undefined) return known;
  const plain = key.toLowerCase().replace(/[_\-\s.]/g, "");
  const meant = MEANINGS.get(plain);
  if (meant !== undefined) return meant;
  if (plain.length > 60 || !PATH_ENDING.test(plain)) {
    return CONTENT_ENDING.test(plain) ? { role: "content", isWeak: false } : OTHER;
  }
  if (SOURCE_START.test(plain)) return { role: "source", isWeak: false };
  return { role: DESTINATION_START.test(plain) ? "destination" : "path", isWeak: false };
}

function listMeanings(keys: readonly string[], meaning: KeyMeaning): readonly (readonly [string, KeyMeaning])[] {
  return keys.map((key) => [key, meaning]);
}
