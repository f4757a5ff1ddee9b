import type { Assignment, Word } from "../command.ts";
import { type OptionTable, parseOptionTable } from "../programs/option-table.ts";
import { sliceWord, toWord } from "../programs/words.ts";
import { type Elsewhere, type Run, UNKNOWN_RUN } from "../runs.ts";
import { joinWords } from "./join-words.ts";
import type { WrapperData } from "./wrapper-data.ts";
import { readWrapperLine, type WrapperLine } from "./wrapper-line.ts";

/** Tables are made when a wrapper is first met, and kept: there are as many as data. */
const tables = new WeakMap<WrapperData, OptionTable>();

function tableOf(data: WrapperData): OptionTable {
  let table = tables.get(data);
  if (table === undefined) tables.set(data, (table = parseOptionTable(data.options ?? "")));
  return table;
}

/** What a wrapper with these words runs. */
export function runWrapper(data: WrapperData, words: readonly Word[]): readonly Run[] {
  const line = skipOperands(data, readWrapperLine(tableOf(data), words));
  if (data.idle?.some((name) => line.options.has(name)) === true) return [];
  const elsewhere = findElsewhere(data, line);
  const texts = (data.scripts ?? []).flatMap((name) => line.options.get(name) ?? []);
  const scripts = texts.map((text): Run => (text === undefined ? UNKNOWN_RUN : { kind: "script", text, elsewhere }));
  const marked = findBehind(data, words);
  if (marked !== undefined)
    return [...scripts, ...runWords(data, { ...line, rest: marked, isUnclear: false }, elsewhere)];
  if (data.subcommands !== undefined) return [...scripts, ...runSubcommand(data.subcommands, line)];
  return scripts.length > 0 ? scripts : runWords(data, line, elsewhere);
}

/** Passes by the words in front of the program, and by the options that may stand behind them. */
function skipOperands(data: WrapperData, line: WrapperLine): WrapperLine {
  const { operands = 0, hasLateOptions = false } = data;
  if (operands === 0) return line;
  const isUnclear = line.isUnclear || line.rest.slice(0, operands).some(({ mayBeMany }) => mayBeMany);
  const rest = line.rest.slice(operands);
  if (!hasLateOptions) return { ...line, isUnclear, rest: rest[0]?.text === "--" ? rest.slice(1) : rest };
  const late = readWrapperLine(tableOf(data), rest);
  const options = new Map([...line.options, ...late.options]);
  return { options, rest: late.rest, isUnclear: isUnclear || late.isUnclear };
}

function findElsewhere({ directory, isElsewhere }: WrapperData, { options }: WrapperLine): Elsewhere | undefined {
  const values = directory === undefined ? undefined : options.get(directory);
  if (values !== undefined) return { directory: values.at(-1) };
  return isElsewhere === true ? { directory: undefined } : undefined;
}

function findBehind({ behind = [] }: WrapperData, words: readonly Word[]): readonly Word[] | undefined {
  const mark = words.findIndex(({ text }) => behind.includes(text));
  return mark === -1 ? undefined : words.slice(mark + 1);
}

type Subcommands = Readonly<Record<string, WrapperData>>;

function runSubcommand(subcommands: Subcommands, { rest, isUnclear }: WrapperLine): readonly Run[] {
  const [first, ...words] = rest;
  if (first === undefined) return [];
  const data = findData(subcommands, first.text);
  if (data !== undefined) return runWrapper(data, words);
  // What looks like the subcommand may be the value of an option that isn't known.
  const isHidden = isUnclear && words.some(({ text }) => findData(subcommands, text) !== undefined);
  return isHidden || first.isOpaque ? [UNKNOWN_RUN] : [];
}

function findData(subcommands: Subcommands, name: string): WrapperData | undefined {
  return Object.hasOwn(subcommands, name) ? subcommands[name] : undefined;
}

function runWords(data: WrapperData, line: WrapperLine, elsewhere: Elsewhere | undefined): readonly Run[] {
  const { assignments, words } = splitAssignments(data.assigns === true ? line.rest : [], line.rest);
  const runs = words.length > 0 ? runNamed(data, line, { words, assignments, elsewhere }) : runNothing(data, elsewhere);
  return line.isUnclear ? [...runs, UNKNOWN_RUN] : runs;
}

function runNothing({ startsShell }: WrapperData, elsewhere: Elsewhere | undefined): readonly Run[] {
  return startsShell === true ? [{ kind: "command", words: [toWord("sh")], elsewhere }] : [];
}

interface Named {
  readonly words: readonly Word[];
  readonly assignments: readonly Assignment[];
  readonly elsewhere: Elsewhere | undefined;
}

function runNamed(data: WrapperData, { options }: WrapperLine, { words, ...place }: Named): readonly Run[] {
  const { elsewhere } = place;
  const isDirect = data.direct?.some((name) => options.has(name)) === true;
  const isJoined = data.joined?.some((name) => options.has(name)) === true;
  if (!isDirect && data.words === "scripts") return words.map((text): Run => ({ kind: "script", text, elsewhere }));
  if (isJoined || (!isDirect && data.words === "joined"))
    return [{ kind: "script", text: joinWords(words), elsewhere }];
  return [{ kind: "command", words, shell: data.isInShell === true ? "same" : "own", ...place }];
}

/** The `NAME=value` words in front, and the words behind them. */
export function splitAssignments(
  candidates: readonly Word[],
  words: readonly Word[] = candidates,
): Pick<Named, "words" | "assignments"> {
  const assignments: Assignment[] = [];
  for (const word of candidates) {
    const [, name = ""] = /^([A-Za-z_]\w*)=/.exec(word.text) ?? [];
    if (name === "") break;
    assignments.push({ name, value: sliceWord(word, name.length + 1) });
  }
  return { assignments, words: words.slice(assignments.length) };
}
