import type { ASTNode } from "@marcbachmann/cel-js";
import type { MatchContext } from "../condition.ts";
import type { CelLanguage } from "./language.ts";
import type { Part } from "./nodes.ts";
import { FAILED } from "./value.ts";

/** What is wrong with an expression. */
export interface CelFault {
  /** For people. */
  readonly message: string;
  /** What would be right, when that is known. */
  readonly hint?: string | undefined;
  /** Index of the first character that it is about. */
  readonly start: number;
}

/** The document that an expression stands in: what its regexes may cost, and its named lists. */
export type CelContext = Pick<MatchContext, "budget" | "sets">;

/** What the parts of an expression are compiled with. */
export interface Scope {
  readonly context: CelContext;
  /** What the expression can speak of. */
  readonly language: CelLanguage;
  /** The name that a macro gives to what it looks at; undefined outside of one. */
  readonly itemName: string | undefined;
  /** Collects what is wrong. */
  readonly faults: CelFault[];
  /** Compiles a part. */
  readonly compile: (node: ASTNode, scope: Scope) => Part;
}

/** What is wrong, without the place. */
type FaultText = Pick<CelFault, "message" | "hint">;

/** Notes a fault at an expression; the part that it gives is never evaluated. */
export function failPart({ faults }: Scope, { start }: Pick<ASTNode, "start">, fault: FaultText): Part {
  faults.push({ ...fault, start });
  return () => FAILED;
}
