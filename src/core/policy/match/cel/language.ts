import { Environment } from "@marcbachmann/cel-js";
import { MAX_CONDITION_CHARS, MAX_CONDITION_DEPTH } from "../../limits.ts";

/** What expressions of one kind can speak of. */
export interface CelLanguage {
  /** The names of their variables. */
  readonly names: ReadonlySet<string>;
  /** Those whose members are always there, and empty where there is nothing: for `has` such a member is absent. */
  readonly forms: ReadonlySet<string>;
  /** The library's parser and type checker for them; made when it is first asked for. */
  readonly environment: () => Environment;
}

/** A variable's type as CEL names it, or the types of its members. */
type VariableType = string | { readonly schema: Readonly<Record<string, string>> };

/** Makes the language of these variables. JSON has one type of number, so the operators that CEL lacks for mixed ones are added. */
export function createLanguage(variables: Readonly<Record<string, VariableType>>): CelLanguage {
  let environment: Environment | undefined;
  const entries = Object.entries(variables);
  return {
    names: new Set(entries.map(([name]) => name)),
    forms: new Set(entries.flatMap(([name, type]) => (typeof type === "string" ? [] : [name]))),
    environment: () => (environment ??= createEnvironment(entries)),
  };
}

function createEnvironment(variables: readonly (readonly [string, VariableType])[]): Environment {
  const environment = new Environment({
    homogeneousAggregateLiterals: false,
    limits: { maxDepth: MAX_CONDITION_DEPTH, maxAstNodes: MAX_CONDITION_CHARS },
  });
  for (const [name, type] of variables) {
    if (typeof type === "string") environment.registerVariable(name, type);
    else environment.registerVariable(name, { schema: { ...type.schema } });
  }
  const mixed = ["+", "-", "*", "/", "%"].flatMap((operator) => [`int ${operator} double`, `double ${operator} int`]);
  // Expressions are only read here, never evaluated.
  for (const signature of [...mixed, "double % double"]) environment.registerOperator(signature, () => 0);
  return environment;
}
