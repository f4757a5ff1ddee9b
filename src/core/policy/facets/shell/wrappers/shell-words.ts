import { sliceWord } from "../programs/words.ts";
import { type Run, type Runner, UNKNOWN_RUN } from "../runs.ts";
import { joinWords } from "./join-words.ts";
import { mayBeAny } from "./shells.ts";

/** `eval` puts its words together and runs them. */
export function runEval({ command: { args } }: Runner): readonly Run[] {
  const words = args[0]?.text === "--" ? args.slice(1) : args;
  return words.length === 0 ? [] : [{ kind: "script", text: joinWords(words), shell: "same" }];
}

/** `trap` runs its first word at some later time. */
export function runTrap({ command: { args } }: Runner): readonly Run[] {
  const [text, signal] = args[0]?.text === "--" ? args.slice(1) : args;
  if (text === undefined || signal === undefined || /^-[lp]?$/.test(text.text)) return [];
  return [{ kind: "script", text, shell: "later" }];
}

/** An alias may be used where nobody sees it, so its text counts where it is defined. */
export function runAlias({ command: { args } }: Runner): readonly Run[] {
  return args.flatMap((word): Run[] => {
    const equals = word.text.indexOf("=");
    if (equals <= 0) return [];
    const text = sliceWord(word, equals + 1);
    return [{ kind: "script", text, shell: "later", alias: word.text.slice(0, equals) }];
  });
}

/** What is in a file isn't in the call; what another command writes or standard input brings may be. */
export function runSource({ command: { args, stdin }, readsFile, contentOf }: Runner): readonly Run[] {
  const [file] = args.filter(({ text }) => text !== "--");
  if (file === undefined) return [];
  if (file.text === "/dev/stdin" && stdin !== undefined && !readsFile)
    return [{ kind: "script", text: stdin, shell: "same" }];
  const text = contentOf(file);
  if (text !== undefined) return [{ kind: "script", text, shell: "same" }];
  return mayBeAny(file) ? [UNKNOWN_RUN] : [];
}

/** `at` and `batch` run their standard input as a script. */
export function runInput({ command: { args, stdin }, readsFile }: Runner): readonly Run[] {
  const isFile = readsFile || args.some(({ text }) => /^-[a-zA-Z]*f/.test(text));
  return stdin === undefined || isFile ? [] : [{ kind: "script", text: stdin, shell: "later" }];
}

/** A table of times for cron: five times, or a word with `@`, and a command on each line. */
export function runCrontab({ command: { stdin }, readsFile }: Runner): readonly Run[] {
  if (stdin === undefined || readsFile) return [];
  const text = stdin.text.replaceAll(/^[ \t]*(?:@\w+|(?:[^\s=]+[ \t]+){4}[^\s=]+)[ \t]+/gm, "");
  return [{ kind: "script", text: { ...stdin, text }, shell: "later" }];
}

/** Keys that tmux presses instead of typing them. */
const KEYS = /^(?:Enter|C-[a-z]|M-[a-z]|Escape|Space|Tab|BSpace|Up|Down|Left|Right)$/;
const TYPING = new Set(["send-keys", "send", "stuff"]);
const STARTING = new Set(
  [
    "new-session",
    "new",
    "new-window",
    "neww",
    "split-window",
    "splitw",
    "respawn-pane",
    "respawnp",
    "respawn-window",
  ].concat(["run-shell", "run", "if-shell", "if", "popup", "display-popup", "pipe-pane", "pipep"]),
);

/** What tmux types into a terminal or starts there: each word that may be text is read as a line. */
export function runTerminal({ command: { args } }: Runner): readonly Run[] {
  const start = args.findIndex(({ text }) => TYPING.has(text) || STARTING.has(text));
  const subcommand = args[start];
  if (subcommand === undefined) return [];
  const words = args.slice(start + 1).filter(({ text }) => !/^-[a-zA-Z]*$/.test(text) && !KEYS.test(text));
  const isTyped = TYPING.has(subcommand.text);
  const lines = words.map((text): Run => ({ kind: "script", text, isGuess: true, shell: "later" }));
  return isTyped || words.length < 2
    ? lines
    : [...lines, { kind: "script", text: joinWords(words), isGuess: true, shell: "later" }];
}
