import {
  checkPolicy,
  type CompiledPolicy,
  type CompileOptions,
  compilePolicy,
  parsePolicy,
  type PolicyCall,
  type PolicyFault,
} from "countersign/policy";

/** Compiles a document given by its rules, each with a name made from its place unless it has one. */
export function compileRules(
  rules: readonly Readonly<Record<string, unknown>>[],
  rest: Readonly<Record<string, unknown>> = {},
  options: CompileOptions = {},
): CompiledPolicy {
  const named = rules.map((rule, index) => ({ name: `rule ${index}`, ...rule }));
  return compilePolicy(parsePolicy({ version: 1, ...rest, rules: named }), options);
}

/** A call of `billing.issue_refund` by an agent, with changes. */
export function buildCall(changes: Partial<PolicyCall> = {}): PolicyCall {
  return { action: "billing.issue_refund", input: {}, ...changes };
}

/** A list of nothing but holes. */
export function buildHoles(length: number): unknown[] {
  const holes: unknown[] = [];
  holes.length = length;
  return holes;
}

/** A document's faults; fails the test when it has none. */
export function faultsOf(source: unknown): readonly PolicyFault[] {
  const check = checkPolicy(source);
  if ("document" in check) throw new Error("The document has no faults");
  return check.faults;
}

/** The faults of a document with one rule, whose `match` is given. */
export function faultsOfMatch(match: unknown): readonly PolicyFault[] {
  return faultsOf({ version: 1, rules: [{ name: "only", effect: "deny", match }] });
}
