/** Interpreters by the words that names of actions and texts of inputs use for their languages. */
const LANGUAGES: ReadonlyMap<string, string> = new Map([
  ...name("python", ["python", "python2", "python3", "py", "ipython", "jupyter", "notebook", "pandas"]),
  ...name("node", ["node", "nodejs", "javascript", "js", "typescript", "ts", "deno", "bun", "tsx"]),
  ...name("ruby", ["ruby", "rb", "irb"]),
  ...name("perl", ["perl", "pl"]),
  ...name("php", ["php"]),
  ...name("lua", ["lua"]),
  ...name("r", ["rscript", "rlang"]),
]);

/** Languages that a shell reads, and words that name none. */
const SHELLS = new Set([
  "bash",
  "sh",
  "zsh",
  "shell",
  "ksh",
  "dash",
  "fish",
  "console",
  "terminal",
  "text",
  "plaintext",
]);

function name(program: string, words: readonly string[]): [string, string][] {
  return words.map((word) => [word, program]);
}

/** The interpreter that an action's name speaks of, unless it speaks of a shell too. */
export function findLanguage(words: ReadonlySet<string>): string | undefined {
  let found: string | undefined;
  for (const word of words) {
    if (SHELLS.has(word)) return undefined;
    found ??= LANGUAGES.get(word);
  }
  return found;
}

/** The interpreter that an input's text names; undefined for a shell. A language that isn't known is its own interpreter. */
export function readLanguage(text: string): string | undefined {
  const word = text.trim().toLowerCase();
  return word === "" || SHELLS.has(word) ? undefined : (LANGUAGES.get(word) ?? word);
}
