import type {
  ArithmeticCommand,
  Case,
  Command,
  CompoundList,
  Function as FunctionNode,
  If,
  Pipeline,
  Redirected,
} from "unbash";
import { UNKNOWN_WORD, type Word } from "../command.ts";
import { addMeaning } from "../reading.ts";
import { forgetVariables, forkState, joinStates, type ShellState } from "../state.ts";
import type { WordContext } from "../words/word-context.ts";
import { forgetNames } from "../words/word-parts.ts";
import { readRedirections } from "./simple-command.ts";
import { type Tour, type WalkedNode, walkInside } from "./tour.ts";
import { walkArithmeticFor, walkFor, walkWhile } from "./walk-loops.ts";

/** A command without a program, such as `> file`, does what this one does. */
export const NO_OPERATION: Word = Object.freeze({ text: ":", isOpaque: false, isGlob: false, mayBeMany: false });

/** Goes through a command that holds others. */
export function walkCompound(tour: Tour, state: ShellState, node: Exclude<WalkedNode, Command | Pipeline>): void {
  switch (node.type) {
    case "CompoundList":
      return tour.walkList(state, node.commands);
    case "BraceGroup":
      return tour.walkList(state, node.body.commands);
    case "Subshell":
      return tour.walkList(forkState(state), node.body.commands);
    case "Redirected":
      return walkRedirected(tour, state, node);
    case "If":
      return walkIf(tour, state, node);
    case "Case":
      return walkCase(tour, state, node);
    case "For":
    case "Select":
      return walkFor(tour, state, node);
    case "While":
      return walkWhile(tour, state, node);
    case "ArithmeticFor":
      return walkArithmeticFor(tour, state, node);
    case "ArithmeticCommand":
      return walkArithmetic(tour, state, node);
    case "TestCommand":
      return walkInside(tour, state, node);
    case "Coproc":
      // What comes in is written by later commands.
      return tour.walkNode(forkState(state, { stdin: UNKNOWN_WORD }), node.body);
    case "Function":
      return defineFunction(tour, state, node);
  }
}

function walkIf(tour: Tour, state: ShellState, { clause, then, elif, else: otherwise }: If): void {
  const ends: ShellState[] = [];
  const walkBranch = (condition: CompoundList, body: CompoundList): void => {
    tour.walkList(state, condition.commands);
    const taken = forkState(state);
    tour.walkList(taken, body.commands);
    ends.push(taken);
  };
  walkBranch(clause, then);
  for (const branch of elif) walkBranch(branch.clause, branch.then);
  if (otherwise !== undefined) tour.walkList(state, otherwise.commands);
  for (const end of ends) joinStates(state, end);
}

function walkCase(tour: Tour, state: ShellState, { word, items }: Case): void {
  walkInside(tour, state, word);
  const start = forkState(state);
  let previous: ShellState | undefined;
  for (const { pattern, body, terminator } of items) {
    for (const choice of pattern) walkInside(tour, state, choice);
    const taken = forkState(start);
    if (previous !== undefined) joinStates(taken, previous);
    tour.walkList(taken, body.commands);
    joinStates(state, taken);
    // `;&` and `;;&` go on with the next item.
    previous = terminator === ";;" ? undefined : taken;
  }
}

function walkArithmetic(tour: Tour, state: ShellState, node: ArithmeticCommand): void {
  forgetNames(state, node.body);
  walkInside(tour, state, node);
}

/** The files of a group are opened before its commands run, which read what is redirected to it. */
function walkRedirected(tour: Tour, state: ShellState, { command, redirects: redirections }: Redirected): void {
  const context: WordContext = { reading: tour.reading, state, scripts: [] };
  const { redirects, input } = readRedirections(context, redirections);
  tour.walkScripts(state, context.scripts);
  if (redirects.length > 0) tour.runCommand(state, { words: [NO_OPERATION], assignments: [], redirects, input });
  const outer = state.stdin;
  if (input !== undefined) state.stdin = input.text;
  tour.walkNode(state, command);
  state.stdin = outer;
}

/** A body counts where it is defined, because nobody sees all the ways to call it, and once more where it is called by its name. */
function defineFunction({ reading, walkNode }: Tour, state: ShellState, { name, body }: FunctionNode): void {
  reading.functions = addMeaning(reading, reading.functions, [name.text, body]);
  const shell = forkState(state, { active: [...state.active, name.text] });
  forgetVariables(shell);
  walkNode(shell, body);
}
