/**
 * What a condition comes to for the rows of a table: always true, always false, never known to SQL itself (`null`),
 * different from row to row (`row`), or the same for all rows without anybody knowing which (`any`), such as a parameter.
 */
export type Outcome = "true" | "false" | "null" | "row" | "any";

/** The outcome of NOT. */
export function invert(outcome: Outcome): Outcome {
  switch (outcome) {
    case "true":
      return "false";
    case "false":
      return "true";
    case "null":
    case "row":
    case "any":
      return outcome;
  }
}

/**
 * The outcome of AND: one part that picks rows is enough, unless something is made of the outcome that may turn it around,
 * as IS NOT TRUE does: there what nobody knows may let all rows through.
 */
export function both(outcomes: readonly Outcome[], isTurned: boolean): Outcome {
  return strongest(outcomes, isTurned ? ["false", "any", "row", "null"] : ["false", "row", "any", "null"]) ?? "true";
}

/** The outcome of OR: one part that may be true of all rows is enough. */
export function either(outcomes: readonly Outcome[]): Outcome {
  return strongest(outcomes, ["true", "any", "row", "null"]) ?? "false";
}

function strongest(outcomes: readonly Outcome[], order: readonly Outcome[]): Outcome | undefined {
  return order.find((outcome) => outcomes.includes(outcome));
}
