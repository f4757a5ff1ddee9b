import type { Truth } from "../../../truth.ts";
import { foldCondition } from "./fold-condition.ts";
import { both, invert, type Outcome } from "./outcome.ts";
import type { RowNames } from "./row-names.ts";

/** Whether a statement's condition picks no rows: because there is none, or because it always holds. */
export function foldWhere(condition: unknown, names: RowNames): Truth {
  return condition === undefined ? "yes" : toTruth(foldCondition(condition, names));
}

/** The conditions of one branch of MERGE. */
export interface MergeConditions {
  /** By which rows of the table and the source belong together. */
  readonly join: unknown;
  /** Whether the branch is about rows that do, or about those of the table that have none. */
  readonly isMatched: boolean;
  /** The branch's own; undefined when it has none. */
  readonly clause: unknown;
}

/** As {@link foldWhere} for a branch of MERGE. */
export function foldMergeWhere({ join, isMatched, clause }: MergeConditions, names: RowNames): Truth {
  const joined = foldCondition(join, names);
  const outcome = isMatched ? joined : invert(joined);
  return toTruth(clause === undefined ? outcome : both([outcome, foldCondition(clause, names)], false));
}

/** A condition that never holds picks no rows, which is harmless. */
function toTruth(outcome: Outcome): Truth {
  switch (outcome) {
    case "true":
      return "yes";
    case "any":
      return "unknown";
    case "false":
    case "null":
    case "row":
      return "no";
  }
}
