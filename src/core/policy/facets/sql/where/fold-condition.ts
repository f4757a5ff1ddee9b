import { listOf, type Node, textOf, typedNodeOf } from "../tree/node.ts";
import { describeAtom } from "./atoms.ts";
import { foldCase, foldCoalesce } from "./choices.ts";
import { foldComparison } from "./comparisons.ts";
import { readConstant, truthOfConstant } from "./constants.ts";
import { coversEverything } from "./coverage.ts";
import { desugar } from "./desugar.ts";
import { foldSubquery } from "./fold-subquery.ts";
import type { Folder, Part } from "./folder.ts";
import { both, either, invert, type Outcome } from "./outcome.ts";
import { dependsOnRow, isOwnColumn, readColumn, type RowNames } from "./row-names.ts";
import { foldBooleanTest, foldNullTest } from "./tests.ts";

/** What a condition comes to for the rows that the names mean. Linear in its size; the tree isn't deep. */
export function foldCondition(condition: unknown, names: RowNames): Outcome {
  return new ConditionFolder(names, false).foldPart({ value: condition, isNegated: false });
}

/** What a condition is joined of. */
interface Joined {
  readonly join: "and" | "or";
  readonly parts: readonly Part[];
}

class ConditionFolder implements Folder {
  readonly names: RowNames;
  /** See `both`. */
  readonly #isTurned: boolean;

  constructor(names: RowNames, isTurned: boolean) {
    this.names = names;
    this.#isTurned = isTurned;
  }

  withNames(names: RowNames): Folder {
    return new ConditionFolder(names, true);
  }

  fold(condition: unknown): Outcome {
    return new ConditionFolder(this.names, true).foldPart({ value: condition, isNegated: false });
  }

  foldPart(part: Part): Outcome {
    const joined = takeApart(part);
    if (joined?.join === "and")
      return both(
        joined.parts.map((each) => this.foldPart(each)),
        this.#isTurned,
      );
    if (joined !== undefined) return this.#foldEither(flatten(joined.parts));
    const outcome = this.#foldLeaf(part.value);
    return part.isNegated ? invert(outcome) : outcome;
  }

  /** Parts that each pick rows may take all of them together. */
  #foldEither(parts: readonly Part[]): Outcome {
    const outcomes = parts.map((part) => this.foldPart(part));
    const outcome = either(outcomes);
    if (outcome !== "row") return outcome;
    const atoms = parts.map((part) => describeAtom(part, this.names)).filter((atom) => atom !== undefined);
    return coversEverything(atoms) ? "true" : "row";
  }

  #foldLeaf(value: unknown): Outcome {
    const { type, node } = typedNodeOf(value);
    switch (type) {
      case "A_Const":
        return foldConstant(node);
      case "TypeCast":
      case "CollateClause":
        return this.fold(node["arg"]);
      case "ColumnRef":
        return this.#foldColumn(node);
      case "A_Expr":
        return foldComparison(node, this);
      case "NullTest":
        return foldNullTest(node, this);
      case "BooleanTest":
        return foldBooleanTest(node, this);
      case "CoalesceExpr":
        return foldCoalesce(node, this);
      case "CaseExpr":
        return foldCase(node, this);
      case "SubLink":
        return foldSubquery(node, this);
      default:
        return dependsOnRow(value, this.names) ? "row" : "any";
    }
  }

  /** Some servers take a quoted name for a text where no column is called so. */
  #foldColumn(node: Node): Outcome {
    if (truthOfConstant(readColumn(node).name) !== undefined) return "any";
    return isOwnColumn(node, this.names) ? "row" : "any";
  }
}

function foldConstant(node: Node): Outcome {
  const constant = readConstant(node);
  if (constant === null) return "null";
  const truth = constant === undefined ? undefined : truthOfConstant(constant);
  if (truth === undefined) return "any";
  return truth ? "true" : "false";
}

/** What a part is joined of, NOT applied to each; undefined for a condition that isn't joined. */
function takeApart({ value, isNegated }: Part): Joined | undefined {
  const { type, node } = typedNodeOf(value);
  if (type === "BoolExpr") {
    const parts = listOf(node["args"]);
    const operator = textOf(node["boolop"]);
    if (operator === "NOT_EXPR")
      return { join: "and", parts: parts.map((arg) => ({ value: arg, isNegated: !isNegated })) };
    return joinParts(operator === "OR_EXPR" ? "or" : "and", parts, isNegated);
  }
  const sugar = type === "A_Expr" ? desugar(node) : undefined;
  if (sugar === undefined) return undefined;
  return sugar.join === "not"
    ? joinParts("and", sugar.parts, !isNegated)
    : joinParts(sugar.join, sugar.parts, isNegated);
}

/** NOT turns AND into OR and the other way round. */
function joinParts(join: "and" | "or", values: readonly unknown[], isNegated: boolean): Joined {
  const parts = values.map((value) => ({ value, isNegated }));
  return { join: (join === "or") === isNegated ? "and" : "or", parts };
}

/** The parts of an OR, those of an OR inside of it too. */
function flatten(parts: readonly Part[]): readonly Part[] {
  return parts.flatMap((part) => {
    const joined = takeApart(part);
    return joined?.join === "or" || joined?.parts.length === 1 ? flatten(joined.parts) : [part];
  });
}
