import type { MatchedRule } from "../../contract/policy.ts";
import type { PolicyRule, RuleEffect, TieOrder } from "./document/document.ts";
import type { Condition } from "./match/condition.ts";
import { compareStrictness } from "./strictness.ts";

/** What a rule says about a call that it matches. */
export interface Answer {
  readonly rule: PolicyRule;
  /** Weaker than the rule's own where nobody can tell whether the rule matches. */
  readonly effect: RuleEffect;
  /** Whether nobody can tell before the call runs. */
  readonly isUncertain: boolean;
  /** How verdicts speak of it. */
  readonly matched: Readonly<MatchedRule>;
}

/** Conditions all of which must hold, sorted by what they look at. */
export interface RankedAlternative {
  /** Those that look at nothing but the action's name. */
  readonly onName: readonly Condition[];
  /** All others. */
  readonly onCall: readonly Condition[];
}

/** A rule as it is asked. */
export interface RankedRule {
  readonly rule: PolicyRule;
  /** Its place in the order, counted from 0. */
  readonly rank: number;
  readonly alternatives: readonly RankedAlternative[];
  /** What it says when it surely matches. */
  readonly certain: Answer;
  /** What it says when it may match; undefined for a rule that permits, which then says nothing. */
  readonly uncertain: Answer | undefined;
}

/** Rules in the order in which they decide. */
export function rankRules(rules: readonly PolicyRule[], order: TieOrder): readonly RankedRule[] {
  // Sorting is stable: what compares equal keeps the document's order.
  return [...rules].sort((left, right) => compareRules(left, right, order)).map(rankRule);
}

/** The lower priority number first; among equals the more restrictive effect, unless the document's order settles it. */
export function compareRules(left: PolicyRule, right: PolicyRule, order: TieOrder): number {
  if (left.priority !== right.priority) return left.priority - right.priority;
  return order === "first_match" ? 0 : compareStrictness(right.effect, left.effect);
}

function rankRule(rule: PolicyRule, rank: number): RankedRule {
  const { name, effect, priority } = rule;
  const alternatives = rule.alternatives.map((conditions) => ({
    onName: conditions.filter(({ isOnName }) => isOnName === true),
    onCall: conditions.filter(({ isOnName }) => isOnName !== true),
  }));
  const certain = { rule, effect, isUncertain: false, matched: Object.freeze({ rule: name, effect, priority }) };
  return { rule, rank, alternatives, certain, uncertain: effect === "allow" ? undefined : weaken(rule, effect) };
}

/** What a restricting rule says that may match: that a person should look, or what it says anyway if that is less. */
function weaken(rule: PolicyRule, own: Exclude<RuleEffect, "allow">): Answer {
  const effect = own === "deny" ? "require_approval" : own;
  const matched = Object.freeze({ rule: rule.name, effect, priority: rule.priority, uncertain: true as const });
  return { rule, effect, isUncertain: true, matched };
}
