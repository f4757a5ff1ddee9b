import type { MatchedRule } from "../../contract/policy.ts";
import type { CallFacts } from "./call.ts";
import type { ParsedPolicy, PolicyRule, TieOrder } from "./document/document.ts";
import type { Condition } from "./match/match-fields.ts";
import { compareStrictness } from "./strictness.ts";

/** A document's rules in the order in which they decide, reachable by action name without looking at the others. */
export interface RuleIndex {
  /** First the rule that decides before all others. */
  readonly ranked: readonly RankedRule[];
  /** Ranks of the rules that hold for named actions only, ascending, by name. */
  readonly ranksByAction: ReadonlyMap<string, readonly number[]>;
  /** Ranks of the rules that could hold for any action, ascending. */
  readonly scannedRanks: readonly number[];
}

/** A rule with what the index left to test. */
interface RankedRule {
  readonly rule: PolicyRule;
  /** Conditions that finding the rule by its action's name has not settled. */
  readonly untested: readonly Condition[];
  /** How verdicts speak of it. */
  readonly matched: Readonly<MatchedRule>;
}

/** The rules that matched a call. */
export interface RuleMatches {
  /** The enforced rule that decides; undefined when none matched. */
  readonly decider: PolicyRule | undefined;
  /** Enforced rules that matched, the deciding one first. */
  readonly matched: MatchedRule[];
  /** Shadow rules that matched. */
  readonly shadow: MatchedRule[];
}

const NO_RANKS: readonly number[] = [];

/** Puts a document's rules into deciding order and files them by action name. */
export function createRuleIndex({ rules, order }: ParsedPolicy): RuleIndex {
  const ranksByAction = new Map<string, number[]>();
  const scannedRanks: number[] = [];
  // Sorting is stable: what compares equal keeps the document's order.
  const sorted = [...rules].sort((left, right) => compareRules(left, right, order));
  for (const [rank, rule] of sorted.entries()) {
    const names = findOnlyActions(rule);
    if (names === undefined) scannedRanks.push(rank);
    else for (const name of names) append(ranksByAction, name, rank);
  }
  return { ranked: sorted.map(rankRule), ranksByAction, scannedRanks };
}

/** Asks every rule that could match, in deciding order. */
export function findMatches(index: RuleIndex, facts: CallFacts): RuleMatches {
  const { ranked, scannedRanks } = index;
  const named = index.ranksByAction.get(facts.action) ?? NO_RANKS;
  const matched: MatchedRule[] = [];
  const shadow: MatchedRule[] = [];
  let decider: PolicyRule | undefined;
  let namedAt = 0;
  let scannedAt = 0;
  while (namedAt < named.length || scannedAt < scannedRanks.length) {
    const nextNamed = named[namedAt] ?? Infinity;
    const nextScanned = scannedRanks[scannedAt] ?? Infinity;
    if (nextNamed < nextScanned) namedAt += 1;
    else scannedAt += 1;
    const candidate = ranked[Math.min(nextNamed, nextScanned)];
    if (candidate === undefined || !holdsAll(candidate.untested, facts)) continue;
    (candidate.rule.enforce ? matched : shadow).push(candidate.matched);
    if (candidate.rule.enforce) decider ??= candidate.rule;
  }
  return { decider, matched, shadow };
}

/** The lower priority number first; among equals the more restrictive effect, unless the document's order settles it. */
function compareRules(left: PolicyRule, right: PolicyRule, order: TieOrder): number {
  if (left.priority !== right.priority) return left.priority - right.priority;
  return order === "first_match" ? 0 : compareStrictness(right.effect, left.effect);
}

function rankRule(rule: PolicyRule): RankedRule {
  const { name, effect, priority } = rule;
  const untested = rule.conditions.filter((condition) => condition.onlyActions === undefined);
  return { rule, untested, matched: Object.freeze({ rule: name, effect, priority }) };
}

function findOnlyActions(rule: PolicyRule): ReadonlySet<string> | undefined {
  return rule.conditions.find((condition) => condition.onlyActions !== undefined)?.onlyActions;
}

function append(ranks: Map<string, number[]>, name: string, rank: number): void {
  const known = ranks.get(name);
  if (known === undefined) ranks.set(name, [rank]);
  else known.push(rank);
}

function holdsAll(conditions: readonly Condition[], facts: CallFacts): boolean {
  for (const condition of conditions) if (!condition.holds(facts)) return false;
  return true;
}
