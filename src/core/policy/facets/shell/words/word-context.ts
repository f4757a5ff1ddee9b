import type { ParsedScript } from "unbash";
import type { Reading } from "../reading.ts";
import type { ShellState } from "../state.ts";

/** What words are read with. */
export interface WordContext {
  /** The call's reading; words that are looked at again count there. */
  readonly reading: Reading;
  /** The shell that would expand them. */
  readonly state: ShellState;
  /** Gathers the substitutions that stand in them, whose commands run too. */
  readonly scripts: ParsedScript[];
}
