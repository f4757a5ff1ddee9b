import type { ArithmeticFor, For, Select, While } from "unbash";
import { MAX_LOOP_WORDS } from "../../../limits.ts";
import { UNKNOWN_WORD, type Word } from "../command.ts";
import {
  forgetVariables,
  forkState,
  isSamePlace,
  isSameVariables,
  joinStates,
  setVariable,
  type ShellState,
  UNKNOWN_DIRECTORIES,
} from "../state.ts";
import { readList, type Tour, walkInside } from "./tour.ts";

/** Goes through a loop with a condition. */
export function walkWhile(tour: Tour, state: ShellState, { clause, body }: While): void {
  repeat(tour, state, (shell) => {
    tour.walkList(shell, clause.commands);
    tour.walkList(shell, body.commands);
  });
}

/** Goes through a loop over words: once for each word where they are few and known. */
export function walkFor(tour: Tour, state: ShellState, { name, wordlist, body }: For | Select): void {
  const words = wordlist === undefined ? state.positional : readList(tour, state, wordlist);
  const isKnown = words !== undefined && words.length > 0 && !words.some(({ mayBeMany }) => mayBeMany);
  if (isKnown && words.length <= MAX_LOOP_WORDS) return walkEach(tour, state, { name: name.text, words, body });
  repeat(tour, state, (shell) => {
    setVariable(shell, name.text, UNKNOWN_WORD);
    tour.walkList(shell, body.commands);
  });
}

/** Goes through a loop that counts. */
export function walkArithmeticFor(tour: Tour, state: ShellState, loop: ArithmeticFor): void {
  forgetVariables(state);
  for (const expression of [loop.initialize, loop.test, loop.update]) {
    if (expression !== undefined) walkInside(tour, state, expression);
  }
  repeat(tour, state, (shell) => tour.walkList(shell, loop.body.commands));
}

interface Loop {
  readonly name: string;
  readonly words: readonly Word[];
  readonly body: For["body"];
}

function walkEach(tour: Tour, state: ShellState, { name, words, body }: Loop): void {
  let isChanged = false;
  for (const word of words) {
    const shell = forkState(state);
    // What the body sets, it may have set before or skipped.
    if (isChanged) forgetVariables(shell);
    setVariable(shell, name, word);
    const { variables } = shell;
    runBody(tour, shell, () => tour.walkList(shell, body.commands));
    isChanged ||= shell.variables !== variables;
    joinStates(state, shell);
  }
}

/**
 * Goes through a body as often as it takes until what it finds can't differ any more: a body that changes nothing does the same
 * each time, one that sets variables is read again without them, one that changes the directory without knowing that either.
 */
function repeat(tour: Tour, state: ShellState, run: (shell: ShellState) => void): void {
  let isLost = false;
  for (;;) {
    const shell = forkState(state);
    runBody(tour, shell, () => run(shell));
    const [areVariablesSame, isPlaceSame] = [isSameVariables(state, shell), isSamePlace(state, shell)];
    joinStates(state, shell);
    if (isLost || (areVariablesSame && isPlaceSame)) return;
    forgetVariables(state);
    if (isPlaceSame) continue;
    state.directories = UNKNOWN_DIRECTORIES;
    isLost = true;
  }
}

/** Goes through a body once; the shell is then as it may be at the end of it, or where the body was left. */
function runBody({ reading }: Tour, shell: ShellState, run: () => void): void {
  const start = reading.jumps.length;
  run();
  for (const jump of reading.jumps.slice(start)) joinStates(shell, jump);
}
