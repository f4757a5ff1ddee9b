import type { ArithmeticFor, For, Select, While } from "unbash";
import { MAX_LOOP_WORDS } from "../../../limits.ts";
import { UNKNOWN_WORD, type Word } from "../command.ts";
import {
  forgetAll,
  forgetVariables,
  forkState,
  isSameState,
  joinStates,
  setVariable,
  type ShellState,
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
  for (const word of words) {
    const shell = forkState(state);
    setVariable(shell, name, word);
    runBody(tour, shell, () => tour.walkList(shell, body.commands));
    joinStates(state, shell);
  }
}

/** Times that a body is read before nothing is believed to be known in it. Our choice: what people write settles at the second. */
const MAX_PASSES = 3;

/** Goes through a body until another time finds the shell as it was before: a body that changes nothing is read once. */
function repeat(tour: Tour, state: ShellState, run: (shell: ShellState) => void): void {
  for (let pass = 1; ; pass += 1) {
    const before = forkState(state);
    const shell = forkState(state);
    runBody(tour, shell, () => run(shell));
    joinStates(state, shell);
    if (isSameState(before, state) || pass > MAX_PASSES) return;
    if (pass === MAX_PASSES) forgetAll(state);
  }
}

/** Goes through a body once; the shell is then as it may be at the end of it, or where the body was left. */
function runBody({ reading }: Tour, shell: ShellState, run: () => void): void {
  const start = reading.jumps.length;
  run();
  for (const jump of reading.jumps.slice(start)) joinStates(shell, jump);
}
