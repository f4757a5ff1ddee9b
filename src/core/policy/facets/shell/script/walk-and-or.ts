import type { AndOr, PipelineNode } from "unbash";
import { joinDirectories, joinVariables, type ShellState } from "../state.ts";

/** Goes through a chain of `&&` and `||`: behind `&&` a `cd` certainly worked, behind `||` it may have failed. */
export function walkAndOr({ commands, operators }: AndOr, state: ShellState, walk: (node: PipelineNode) => void): void {
  const before = state.directories;
  const [first, ...rest] = commands;
  if (first !== undefined) walk(first);
  const { variables, hasEnded } = state;
  // Where the shell may be when the chain's last command worked, and when it failed.
  let good = state.directories;
  let bad = joinDirectories(before, good);
  for (const [index, node] of rest.entries()) {
    const isAnd = operators[index] === "&&";
    state.directories = isAnd ? good : bad;
    if (!isAnd) state.variables = joinVariables(variables, state.variables);
    state.hasEnded = false;
    walk(node);
    const after = state.directories;
    if (isAnd) bad = joinDirectories(bad, joinDirectories(good, after));
    else if (!state.hasEnded) bad = joinDirectories(bad, after);
    if (state.hasEnded) [good, bad] = isAnd ? [bad, bad] : [good, good];
    else good = isAnd ? after : joinDirectories(good, after);
  }
  state.hasEnded = hasEnded;
  state.directories = joinDirectories(good, bad);
  state.variables = joinVariables(variables, state.variables);
}
