import { MAX_SHELL_CHARS } from "../../../limits.ts";
import { UNKNOWN, UNKNOWN_WORD, type Word } from "../command.ts";
import { nameProgram } from "../program-name.ts";
import { decodeEscapes } from "./escapes.ts";
import type { SimpleCommand } from "./simple-command.ts";

/** What a command writes to its standard output, for those few that show it in their words; opaque for all others. */
export function findOutput({ words, input }: SimpleCommand, stdin: Word | undefined): Word {
  const [first = UNKNOWN_WORD, ...args] = words;
  const [flag] = args;
  const read = input?.text ?? stdin ?? UNKNOWN_WORD;
  switch (nameProgram(first)) {
    case "echo":
      return echo(args);
    case "printf":
      return printFormatted(args);
    case "cat":
      return args.every(({ text }) => text === "-") ? read : UNKNOWN_WORD;
    case "tee":
      return read;
    case "base64":
      return flag !== undefined && args.length === 1 && /^(?:-[dD]|--decode|-di)$/.test(flag.text)
        ? decodeBase64(read)
        : UNKNOWN_WORD;
    default:
      return UNKNOWN_WORD;
  }
}

function toWord(text: string): Word {
  return { text, isOpaque: text.includes(UNKNOWN), isGlob: false, mayBeMany: false };
}

function echo(args: readonly Word[]): Word {
  const start = args.findIndex(({ text }) => !/^-[neE]+$/.test(text));
  const words = start === -1 ? [] : args.slice(start);
  const flags = args.slice(0, args.length - words.length).map(({ text }) => text);
  const text = `${joinTexts(words)}\n`;
  if (flags.some((flag) => flag.includes("e"))) return toWord(decodeEscapes(text));
  // Some shells decode escapes without being asked.
  return toWord(text.includes("\\") ? text + UNKNOWN : text);
}

/** A glob stands for names that can't be known. */
function joinTexts(words: readonly Word[]): string {
  return words.map(({ text, isGlob }) => (isGlob ? UNKNOWN : text)).join(" ");
}

function printFormatted(args: readonly Word[]): Word {
  const [format, ...values] = args[0]?.text === "--" ? args.slice(1) : args;
  if (format === undefined || format.isOpaque || format.isGlob || !/^(?:[^%]|%[sb%])*$/.test(format.text))
    return UNKNOWN_WORD;
  const texts = values.map(({ text, isGlob, mayBeMany }) => (isGlob || mayBeMany ? UNKNOWN : text));
  let used = 0;
  const fill = (mark: string): string => {
    if (mark === "%%") return "%";
    const text = texts[used] ?? "";
    used += 1;
    return mark === "%b" ? decodeEscapes(text) : text;
  };
  const decoded = decodeEscapes(format.text);
  let output = "";
  // The format is used again until all values are printed.
  do {
    const before = used;
    output += decoded.replaceAll(/%[sb%]/g, fill);
    if (output.length > MAX_SHELL_CHARS) return UNKNOWN_WORD;
    if (used === before) break;
  } while (used < texts.length);
  return toWord(output);
}

function decodeBase64({ text, isOpaque }: Word): Word {
  if (isOpaque) return UNKNOWN_WORD;
  try {
    return toWord(atob(text).replaceAll(UNKNOWN, ""));
  } catch {
    return UNKNOWN_WORD;
  }
}
