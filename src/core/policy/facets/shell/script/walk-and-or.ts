import type { AndOr, PipelineNode } from "unbash";
import { joinDirectories, joinVariables, type ShellState } from "../state.ts";

/** Goes through a chain of `&&` and `||`: behind `&&` a `cd` certainly worked, behind `||` it may have failed. */
export function walkAndOr({ commands, operators }: AndOr, state: ShellState, walk: (node: PipelineNode) => void): void {
  // Only the first command runs in any case.
  let { variables, hasEnded } = state;
  // Where the shell may be when the chain's last command worked, and when it failed.
  let good = state.directories;
  let bad = good;
  for (const [index, node] of commands.entries()) {
    const isOr = operators[index - 1] === "||";
    state.directories = isOr ? bad : good;
    if (isOr) state.variables = joinVariables(variables, state.variables);
    state.hasEnded = false;
    walk(node);
    if (index === 0) ({ variables, hasEnded } = state);
    const after = state.directories;
    // Who goes on behind `cd x || exit` is where `cd` led.
    if (state.hasEnded) [good, bad] = isOr ? [good, good] : [bad, bad];
    else
      [good, bad] = isOr
        ? [joinDirectories(good, after), joinDirectories(bad, after)]
        : [after, joinDirectories(joinDirectories(bad, good), after)];
  }
  state.hasEnded = hasEnded;
  state.directories = joinDirectories(good, bad);
  state.variables = joinVariables(variables, state.variables);
}
