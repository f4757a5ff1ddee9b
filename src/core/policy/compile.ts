import type { Verdict } from "../../contract/policy.ts";
import { type CallFacts, type PolicyCall, readCall } from "./call.ts";
import {
  type CompiledDocument,
  createDenial,
  createVerdict,
  decideByDocument,
  describeMissingScopes,
  type DocumentDecision,
  findMissingScopes,
  pickStricter,
} from "./decide.ts";
import type { DefaultEffect, ParsedPolicy } from "./document/document.ts";
import { explainRules, type RuleExplanation } from "./explain.ts";
import { createPolicyError, isParsedPolicy } from "./parse.ts";
import { createRuleIndex } from "./rule-index.ts";

/** A policy ready to be asked. Immutable, without clock or I/O: one may serve any number of calls at once. */
export interface CompiledPolicy {
  /**
   * Decides a call. Never throws and never changes the call; one that can't be read is denied.
   * Scopes that the action requires are checked before any rule; limits, grants and self-approval are not its business.
   */
  evaluate(call: PolicyCall): Verdict;
  /** Says for every rule, in document order, whether it matched, and which condition failed first. Never throws. */
  explain(call: PolicyCall): readonly RuleExplanation[];
}

/** What a policy is compiled with. */
export interface CompileOptions {
  /** The effect where no rule decides and the document itself names no default; `deny` unless given. */
  readonly defaultEffect?: DefaultEffect | undefined;
}

/**
 * Compiles one document, or several that must all agree: each decides alone and the strictest answer wins.
 * Give the document of the wider circle first: where documents ask for approval by different people, its approvers stand.
 * @throws CountersignError `invalid_policy` for anything that `parsePolicy` didn't make, for no document, and for an unknown default
 */
export function compilePolicy(
  documents: ParsedPolicy | readonly ParsedPolicy[],
  { defaultEffect = "deny" }: CompileOptions = {},
): CompiledPolicy {
  const parsed = isParsedPolicy(documents) ? [documents] : checkDocuments(documents);
  if (defaultEffect !== "allow" && defaultEffect !== "deny" && defaultEffect !== "require_approval") {
    throw createPolicyError([{ message: "The default effect must be one of allow, deny, require_approval", path: "" }]);
  }
  const compiled = parsed.map((document) => ({
    index: createRuleIndex(document),
    fallback: document.defaultEffect ?? defaultEffect,
  }));
  return {
    evaluate: (call) => evaluateCall(compiled, call),
    explain: (call) => explainCall(parsed, compiled, call),
  };
}

/** The steps from a call to its strictest decision, or to the denial that comes before any rule. */
type Evaluation =
  | { readonly facts: CallFacts | undefined; readonly denial: Verdict }
  | {
      readonly facts: CallFacts;
      readonly decisions: readonly DocumentDecision[];
      readonly strictest: DocumentDecision;
    };

function evaluateCall(documents: readonly CompiledDocument[], call: PolicyCall): Verdict {
  const evaluation = runEvaluation(documents, call);
  return "denial" in evaluation ? evaluation.denial : createVerdict(evaluation.strictest, evaluation.decisions);
}

function explainCall(
  parsed: readonly ParsedPolicy[],
  documents: readonly CompiledDocument[],
  call: PolicyCall,
): readonly RuleExplanation[] {
  const evaluation = runEvaluation(documents, call);
  const decider = "denial" in evaluation ? undefined : evaluation.strictest.rule;
  return explainRules(parsed, { facts: evaluation.facts, decider });
}

function runEvaluation(documents: readonly CompiledDocument[], call: PolicyCall): Evaluation {
  const facts = readCall(call);
  if ("fault" in facts) return { facts: undefined, denial: createDenial(facts.fault) };
  const missing = findMissingScopes(facts);
  if (missing.length > 0) return { facts, denial: createDenial(describeMissingScopes(missing)) };
  const decisions = documents.map((document) => decideByDocument(document, facts));
  return { facts, decisions, strictest: decisions.reduce(pickStricter) };
}

function checkDocuments(documents: unknown): readonly ParsedPolicy[] {
  if (Array.isArray(documents) && documents.length > 0 && documents.every(isParsedPolicy)) return [...documents];
  throw createPolicyError([
    { message: "Only documents that parsePolicy made can be compiled, at least one", path: "" },
  ]);
}
