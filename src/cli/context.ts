import type { Terminal } from "./terminal.ts";

/** What a command gets besides its arguments. */
export interface CommandContext {
  readonly terminal: Terminal;
  /** Makes the process end with 1: what was asked for was refused or failed. The command itself has said why. */
  readonly refuse: () => void;
}
