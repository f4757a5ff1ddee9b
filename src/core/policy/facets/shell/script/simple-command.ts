import type {
  Assignment as SyntaxAssignment,
  Command,
  HereDoc,
  HereString,
  Redirection,
  Redirect as SyntaxRedirect,
} from "unbash";
import { type Assignment, type Redirect, UNKNOWN_WORD, type Word } from "../command.ts";
import { forkState, setVariable } from "../state.ts";
import { gatherScripts } from "../words/gather-scripts.ts";
import { appendWords, readHereDocument, readWhole } from "../words/read-words.ts";
import type { WordContext } from "../words/word-context.ts";

/** A simple command after its words were expanded. */
export interface SimpleCommand {
  /** The program first; none when it only assigns or redirects. */
  readonly words: readonly Word[];
  /** What stands in front of the program. */
  readonly assignments: readonly Assignment[];
  /** Files that the shell opens for it. */
  readonly redirects: readonly Redirect[];
  /** What is redirected to its standard input, where something is. */
  readonly input: Input | undefined;
}

/** What a command reads from its standard input. */
export interface Input {
  /** Opaque when it can't be known. */
  readonly text: Word;
  /** Whether it is a file by its name: then the content is no part of the call, as with a script that is run by its name. */
  readonly isFile: boolean;
}

const NO_ASSIGNMENTS: readonly Assignment[] = Object.freeze([]);
const NO_REDIRECTS: readonly Redirect[] = Object.freeze([]);

/** Reads the words, assignments and redirects of a simple command. */
export function readSimpleCommand(context: WordContext, { prefix, name, suffix }: Command): SimpleCommand {
  const words: Word[] = [];
  const redirections: Redirection[] = [];
  if (name !== undefined) appendWords(context, name, words);
  for (const item of suffix) {
    if (item.type === "Word") appendWords(context, item, words);
    else if (item.type === "Assignment") words.push(readAssignmentWord(context, item));
    else redirections.push(item);
  }
  if (prefix.length === 0 && redirections.length === 0) {
    return { words, assignments: NO_ASSIGNMENTS, redirects: NO_REDIRECTS, input: undefined };
  }
  const assignments: Assignment[] = [];
  // Each sees those before it.
  const scope = { ...context, state: forkState(context.state) };
  for (const item of prefix) {
    if (item.type === "Assignment") assignments.push(readAssignment(scope, item));
    else redirections.push(item);
  }
  return { words, assignments, ...readRedirections(context, redirections) };
}

/** An array or a part of one can't be known, nor can what is added to a value. */
function readAssignment(context: WordContext, assignment: SyntaxAssignment): Assignment {
  const { name, value, index, append } = assignment;
  const isWhole = value.type === "Word" && index === undefined && append !== true;
  if (!isWhole) gatherScripts(context, assignment);
  const read = { name, value: isWhole ? readWhole(context, value) : UNKNOWN_WORD };
  setVariable(context.state, name, read.value);
  return read;
}

/** An assignment among the words of `export`, `declare` or `alias`, as one word. */
function readAssignmentWord(context: WordContext, assignment: SyntaxAssignment): Word {
  const { name, value } = readAssignment({ ...context, state: forkState(context.state) }, assignment);
  return { ...value, text: `${name}=${value.text}`, mayBeMany: false };
}

/** What redirections open and feed. */
export interface Redirected {
  /** Files that are opened. */
  readonly redirects: readonly Redirect[];
  /** The last of several that stands for standard input. */
  readonly input: Input | undefined;
}

/** Reads redirections, in order. */
export function readRedirections(context: WordContext, redirections: readonly Redirection[]): Redirected {
  const redirects: Redirect[] = [];
  let input: Input | undefined;
  for (const redirection of redirections) {
    const target = redirection.type === "Redirect" ? readTarget(context, redirection) : undefined;
    const access = target && findAccess(redirection, target);
    if (target !== undefined && access !== undefined) redirects.push({ access, target });
    if (feedsInput(redirection)) input = readInput(context, redirection, target);
    else if (redirection.type !== "Redirect") gatherScripts(context, redirection);
  }
  return { redirects, input };
}

function readTarget(context: WordContext, { target }: SyntaxRedirect): Word | undefined {
  if (target === undefined) return undefined;
  const words: Word[] = [];
  appendWords(context, target, words);
  const [word = UNKNOWN_WORD] = words;
  return words.length === 1 ? word : UNKNOWN_WORD;
}

/** Undefined for a copy of a descriptor, which opens no file. */
function findAccess({ operator }: Redirection, { text }: Word): Redirect["access"] | undefined {
  switch (operator) {
    case "<":
      return "read";
    case ">":
    case ">|":
    case "&>":
      return "overwrite";
    case ">>":
    case "&>>":
    case "<>":
      return "write";
    case ">&":
      return /^(?:\d+-?|-)$/.test(text) ? undefined : "overwrite";
    case "<&":
    case "<<<":
    case "<<":
    case "<<-":
      return undefined;
  }
}

function feedsInput({ operator, descriptor }: Redirection): boolean {
  if (!operator.startsWith("<")) return false;
  return descriptor === undefined || (descriptor.type === "FileDescriptor" && descriptor.value === 0);
}

function readInput(context: WordContext, redirection: Redirection, target: Word | undefined): Input {
  switch (redirection.type) {
    case "Redirect": {
      const isFile = redirection.operator !== "<&" && target?.isOpaque === false && !target.text.startsWith("/dev/");
      return { text: UNKNOWN_WORD, isFile };
    }
    case "HereDoc":
      return { text: readDocument(context, redirection), isFile: false };
    case "HereString":
      return { text: readHereString(context, redirection), isFile: false };
  }
}

function readDocument(context: WordContext, { body, operator }: HereDoc): Word {
  const word = readHereDocument(context, body);
  return operator === "<<" ? word : { ...word, text: word.text.replaceAll(/^\t+/gm, "") };
}

function readHereString(context: WordContext, { target }: HereString): Word {
  if (target === undefined) return UNKNOWN_WORD;
  const word = readWhole(context, target);
  return { ...word, text: `${word.text}\n` };
}
