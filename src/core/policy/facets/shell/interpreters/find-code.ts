import { UNKNOWN_WORD, type Word } from "../command.ts";
import { sliceWord } from "../programs/words.ts";
import { joinWords } from "../wrappers/join-words.ts";
import { mayBeAny } from "../wrappers/shells.ts";
import type { ContentFinder } from "../written-files.ts";
import { findInterpreter, type InterpreterData } from "./interpreter-data.ts";

/** How an interpreter is called. */
interface InterpreterCall {
  readonly program: string | undefined;
  readonly args: readonly Word[];
  readonly stdin: Word | undefined;
  /** Whether standard input is a file by its name. */
  readonly readsFile: boolean;
  /** What the call itself wrote into a file; undefined for any other file. */
  readonly contentOf: ContentFinder;
}

/** The program text that an interpreter is given; undefined for other programs, and where it is in a file or a module. */
export function findCode({ program, args, stdin, readsFile, contentOf }: InterpreterCall): Word | undefined {
  const data = program === undefined ? undefined : findInterpreter(program);
  if (data === undefined) return undefined;
  const line = readLine(data, args);
  if (line.texts.length > 0) return joinWords(line.texts, "\n");
  if (line.isElsewhere) return undefined;
  const [first, second] = line.operands;
  if (data.subcommands !== undefined && first !== undefined) return findSubcommandCode(data.subcommands, first, second);
  if (first !== undefined && data.operand === "code") return first;
  const isInput = first === undefined || first.text === "-" || first.text === "/dev/stdin";
  if (isInput) return readsFile ? undefined : stdin;
  return contentOf(first) ?? (mayBeAny(first) ? UNKNOWN_WORD : undefined);
}

function findSubcommandCode(subcommands: readonly string[], first: Word, code: Word | undefined): Word | undefined {
  if (first.isOpaque) return UNKNOWN_WORD;
  return subcommands.includes(first.text) ? code : undefined;
}

/** What an interpreter's words say about its program. */
interface InterpreterLine {
  readonly texts: Word[];
  readonly operands: readonly Word[];
  isElsewhere: boolean;
}

function readLine(data: InterpreterData, args: readonly Word[]): InterpreterLine {
  const line = { texts: [], isElsewhere: false };
  let next = 0;
  // A subcommand stands in front of its options.
  const isBehind = data.subcommands !== undefined && args[0] !== undefined && !args[0].text.startsWith("-");
  if (isBehind) next = 1;
  while (next < args.length) {
    const used = readOption(data, line, args.slice(next, next + 2));
    if (used === 0) break;
    next += used;
    if (line.isElsewhere) break;
  }
  const operands = args.slice(args[next]?.text === "--" ? next + 1 : next);
  return { ...line, operands: isBehind ? [...args.slice(0, 1), ...operands] : operands };
}

interface Found {
  readonly texts: Word[];
  isElsewhere: boolean;
}

/** How many words an option takes; none when there is no option. */
function readOption(data: InterpreterData, line: Found, [word, value]: readonly Word[]): number {
  if (word === undefined || !/^-[^-]|^--./.test(word.text)) return 0;
  const equals = word.text.indexOf("=");
  const name = equals === -1 ? word.text : word.text.slice(0, equals);
  if (data.longCode?.includes(name) === true) {
    line.texts.push(equals === -1 ? (value ?? UNKNOWN_WORD) : sliceWord(word, equals + 1));
    return equals === -1 ? 2 : 1;
  }
  if (word.text.startsWith("--")) return equals === -1 && data.longValues?.includes(name) === true ? 2 : 1;
  return readLetters(data, line, [word, value]);
}

function readLetters(data: InterpreterData, line: Found, [word, value]: readonly [Word, Word | undefined]): number {
  const { text } = word;
  for (let index = 1; index < text.length; index += 1) {
    const letter = text.charAt(index);
    const isLast = index === text.length - 1;
    if (data.attached?.includes(letter) === true) {
      // `-0777ne` and `-lne` go on behind digits; all others take the rest.
      if (!/[0l]/.test(letter)) return 1;
    } else if (data.elsewhere?.includes(letter) === true) {
      line.isElsewhere = true;
      return 1;
    } else if (data.code.includes(letter)) {
      // `node -pe` has one text for both.
      if (data.code.includes(text.charAt(index + 1)) && index + 2 === text.length) continue;
      line.texts.push(isLast ? (value ?? UNKNOWN_WORD) : sliceWord(word, index + 1));
      return isLast ? 2 : 1;
    } else if (data.values?.includes(letter) === true) return isLast ? 2 : 1;
  }
  return 1;
}
