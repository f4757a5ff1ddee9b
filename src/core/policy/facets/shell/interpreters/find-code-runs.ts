import type { Word } from "../command.ts";
import { nameProgram } from "../program-name.ts";
import { toWord } from "../programs/words.ts";
import { type Run, UNKNOWN_RUN } from "../runs.ts";
import { type CodeToken, readTokens } from "./code-tokens.ts";
import type { Language } from "./interpreter-data.ts";
import { findRunningNames } from "./running-names.ts";

/** Programs inside strings of programs that are looked at. Our choice; deeper ones can't be known. */
const MAX_CODE_DEPTH = 3;

/** Names of one import that are looked at. Our choice; a longer one can't be known. */
const MAX_IMPORTED = 20;

/** A program, or a string in one that may be a program too. */
interface Code {
  readonly text: string;
  readonly language: Language;
  /** Names with which the whole program may run others. */
  readonly names: ReadonlySet<string>;
  readonly depth: number;
}

/**
 * What a program text runs: the strings that it gives to what runs programs are read as commands, and where it gives something
 * else than strings, nobody knows. A program that names nothing of the kind runs nothing.
 */
export function findCodeRuns(language: Language, code: Word): readonly Run[] {
  const names = findRunningNames(language, code.text);
  const runs = readCode({ text: code.text, language, names, depth: 0 });
  return code.isOpaque ? [...runs, UNKNOWN_RUN] : runs;
}

function readCode(code: Code): readonly Run[] {
  const { text, language, names, depth } = code;
  const tokens = readTokens({ text, language, isPart: depth > 0 });
  const use = findUse(tokens, { names, language, isPart: depth > 0 });
  const inner = tokens.flatMap((token) => readInner(token, code));
  const cells = language === "python" && depth === 0 ? readCells(text) : [];
  if (use === "none") return [...inner, ...cells];
  return [...cells, ...readStrings(tokens), ...inner, ...(use === "unclear" ? [UNKNOWN_RUN] : [])];
}

/** A string that names such a thing itself may be run as a program. */
function readInner({ kind, text }: CodeToken, { depth, names, ...code }: Code): readonly Run[] {
  if (kind === "name" || kind === "mark" || text.length >= code.text.length) return [];
  if (!(text.match(/\b[A-Za-z_]\w*\b(?=\s*[("'`])/g) ?? []).some((name) => names.has(name))) return [];
  return depth >= MAX_CODE_DEPTH ? [UNKNOWN_RUN] : readCode({ ...code, text, names, depth: depth + 1 });
}

/** Lines of a notebook that a shell runs. */
function readCells(text: string): readonly Run[] {
  const [, script] = /^\s*%%(?:bash|sh|script|!)\b.*\n([^]*)$/.exec(text) ?? [];
  if (script !== undefined) return [{ kind: "script", text: toWord(script) }];
  return [...text.matchAll(/^[ \t]*(?:!!?|%sx |%system )(.*)$/gm)].map(([, line = ""]): Run => ({
    kind: "script",
    text: toWord(line),
    isGuess: true,
  }));
}

/** Whether a program runs others: with strings that can be seen, or also with something else. */
type Use = "none" | "strings" | "unclear";

interface Looked {
  readonly names: ReadonlySet<string>;
  readonly language: Language;
  /** Whether the text is a part of a program, so that a bare name means nothing. */
  readonly isPart: boolean;
}

function findUse(tokens: readonly CodeToken[], looked: Looked): Use {
  let use: Use = "none";
  for (const [index, token] of tokens.entries()) {
    const found =
      token.kind === "name" && looked.names.has(token.text)
        ? judgeName(tokens, index, looked)
        : judgeOther(tokens, index, looked);
    if (found === "unclear") return found;
    if (found === "strings") use = found;
  }
  return use;
}

/** Languages in which a string between pipes is a command. */
function judgeOther(tokens: readonly CodeToken[], index: number, { language }: Looked): Use {
  const token = tokens[index];
  if (token?.kind === "command") return "strings";
  if (token?.kind === "string" && (language === "perl" || language === "ruby"))
    return /^\|.|.\|$|^-\||\|-$/.test(token.text.trim()) ? "strings" : "none";
  if (language !== "awk" || token?.text !== "|" || token.kind !== "mark") return "none";
  const [previous, next] = [tokens[index - 1], tokens[index + 1]?.text === "&" ? tokens[index + 2] : tokens[index + 1]];
  if (next?.text === "|" || previous?.text === "|") return "none";
  return (next?.text === "getline" ? previous : next)?.kind === "string" ? "strings" : "unclear";
}

function judgeName(tokens: readonly CodeToken[], index: number, { isPart, names }: Looked): Use {
  const name = tokens[index]?.text ?? "";
  const [previous, next] = [tokens[index - 1], tokens[index + 1]];
  if (next?.text === "(" && next.kind === "mark") {
    const isKnown = hasOnlyStrings(takeArguments(tokens, index + 2));
    // What a program loads is no command.
    if (name === "require" || name === "import") return isKnown ? "none" : "unclear";
    return isKnown ? "strings" : "unclear";
  }
  if (next?.kind === "string" || next?.kind === "command")
    return hasOnlyStrings(takeStatement(tokens, index + 1)) ? "strings" : "unclear";
  if (isPart || name === "import" || name === "require" || /^(?:def|function|sub|func)$/.test(previous?.text ?? ""))
    return "none";
  return isMention(tokens, index, names) ? "none" : "unclear";
}

/** Whether a name only stands in an import or in front of another one, as in `{ exec } = …`, `Command.new` or `from x import run`. */
function isMention(tokens: readonly CodeToken[], index: number, names: ReadonlySet<string>): boolean {
  const [previous, next] = [tokens[index - 1], tokens[index + 1]];
  if (next?.kind === "name") return names.has(next.text);
  if (next?.kind === "mark" && /^[.,}]$/.test(next.text)) return true;
  if (previous?.text === ".") return false;
  for (let at = index - 1; at >= Math.max(0, index - MAX_IMPORTED); at -= 1) {
    const token = tokens[at];
    if (token?.text === "import") return true;
    if (token?.kind !== "name" && token?.text !== ",") return false;
  }
  return false;
}

/** Undefined when they don't end. */
function takeArguments(tokens: readonly CodeToken[], from: number): readonly CodeToken[] | undefined {
  let level = 0;
  for (let index = from; index < tokens.length; index += 1) {
    const token = tokens[index];
    if (token?.kind !== "mark") continue;
    if (token.text === "(") level += 1;
    if (token.text === ")" && --level < 0) return tokens.slice(from, index);
  }
  return undefined;
}

/** Words that end what is given to a command in front of them. */
const MODIFIERS = new Set(["if", "unless", "while", "until", "or", "and", "for", "then"]);

function takeStatement(tokens: readonly CodeToken[], from: number): readonly CodeToken[] {
  const rest = tokens.slice(from);
  const end = rest.findIndex(
    ({ kind, text }) => (kind === "mark" && /[;\n})]/.test(text)) || (kind === "name" && MODIFIERS.has(text)),
  );
  return end === -1 ? rest : rest.slice(0, end);
}

/** Names that stand for constants, and change no command. */
const CONSTANTS = new Set([
  "True",
  "False",
  "None",
  "true",
  "false",
  "null",
  "nil",
  "undefined",
  "subprocess",
  "PIPE",
  "DEVNULL",
  "STDOUT",
  "TRUE",
  "FALSE",
  "end",
  "my",
]);

function hasOnlyStrings(tokens: readonly CodeToken[] | undefined): boolean {
  return (
    tokens !== undefined &&
    tokens.every(({ kind, text }, index) => {
      if (kind === "string" || kind === "command") return true;
      if (kind === "mark") return /[\s,[\](){}:=.\d;]/.test(text);
      const next = tokens[index + 1];
      return kind === "name" && (CONSTANTS.has(text) || next?.text === "=" || next?.text === ":");
    })
  );
}

/** Strings that only commas and brackets keep apart are the words of one program; a string with spaces in front is a line. */
function readStrings(tokens: readonly CodeToken[]): readonly Run[] {
  const groups: string[][] = [];
  let isOpen = false;
  for (const [index, { kind, text }] of tokens.entries()) {
    if (kind === "string") {
      // What a program loads is no command.
      if (/^(?:require|import|from)$/.test(tokens[index - (tokens[index - 1]?.text === "(" ? 2 : 1)]?.text ?? ""))
        continue;
      if (isOpen) groups.at(-1)?.push(text);
      else groups.push([text]);
      isOpen = true;
    } else if (kind === "command") groups.push([text]);
    else if (kind !== "mark" || !/[\s,[\](){]/.test(text)) isOpen = false;
  }
  return groups.flatMap(readGroup);
}

function readGroup(texts: readonly string[]): readonly Run[] {
  const [first = "", second, ...rest] = texts;
  if (second === undefined || /\s/.test(first.trim())) {
    return texts.map((text): Run => ({
      kind: "script",
      text: toWord(text.trim().replace(/^-?\||\|-?$/g, "")),
      isGuess: true,
    }));
  }
  // `execl("/bin/rm", "rm", …)` names the program twice.
  const isTwice = nameProgram(toWord(first)) === nameProgram(toWord(second));
  return [{ kind: "command", words: [first, ...(isTwice ? rest : [second, ...rest])].map(toWord) }];
}
