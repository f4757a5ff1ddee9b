import type { ASTNode } from "@marcbachmann/cel-js";
import type { CallFacts } from "../../call.ts";
import { MAX_CONDITION_STEPS } from "../../limits.ts";
import type { Truth } from "../../truth.ts";
import type { MatchContext } from "../condition.ts";
import { compilePart } from "./compile.ts";
import { childrenOf, type Part, placeOf } from "./nodes.ts";
import { parseCel } from "./parse-cel.ts";
import type { CelFault, Scope } from "./scope.ts";
import { type CelResult, type Evaluation, FAILED } from "./value.ts";
import { VARIABLES } from "./variables.ts";

/** A condition in CEL, ready to be asked. */
export interface CelCondition {
  /** Whether it holds; what fails, such as a missing key, can't be known. Never throws. */
  readonly holds: (facts: CallFacts) => Truth;
  /** What it looks at, as `input.amount = 5` in JSON. */
  readonly sees: (facts: CallFacts) => string[];
}

/**
 * Reads a condition. Its syntax and types are the library's business; it is evaluated by parts of our own, whose work is
 * bounded and for which every key of an input is an ordinary one.
 */
export function readCel(
  expression: string,
  context: Pick<MatchContext, "budget" | "sets">,
): { readonly condition: CelCondition } | { readonly faults: readonly CelFault[] } {
  const parsed = parseCel(expression);
  if ("fault" in parsed) return { faults: [parsed.fault] };
  const scope: Scope = { context, itemName: undefined, faults: [], compile: compilePart };
  const part = compilePart(parsed.node, scope);
  if (scope.faults.length > 0) return { faults: scope.faults };
  const places = findPlaces(parsed.node, scope);
  const asksInput = [...places.keys()].some((place) => /^input\b/.test(place));
  return {
    condition: {
      holds: (facts) => (asksInput && facts.facets.input.isCut ? "unknown" : evaluateCondition(part, facts)),
      sees: (facts) => [...places].flatMap(([place, seen]) => showPlace(place, evaluatePart(seen, facts))),
    },
  };
}

function evaluateCondition(part: Part, facts: CallFacts): Truth {
  const answer = evaluatePart(part, facts);
  if (answer === true) return "yes";
  return answer === false ? "no" : "unknown";
}

function evaluatePart(part: Part, facts: CallFacts): CelResult {
  const evaluation: Evaluation = { facts, item: null, stepsLeft: MAX_CONDITION_STEPS };
  const result = part(evaluation);
  return evaluation.stepsLeft < 0 ? FAILED : result;
}

/** The places of the call that an expression speaks of, by how they are written. */
function findPlaces(node: ASTNode, scope: Scope): ReadonlyMap<string, Part> {
  const place = placeOf(node);
  if (place !== undefined) {
    const [variable = ""] = /^\w+/.exec(place) ?? [];
    return new Map(VARIABLES.has(variable) ? [[place, compilePart(node, scope)]] : []);
  }
  return new Map(childrenOf(node).flatMap((child) => [...findPlaces(child, scope)]));
}

function showPlace(place: string, value: CelResult): string[] {
  return value === FAILED ? [] : [`${place} = ${JSON.stringify(value)}`];
}
