import { type ASTNode, ParseError, TypeError as CelTypeError } from "@marcbachmann/cel-js";
import { MAX_CONDITION_CHARS, MAX_CONDITION_DEPTH } from "../../limits.ts";
import type { CelLanguage } from "./language.ts";
import { isDeeperThan } from "./nodes.ts";
import type { CelFault } from "./scope.ts";

/** Reads an expression and checks its types; it answers true or false, unless it is of a type that only the input tells. */
export function parseCel(
  expression: string,
  language: CelLanguage,
): { readonly node: ASTNode } | { readonly fault: CelFault } {
  if (expression.length > MAX_CONDITION_CHARS) {
    return { fault: { message: `A condition has at most ${MAX_CONDITION_CHARS} characters`, start: 0 } };
  }
  try {
    const parsed = language.environment().parse(expression);
    if (isDeeperThan(parsed.ast, MAX_CONDITION_DEPTH)) {
      return { fault: { message: `A condition is nested at most ${MAX_CONDITION_DEPTH} levels deep`, start: 0 } };
    }
    const { error, type } = parsed.check();
    if (error !== undefined) throw error;
    if (type === "bool" || type === "dyn") return { node: parsed.ast };
    return { fault: { message: `The condition must be true or false, and this is of type ${type}`, start: 0 } };
  } catch (error) {
    return { fault: describeError(error) };
  }
}

function describeError(error: unknown): CelFault {
  const isKnown = error instanceof ParseError || error instanceof CelTypeError;
  if (!isKnown) return { message: "The condition can't be read", start: 0 };
  const { summary, range } = error;
  return { message: `The condition is not valid: ${summary}`, start: range?.start ?? 0 };
}
