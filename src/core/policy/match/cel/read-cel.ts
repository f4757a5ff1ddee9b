import type { ASTNode } from "@marcbachmann/cel-js";
import { MAX_CONDITION_STEPS } from "../../limits.ts";
import type { Truth } from "../../truth.ts";
import { compilePart } from "./compile.ts";
import type { CelLanguage } from "./language.ts";
import { childrenOf, type Part, placeOf } from "./nodes.ts";
import { parseCel } from "./parse-cel.ts";
import type { CelContext, CelFault, Scope } from "./scope.ts";
import { type CelResult, type Evaluation, FAILED, type Lookup } from "./value.ts";

/** A condition in CEL, ready to be asked. */
export interface CelCondition {
  /** The places that it speaks of, as they are written: `input.items[0].price`. */
  readonly places: readonly string[];
  /** Whether it holds; what fails, such as a missing key, can't be known. Never throws. */
  readonly ask: (lookUp: Lookup) => Truth;
  /** What it looks at, as `input.amount = 5` in JSON. */
  readonly show: (lookUp: Lookup) => string[];
}

/** What a condition is read with. */
export interface CelReading extends CelContext {
  /** What it can speak of. */
  readonly language: CelLanguage;
}

/**
 * Reads a condition. Its syntax and types are the library's business; it is evaluated by parts of our own, whose work is
 * bounded and for which every key of an input is an ordinary one.
 */
export function readCel(
  expression: string,
  { language, ...context }: CelReading,
): { readonly condition: CelCondition } | { readonly faults: readonly CelFault[] } {
  const parsed = parseCel(expression, language);
  if ("fault" in parsed) return { faults: [parsed.fault] };
  const scope: Scope = { context, language, itemName: undefined, faults: [], compile: compilePart };
  const part = compilePart(parsed.node, scope);
  if (scope.faults.length > 0) return { faults: scope.faults };
  const places = findPlaces(parsed.node, scope);
  return {
    condition: {
      places: [...places.keys()],
      ask: (lookUp) => toTruth(evaluatePart(part, lookUp)),
      show: (lookUp) => [...places].flatMap(([place, seen]) => showPlace(place, evaluatePart(seen, lookUp))),
    },
  };
}

function toTruth(answer: CelResult): Truth {
  if (answer === true) return "yes";
  return answer === false ? "no" : "unknown";
}

function evaluatePart(part: Part, lookUp: Lookup): CelResult {
  const evaluation: Evaluation = { lookUp, item: null, stepsLeft: MAX_CONDITION_STEPS };
  const result = part(evaluation);
  return evaluation.stepsLeft < 0 ? FAILED : result;
}

/** The places of its variables that an expression speaks of, by how they are written. */
function findPlaces(node: ASTNode, scope: Scope): ReadonlyMap<string, Part> {
  const place = placeOf(node);
  if (place !== undefined) {
    const [variable = ""] = /^\w+/.exec(place) ?? [];
    return new Map(scope.language.names.has(variable) ? [[place, compilePart(node, scope)]] : []);
  }
  return new Map(childrenOf(node).flatMap((child) => [...findPlaces(child, scope)]));
}

function showPlace(place: string, value: CelResult): string[] {
  return value === FAILED ? [] : [`${place} = ${JSON.stringify(value)}`];
}
