import type { Word } from "../command.ts";
import { sliceWord } from "../programs/words.ts";
import type { Run, Runner } from "../runs.ts";

/** Programs with a language of their own in which a line can be handed to a shell. */
export const ESCAPING: readonly string[] = [
  "psql",
  "mysql",
  "mariadb",
  "sqlite3",
  "sqlite",
  "duckdb",
  "ed",
  "ex",
  "vi",
  "vim",
  "nvim",
].concat([
  "view",
  "gvim",
  "rvim",
  "emacs",
  "gdb",
  "lldb",
  "ftp",
  "lftp",
  "sftp",
  "telnet",
  "gnuplot",
  "mail",
  "mailx",
  "less",
  "more",
  "man",
  "bc",
]);

/** `!rm`, `\! rm`, `:!rm`, `.shell rm`, `shell rm` and the like, where a line or a command of that language may begin. */
const ESCAPE = /(?:^|[\n;|+:])[ \t]*(?:\\?!|\.(?:shell|system)[ \t]|(?:shell|system|platform shell)[ \t])[ \t]*/g;

/** What such a program hands to a shell, in its words or on its standard input. */
export function findEscapeRuns({ command: { args, stdin } }: Runner): readonly Run[] {
  return [...args, ...(stdin === undefined ? [] : [stdin])].flatMap(findEscapes);
}

function findEscapes(word: Word): readonly Run[] {
  return [...word.text.matchAll(ESCAPE)].map((match): Run => {
    const start = match.index + match[0].length;
    const end = word.text.indexOf("\n", start);
    const line = sliceWord({ ...word, text: end === -1 ? word.text : word.text.slice(0, end) }, start);
    return { kind: "script", text: line, isGuess: true };
  });
}
