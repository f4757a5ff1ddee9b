import { UNKNOWN, type Word } from "../command.ts";
import { type Run, type Runner, UNKNOWN_RUN } from "../runs.ts";
import { joinWords } from "./join-words.ts";

/** Shells whose text reads like bash's, as far as commands go. */
export const SHELLS: readonly string[] = [
  "sh",
  "bash",
  "rbash",
  "zsh",
  "dash",
  "ash",
  "ksh",
  "ksh93",
  "mksh",
  "oksh",
].concat(["pdksh", "yash", "posh", "fish", "csh", "tcsh"]);

/** Shells whose text reads like something else: what is found in it is a guess, and the rest can't be known. */
export const STRANGE_SHELLS: readonly string[] = ["pwsh", "powershell", "cmd", "nu", "xonsh", "elvish"];

/** What a shell's words say about the script that it runs. */
interface ShellLine {
  /** Whether the script is the first word behind the options. */
  readonly isInline: boolean;
  /** Whether it is read from standard input, whatever words follow. */
  readonly readsInput: boolean;
  /** Texts that run before the script. */
  readonly preludes: readonly Word[];
  /** The words behind the options. */
  readonly words: readonly Word[];
}

/** The script that a shell is given: in its words, on standard input, or in a file, whose content is no part of the call. */
export function runShell({ program, command, readsFile, contentOf }: Runner): readonly Run[] {
  const { isInline, readsInput, preludes, words } = readShellLine(program, command.args);
  const before = preludes.map((text): Run => ({ kind: "script", text }));
  const [first, ...rest] = words;
  if (isInline)
    return first === undefined ? before : [...before, { kind: "script", text: first, positional: rest.slice(1) }];
  const isInput = first === undefined || readsInput || INPUT_FILES.has(first.text);
  if (!isInput) return [...before, ...runFile(first, rest, contentOf)];
  const text = command.stdin;
  if (text === undefined || readsFile) return before;
  return [...before, { kind: "script", text, positional: readsInput ? words : rest, isInput: true }];
}

/** A script by its name: the call may have written it itself. */
function runFile(file: Word, positional: readonly Word[], contentOf: Runner["contentOf"]): readonly Run[] {
  const text = contentOf(file);
  if (text !== undefined) return [{ kind: "script", text, positional }];
  return mayBeAny(file) ? [UNKNOWN_RUN] : [];
}

const INPUT_FILES: ReadonlySet<string> = new Set(["-", "/dev/stdin", "/dev/fd/0", "/proc/self/fd/0"]);

/** Whether a script's name may stand for an option, or for what another command writes. */
export function mayBeAny({ text, mayBeMany }: Word): boolean {
  return mayBeMany || text.startsWith(UNKNOWN) || /^\/(?:dev|proc\/self)\/(?:fd|tcp|udp)\//.test(text);
}

function readShellLine(program: string, args: readonly Word[]): ShellLine {
  const preludes: Word[] = [];
  let isInline = false;
  let readsInput = false;
  let next = 0;
  for (let word = args[0]; word !== undefined; word = args[next]) {
    const { text } = word;
    if (!/^[-+]./.test(text)) break;
    next += 1;
    if (text === "--") break;
    const value = args[next];
    if (/^--(?:rcfile|init-file|emulate)$/.test(text)) next += 1;
    else if (text.startsWith("--command="))
      return { isInline: true, readsInput, preludes, words: [cut(word, 10), ...args.slice(next)] };
    else if (text === "--command") isInline = true;
    else if (text.startsWith("--")) continue;
    else if (program === "fish" && text.endsWith("C") && value !== undefined) {
      preludes.push(value);
      next += 1;
    } else {
      isInline ||= text.startsWith("-") && text.includes("c");
      readsInput ||= text.startsWith("-") && text.includes("s");
      if (/[oO]/.test(text)) next += 1;
    }
  }
  return {
    isInline,
    readsInput,
    preludes,
    words: args[next]?.text === "-" && isInline ? args.slice(next + 1) : args.slice(next),
  };
}

function cut(word: Word, from: number): Word {
  return { ...word, text: word.text.slice(from) };
}

/** The script that another kind of shell is given, read as well as may be. */
export function runStrangeShell({ command: { args, stdin }, readsFile }: Runner): readonly Run[] {
  const mark = args.findIndex(({ text }) =>
    /^(?:-c(?:ommand)?|\/[ckr]|--?command(?:s)?|-e(?:c|nc.*)?|-enc.*)$/i.test(text),
  );
  if (mark !== -1) return [{ kind: "script", text: joinWords(args.slice(mark + 1)), isGuess: true }, UNKNOWN_RUN];
  const [first] = args.filter(({ text }) => !/^[-/]/.test(text));
  if (first !== undefined)
    return /\s/.test(first.text) ? [{ kind: "script", text: joinWords(args), isGuess: true }, UNKNOWN_RUN] : [];
  return stdin === undefined || readsFile ? [] : [{ kind: "script", text: stdin, isGuess: true }, UNKNOWN_RUN];
}
