import { forEachChild, type SyntaxNode } from "unbash";
import { spendCharsAgain } from "../reading.ts";
import type { WordContext } from "./word-context.ts";

/** Gathers the substitutions below a node whose own value can't be known, such as `${X:-$(…)}` or `$((…))`. */
export function gatherScripts(context: WordContext, node: SyntaxNode): void {
  // The parser looks at what stands inside only now.
  if (!spendCharsAgain(context.reading, node.end - node.pos)) return;
  switch (node.type) {
    case "CommandExpansion":
    case "ProcessSubstitution":
    case "ArithmeticCommandExpansion":
      if (node.script !== undefined) context.scripts.push(node.script);
      return;
    default:
      forEachChild(node, (child) => gatherScripts(context, child));
  }
}
