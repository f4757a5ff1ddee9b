import type { CallFacts } from "./call.ts";
import type { ParsedPolicy, PolicyRule, RuleEffect } from "./document/document.ts";
import type { MatchFieldName } from "./match/match-fields.ts";

/** Why one rule did or didn't match a call. */
export interface RuleExplanation {
  /** Index of the rule's document among those that were compiled. */
  readonly document: number;
  /** The rule's name. */
  readonly rule: string;
  /** What it would make of a call that it decides. */
  readonly effect: RuleEffect;
  /** The lower number decides first. */
  readonly priority: number;
  /** False for a shadow rule. */
  readonly enforce: boolean;
  /** Whether all of its conditions hold. */
  readonly matched: boolean;
  /** Whether the verdict is this rule's. */
  readonly decided: boolean;
  /** The first condition that doesn't hold; absent when the rule matched, or when the call couldn't be read. */
  readonly failed?: FailedCondition;
}

/** A condition that doesn't hold. */
export interface FailedCondition {
  /** The field of `match`. */
  readonly field: MatchFieldName;
  /** What the rule asks for, any of these. */
  readonly expected: readonly string[];
  /** What the call has there; absent when it has nothing. */
  readonly saw?: string | readonly string[];
}

/** What explanations are made from. */
interface Explained {
  /** Undefined when the call couldn't be read: then nothing matched. */
  readonly facts: CallFacts | undefined;
  readonly decider: PolicyRule | undefined;
}

/** Explains every rule of the documents, in their order. */
export function explainRules(documents: readonly ParsedPolicy[], { facts, decider }: Explained): RuleExplanation[] {
  return documents.flatMap(({ rules }, document) =>
    rules.map((rule) => {
      const failed = facts && findFailed(rule, facts);
      const { name, effect, priority, enforce } = rule;
      const matched = facts !== undefined && failed === undefined;
      const base = { document, rule: name, effect, priority, enforce, matched, decided: rule === decider };
      return failed === undefined ? base : { ...base, failed };
    }),
  );
}

function findFailed(rule: PolicyRule, facts: CallFacts): FailedCondition | undefined {
  const condition = rule.conditions.find((candidate) => !candidate.holds(facts));
  if (condition === undefined) return undefined;
  const { field, expected } = condition;
  const saw = condition.sees(facts);
  return saw === undefined ? { field, expected } : { field, expected, saw };
}
