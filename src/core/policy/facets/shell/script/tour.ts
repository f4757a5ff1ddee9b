import type { CompoundList, ParsedScript, PipelineNode, Statement, SyntaxNode, Word as SyntaxWord } from "unbash";
import type { Word } from "../command.ts";
import type { Reading } from "../reading.ts";
import type { ShellState } from "../state.ts";
import { gatherScripts } from "../words/gather-scripts.ts";
import { appendWords } from "../words/read-words.ts";
import type { WordContext } from "../words/word-context.ts";
import type { SimpleCommand } from "./simple-command.ts";

/** Whatever can stand where a command does. */
export type WalkedNode = PipelineNode | CompoundList;

/** How to go on inside a compound command. */
export interface Tour {
  /** Where commands are gathered. */
  readonly reading: Reading;
  /** Goes through one command of any kind. */
  readonly walkNode: (state: ShellState, node: WalkedNode) => void;
  /** Goes through commands that follow each other. */
  readonly walkList: (state: ShellState, statements: readonly Statement[]) => void;
  /** Goes through substitutions. */
  readonly walkScripts: (state: ShellState, scripts: readonly ParsedScript[]) => void;
  /** Runs a simple command. */
  readonly runCommand: (state: ShellState, simple: SimpleCommand) => void;
}

/** Reads the words of a list, and goes through the substitutions in them. */
export function readList(tour: Tour, state: ShellState, nodes: readonly SyntaxWord[]): readonly Word[] {
  const context: WordContext = { reading: tour.reading, state, scripts: [] };
  const words: Word[] = [];
  for (const node of nodes) appendWords(context, node, words);
  tour.walkScripts(state, context.scripts);
  return words;
}

/** Goes through the substitutions anywhere in a node that has no commands besides. */
export function walkInside(tour: Tour, state: ShellState, node: SyntaxNode): void {
  const context: WordContext = { reading: tour.reading, state, scripts: [] };
  gatherScripts(context, node);
  tour.walkScripts(state, context.scripts);
}
