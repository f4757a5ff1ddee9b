import type { Constant } from "./constants.ts";
import type { Outcome } from "./outcome.ts";
import type { RowNames } from "./row-names.ts";

/** What folds conditions; handed to those that fold parts of them. */
export interface Folder {
  /** Which names mean the rows. */
  readonly names: RowNames;
  /** What a condition comes to of which something else is made. */
  fold(condition: unknown): Outcome;
  /** The same where names mean other things. */
  withNames(names: RowNames): Folder;
}

/** A condition, or its opposite. */
export interface Part {
  /** The condition. */
  readonly value: unknown;
  /** Whether its opposite is meant. */
  readonly isNegated: boolean;
}

/** What a value comes to: a constant, NULL, different from row to row, or the same for all rows without anybody knowing which. */
export type Value = { readonly constant: Constant } | "null" | "row" | "any";

/** The value that a condition has. */
export function valueOf(outcome: Outcome): Value {
  switch (outcome) {
    case "true":
    case "false":
      return { constant: outcome === "true" };
    case "null":
    case "row":
    case "any":
      return outcome;
  }
}
