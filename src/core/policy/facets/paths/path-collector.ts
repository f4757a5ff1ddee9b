import { MAX_PATHS } from "../../limits.ts";
import { UNKNOWN, type Word } from "../shell/command.ts";
import { createPath, type PathBase } from "./create-path.ts";
import { spellFileAddress } from "./input-spelling.ts";
import { looksLikePath } from "./looks-like-path.ts";
import type { Access, PathFact } from "./path-fact.ts";

/** Collects the files of one command. */
export class PathCollector {
  /** In the order in which they were added. */
  readonly paths: PathFact[] = [];
  /** Where relative ones start from. */
  base: PathBase;

  /** `base` is the directory that the command runs in. */
  constructor(base: PathBase) {
    this.base = base;
  }

  /** Whether there are more than will be looked at. */
  get #isFull(): boolean {
    return this.paths.length > MAX_PATHS;
  }

  /** Adds a word that is a file, but for `-`, which is a standard stream. */
  add(word: Word, accesses: readonly Access[], isTree = false): void {
    const { text } = word;
    if (accesses.length === 0 || text === "" || text === "-" || this.#isFull) return;
    const written = /^file:/i.test(text) ? spellFileAddress(text) : text;
    this.paths.push(createPath({ written, isGlob: word.isGlob, isTree, isFromInput: false, accesses }, this.base));
  }

  /** Adds all of these words. */
  addAll(words: readonly Word[], accesses: readonly Access[], isTree = false): void {
    for (const word of words) this.add(word, accesses, isTree);
  }

  /** Adds a word that may be a file, if it looks like one. What can't be known in it says nothing; only the names behind that do. */
  addGuess(word: Word, accesses: readonly Access[]): void {
    if (this.#isFull) return;
    if (!word.isOpaque) {
      if (looksLikePath(word.text)) this.add(word, accesses);
      return;
    }
    const behind = word.text.slice(word.text.lastIndexOf(UNKNOWN) + 1);
    const start = behind.indexOf("/") + 1;
    if (start === 0 || start === behind.length) return;
    const written = behind.slice(start);
    const base = { ...this.base, directory: "", isAdrift: true };
    this.paths.push(createPath({ written, isGlob: word.isGlob, isTree: false, isFromInput: false, accesses }, base));
  }
}
