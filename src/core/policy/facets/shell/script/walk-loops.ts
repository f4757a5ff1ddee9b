import type { ArithmeticFor, For, Select, While } from "unbash";
import { MAX_LOOP_WORDS } from "../../../limits.ts";
import { UNKNOWN_WORD, type Word } from "../command.ts";
import {
  forgetVariables,
  forkState,
  isSameState,
  joinStates,
  setVariable,
  type ShellState,
  UNKNOWN_DIRECTORIES,
} from "../state.ts";
import { readList, type Tour, walkInside } from "./tour.ts";

/** Goes through a loop with a condition. */
export function walkWhile(tour: Tour, state: ShellState, { clause, body }: While): void {
  repeat(state, (shell) => {
    tour.walkList(shell, clause.commands);
    tour.walkList(shell, body.commands);
  });
}

/** Goes through a loop over words: once for each word where they are few and known. */
export function walkFor(tour: Tour, state: ShellState, { name, wordlist, body }: For | Select): void {
  const words = wordlist === undefined ? state.positional : readList(tour, state, wordlist);
  const isKnown = words !== undefined && words.length > 0 && !words.some(({ mayBeMany }) => mayBeMany);
  if (isKnown && words.length <= MAX_LOOP_WORDS) return walkEach(tour, state, { name: name.text, words, body });
  repeat(state, (shell) => {
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
  repeat(state, (shell) => tour.walkList(shell, loop.body.commands));
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
    // Whatever the body changes, it may have changed before or skipped this time.
    if (isChanged) loseTrack(shell);
    setVariable(shell, name, word);
    const before = forkState(shell);
    tour.walkList(shell, body.commands);
    isChanged ||= !isSameState(before, shell);
    joinStates(state, shell);
  }
}

/** A body that changes nothing does the same each time; otherwise the second time stands for all later ones. */
function repeat(state: ShellState, run: (shell: ShellState) => void): void {
  const first = forkState(state);
  run(first);
  const isChanged = !isSameState(state, first);
  joinStates(state, first);
  if (!isChanged) return;
  const later = forkState(state);
  loseTrack(later);
  run(later);
  joinStates(state, later);
}

function loseTrack(shell: ShellState): void {
  forgetVariables(shell);
  shell.directories = UNKNOWN_DIRECTORIES;
}
