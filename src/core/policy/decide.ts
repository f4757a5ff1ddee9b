import type { ApprovalTerms } from "../../contract/approval-terms.ts";
import type { Effect, MatchedRule, Obligations, Verdict } from "../../contract/policy.ts";
import type { CallFacts } from "./call.ts";
import { copyApprovalTerms, DEFAULT_APPROVAL_TERMS } from "./document/approval-terms.ts";
import type { DefaultEffect } from "./document/document.ts";
import { type LimitTerms, mergeLimitTerms } from "./document/limit-terms.ts";
import { mergeApprovalTerms } from "./document/merge-approval-terms.ts";
import { mergeSanitizeTerms, type SanitizeTerms } from "./document/sanitize-terms.ts";
import type { Answer } from "./ranked-rule.ts";
import type { RuleIndex } from "./rule-index.ts";
import { compareStrictness } from "./strictness.ts";

/** A document ready to decide. */
export interface CompiledDocument {
  /** Its rules in deciding order. */
  readonly index: RuleIndex;
  /** Its effect where no rule of its own decides. */
  readonly fallback: DefaultEffect;
  /** Limits on every call. */
  readonly limits: LimitTerms | undefined;
}

/** What one document makes of a call. */
export interface DocumentDecision {
  /** Already raised when {@link DocumentDecision.raised} says so. */
  readonly effect: Effect;
  /** The answer that decided; undefined when the default did. */
  readonly answer: Answer | undefined;
  /** Whether the action itself asked for the approval that the document alone would not have asked for. */
  readonly raised: boolean;
  /** Terms that the document stands for; undefined when it has no opinion on them. */
  readonly terms: Readonly<ApprovalTerms> | undefined;
  /** Changes to the input that it wants. */
  readonly sanitize: SanitizeTerms | undefined;
  /** Limits that it wants to be kept. */
  readonly limits: LimitTerms | undefined;
  /** Enforced rules that matched or may match, in deciding order. */
  readonly matched: MatchedRule[];
  /** Shadow rules that matched or may match. */
  readonly shadow: MatchedRule[];
}

/** Scopes that the action requires and the actor lacks. */
export function findMissingScopes({ requiredScopes, scopes }: CallFacts): readonly string[] {
  return requiredScopes.length === 0 ? requiredScopes : requiredScopes.filter((scope) => !scopes.includes(scope));
}

/** Decides by one document alone. */
export function decideByDocument(document: CompiledDocument, facts: CallFacts): DocumentDecision {
  const { answers, matched, shadow, limited } = document.index.findMatches(facts);
  const answer = answers.length > 1 ? answers.reduce(pickStricterAnswer) : answers[0];
  const own = answer === undefined ? document.fallback : answer.effect;
  const raised = facts.approvalRequired && (own === "allow" || own === "sanitize");
  const usual = facts.approval ?? DEFAULT_APPROVAL_TERMS;
  let terms = answer === undefined && own === "require_approval" ? usual : undefined;
  let sanitize: SanitizeTerms | undefined;
  let { limits } = document;
  for (const each of answers) {
    terms = mergeBoth(terms, findTerms(each, usual), mergeApprovalTerms);
    sanitize = mergeBoth(sanitize, each.rule.sanitize, mergeSanitizeTerms);
  }
  for (const rule of limited) limits = mergeBoth(limits, rule.limits, mergeLimitTerms);
  return { effect: raised ? "require_approval" : own, answer, raised, terms, sanitize, limits, matched, shadow };
}

/** The stricter of two decisions; among equals the one that its document made itself, then one that a rule made, then the first. */
export function pickStricter(first: DocumentDecision, second: DocumentDecision): DocumentDecision {
  const difference = compareStrictness(second.effect, first.effect);
  if (difference !== 0) return difference > 0 ? second : first;
  if (first.raised !== second.raised) return first.raised ? second : first;
  return first.answer === undefined && second.answer !== undefined ? second : first;
}

/** The verdict of one or several documents, whose strictest decision is given; `own` are the action's terms for approvals of its calls. */
export function createVerdict(
  strictest: DocumentDecision,
  decisions: readonly DocumentDecision[],
  own: Readonly<ApprovalTerms> | undefined,
): Verdict {
  const { effect, answer } = strictest;
  const single = decisions.length === 1;
  const matched = single ? strictest.matched : decisions.flatMap((decision) => decision.matched);
  const shadow = single ? strictest.shadow : decisions.flatMap((decision) => decision.shadow);
  const obligations = effect === "deny" ? {} : mergeObligations(effect, decisions, own);
  const reason = describeReason(strictest);
  if (answer === undefined) return { effect, reason, matched, shadow, obligations, defaulted: true };
  return { effect, rule: answer.rule.name, reason, matched, shadow, obligations, defaulted: false };
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

const RULE_VERBS: Readonly<Record<Effect, string>> = {
  allow: "allows this call",
  deny: "denies this call",
  require_approval: "requires an approval of this call",
  sanitize: "changes this call's input",
};

function describeReason({ effect, answer, raised }: DocumentDecision): string {
  if (raised) return "The action requires an approval, whatever the rules allow";
  if (answer === undefined) return `No rule decides this call, so the default applies: ${effect}`;
  const { rule, isUncertain } = answer;
  const own = rule.reason ?? `The rule "${rule.name}" ${RULE_VERBS[rule.effect]}`;
  return isUncertain ? `A part of this call can't be known before it runs, and this may apply: ${own}` : own;
}

/** The stricter of two answers of one document; among equals of one priority the one whose rule means this very effect, then the first. */
function pickStricterAnswer(first: Answer, second: Answer): Answer {
  const difference = compareStrictness(second.effect, first.effect);
  if (difference !== 0 || first.rule.priority !== second.rule.priority) return difference > 0 ? second : first;
  return isWeakened(first) && !isWeakened(second) ? second : first;
}

function isWeakened({ rule, effect }: Answer): boolean {
  return effect !== rule.effect;
}

/**
 * Terms that an answer stands for: its rule's, or the usual ones where the rule asks and names none. One that allows, or that would
 * have denied, leaves them open unless its rule names some.
 */
function findTerms({ rule }: Answer, usual: Readonly<ApprovalTerms>): Readonly<ApprovalTerms> | undefined {
  return rule.approval ?? (rule.effect === "require_approval" ? usual : undefined);
}

/** What satisfies all documents and the action at once. */
function mergeObligations(
  effect: Effect,
  decisions: readonly DocumentDecision[],
  own: Readonly<ApprovalTerms> | undefined,
): Obligations {
  let terms: Readonly<ApprovalTerms> | undefined;
  let sanitize: SanitizeTerms | undefined;
  let limits: LimitTerms | undefined;
  for (const decision of decisions) {
    terms = mergeBoth(terms, decision.terms, mergeApprovalTerms);
    sanitize = mergeBoth(sanitize, decision.sanitize, mergeSanitizeTerms);
    limits = mergeBoth(limits, decision.limits, mergeLimitTerms);
  }
  const obligations: Obligations = {};
  if (effect === "require_approval") {
    obligations.approval = copyApprovalTerms(mergeBoth(terms, own, mergeApprovalTerms) ?? DEFAULT_APPROVAL_TERMS);
  }
  // Copies, so that a reader may do with them what it likes.
  if (sanitize !== undefined) obligations.sanitize = structuredClone(sanitize);
  if (limits !== undefined) obligations.limits = structuredClone(limits);
  return obligations;
}

/** Both by the stricter, or the one that there is. */
function mergeBoth<Terms>(
  first: Terms | undefined,
  second: Terms | undefined,
  merge: (first: Terms, second: Terms) => Terms,
): Terms | undefined {
  if (first === undefined) return second;
  return second === undefined ? first : merge(first, second);
}
