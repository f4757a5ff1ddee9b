import type { ApprovalTerms, MatchedRule, Verdict } from "../../contract/policy.ts";
import { DEFAULT_APPROVAL_TERMS, mergeApprovalTerms } from "./document/approval-terms.ts";
import type { CallFacts } from "./call.ts";
import type { DefaultEffect, PolicyRule } from "./document/document.ts";
import { findMatches, type RuleIndex } from "./rule-index.ts";
import { compareStrictness } from "./strictness.ts";

/** A document ready to decide. */
export interface CompiledDocument {
  /** Its rules in deciding order. */
  readonly index: RuleIndex;
  /** Its effect where no rule of its own decides. */
  readonly fallback: DefaultEffect;
}

/** What one document makes of a call. */
export interface DocumentDecision {
  /** Already raised when {@link DocumentDecision.raised} says so. */
  readonly effect: DefaultEffect;
  /** The rule that decided; undefined when the default did. */
  readonly rule: PolicyRule | undefined;
  /** Whether the action itself asked for the approval that the document alone would not have asked for. */
  readonly raised: boolean;
  /** Terms that the document stands for; undefined when it has no opinion on them. */
  readonly terms: Readonly<ApprovalTerms> | undefined;
  /** Enforced rules that matched, the deciding one first. */
  readonly matched: MatchedRule[];
  /** Shadow rules that matched. */
  readonly shadow: MatchedRule[];
}

/** Scopes that the action requires and the actor lacks. */
export function findMissingScopes({ requiredScopes, scopes }: CallFacts): readonly string[] {
  return requiredScopes.length === 0 ? requiredScopes : requiredScopes.filter((scope) => !scopes.includes(scope));
}

/** Decides by one document alone. */
export function decideByDocument(document: CompiledDocument, facts: CallFacts): DocumentDecision {
  const { decider: rule, matched, shadow } = findMatches(document.index, facts);
  const own = rule === undefined ? document.fallback : rule.effect;
  const raised = facts.approvalRequired && own === "allow";
  // A document that asks for an approval and names no terms means the default ones; one that allows leaves them open.
  const terms = rule?.approval ?? (own === "require_approval" ? DEFAULT_APPROVAL_TERMS : undefined);
  return { effect: raised ? "require_approval" : own, rule, raised, terms, matched, shadow };
}

/** The stricter of two decisions; among equals the one that its document made itself, then the first. */
export function pickStricter(first: DocumentDecision, second: DocumentDecision): DocumentDecision {
  const difference = compareStrictness(second.effect, first.effect);
  if (difference !== 0) return difference > 0 ? second : first;
  return first.raised && !second.raised ? second : first;
}

/** The verdict of one or several documents, whose strictest decision is given. */
export function createVerdict(strictest: DocumentDecision, decisions: readonly DocumentDecision[]): Verdict {
  const { effect, rule } = strictest;
  const single = decisions.length === 1;
  const matched = single ? strictest.matched : decisions.flatMap((decision) => decision.matched);
  const shadow = single ? strictest.shadow : decisions.flatMap((decision) => decision.shadow);
  const obligations = effect === "require_approval" ? { approval: mergeTerms(decisions) } : {};
  const reason = describeReason(strictest);
  if (rule === undefined) return { effect, reason, matched, shadow, obligations, defaulted: true };
  return { effect, rule: rule.name, reason, matched, shadow, obligations, defaulted: false };
}

/** A denial that no rule had to make: a malformed call, or scopes that are missing. */
export function createDenial(reason: string): Verdict {
  return { effect: "deny", reason, matched: [], shadow: [], obligations: {}, defaulted: false };
}

/** Why a call without its scopes is denied. */
export function describeMissingScopes(missing: readonly string[]): string {
  const scopes = missing.length === 1 ? `the scope ${missing[0]}` : `the scopes ${missing.join(", ")}`;
  return `The actor lacks ${scopes}, which the action requires`;
}

const RULE_VERBS: Readonly<Record<DefaultEffect, string>> = {
  allow: "allows this call",
  deny: "denies this call",
  require_approval: "requires an approval of this call",
};

function describeReason({ effect, rule, raised }: DocumentDecision): string {
  if (raised) return "The action requires an approval, whatever the rules allow";
  if (rule === undefined) return `No rule decides this call, so the default applies: ${effect}`;
  return rule.reason ?? `The rule "${rule.name}" ${RULE_VERBS[effect]}`;
}

/** Terms that satisfy every document that asks for the approval; a copy, so that a reader may do with it what it likes. */
function mergeTerms(decisions: readonly DocumentDecision[]): ApprovalTerms {
  let merged: Readonly<ApprovalTerms> | undefined;
  for (const { terms } of decisions) {
    if (terms !== undefined) merged = merged === undefined ? terms : mergeApprovalTerms(merged, terms);
  }
  const terms = merged ?? DEFAULT_APPROVAL_TERMS;
  return { ...terms, approvers: [...terms.approvers] };
}
