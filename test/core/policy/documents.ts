import {
  checkPolicy,
  type CompiledPolicy,
  type CompileOptions,
  compilePolicy,
  parsePolicy,
  type PolicyCall,
  type PolicyFault,
} from "countersign/policy";
import type { ApprovalStage, ApprovalTerms } from "../../../src/contract/approval-terms.ts";

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

/** Terms of one stage as verdicts tell them: the default ones but for what is given. */
export function termsOf(stage: Partial<ApprovalStage> = {}, rest: Partial<ApprovalTerms> = {}): ApprovalTerms {
  return {
    stages: [{ approvers: ["role:approver"], approve: 1, deny: 1, ...stage }],
    decideByMs: 86_400_000,
    exclude: ["requester"],
    requireReason: false,
    onDrift: "ask_again",
    ...rest,
  };
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
