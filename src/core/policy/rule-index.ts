import type { MatchedRule } from "../../contract/policy.ts";
import type { CallFacts } from "./call.ts";
import { type Candidate, Candidates } from "./candidates.ts";
import type { ParsedPolicy, PolicyRule } from "./document/document.ts";
import type { Condition } from "./match/condition.ts";
import { type Answer, rankRules, type RankedRule } from "./ranked-rule.ts";
import type { Truth } from "./truth.ts";

/** The rules that matched a call. */
export interface RuleMatches {
  /** The answers of which the strictest is given, in deciding order: those of rules that may match, then of the first that does. */
  readonly answers: readonly Answer[];
  /** Enforced rules that matched or may match, in deciding order. */
  readonly matched: MatchedRule[];
  /** Shadow rules that matched or may match. */
  readonly shadow: MatchedRule[];
  /** Enforced rules with limits that matched or may match. */
  readonly limited: readonly PolicyRule[];
}

/** Action names whose candidates are kept at most. Our choice: more than a registry has, and all of them together stay small. */
const MAX_KEPT_NAMES = 1_000;
/** Characters of a name whose candidates are kept. Equal to what a registered action's name can have. */
const MAX_KEPT_NAME_CHARS = 200;

const NO_RULES: readonly PolicyRule[] = [];

/**
 * A document's rules, filed so that a call looks only at those that its action's name doesn't rule out. What a name rules
 * out depends on nothing else, so it is found once and kept.
 */
export class RuleIndex {
  /** The rules that hold for named actions only, by name. */
  readonly #named = new Map<string, RankedRule[]>();
  /** The rules that could hold for any action. */
  readonly #others: RankedRule[] = [];
  readonly #kept = new Map<string, Candidates>();

  constructor({ rules, order }: Pick<ParsedPolicy, "rules" | "order">) {
    for (const ranked of rankRules(rules, order)) {
      const names = findOnlyActions(ranked.rule);
      if (names === undefined) this.#others.push(ranked);
      else for (const name of names) append(this.#named, name, ranked);
    }
  }

  /** Asks every rule that could match, in deciding order. */
  findMatches(facts: CallFacts): RuleMatches {
    const answers: Answer[] = [];
    const matched: MatchedRule[] = [];
    const shadow: MatchedRule[] = [];
    let limited = NO_RULES;
    let isSettled = false;
    for (const { ranked, alternatives } of this.#findCandidates(facts).select(facts)) {
      const truth = testAlternatives(alternatives, facts);
      if (truth === "no") continue;
      const { rule } = ranked;
      if (rule.enforce && rule.limits !== undefined) limited = [...limited, rule];
      const answer = truth === "yes" ? ranked.certain : ranked.uncertain;
      if (answer === undefined) continue;
      (rule.enforce ? matched : shadow).push(answer.matched);
      if (isSettled || !rule.enforce) continue;
      answers.push(answer);
      isSettled = truth === "yes";
    }
    return { answers, matched, shadow, limited };
  }

  #findCandidates(facts: CallFacts): Candidates {
    const kept = this.#kept.get(facts.action);
    if (kept !== undefined) return kept;
    const rules = [...(this.#named.get(facts.action) ?? []), ...this.#others];
    rules.sort((left, right) => left.rank - right.rank);
    const candidates = new Candidates(rules.flatMap((ranked) => findCandidate(ranked, facts)));
    if (facts.action.length <= MAX_KEPT_NAME_CHARS) {
      if (this.#kept.size >= MAX_KEPT_NAMES) this.#kept.clear();
      this.#kept.set(facts.action, candidates);
    }
    return candidates;
  }
}

/** The rule with what is left to ask, unless the action's name rules it out. */
function findCandidate(ranked: RankedRule, facts: CallFacts): readonly Candidate[] {
  const left = ranked.alternatives.filter(({ onName }) => testAll(onName, facts) !== "no");
  return left.length === 0 ? [] : [{ ranked, alternatives: left.map(({ onCall }) => onCall) }];
}

/** Whether a rule matches: whether all conditions of one of its alternatives hold. */
export function testAlternatives(alternatives: readonly (readonly Condition[])[], facts: CallFacts): Truth {
  let answer: Truth = "no";
  for (const conditions of alternatives) {
    const truth = testAll(conditions, facts);
    if (truth === "yes") return truth;
    if (truth === "unknown") answer = truth;
  }
  return answer;
}

function testAll(conditions: readonly Condition[], facts: CallFacts): Truth {
  let answer: Truth = "yes";
  for (const condition of conditions) {
    const truth = condition.holds(facts);
    if (truth === "no") return truth;
    if (truth === "unknown") answer = truth;
  }
  return answer;
}

/** The names with which the rule can match; undefined when it could match with others. */
export function findOnlyActions({ alternatives }: Pick<PolicyRule, "alternatives">): ReadonlySet<string> | undefined {
  const names = new Set<string>();
  for (const conditions of alternatives) {
    const only = conditions.find((condition) => condition.onlyActions !== undefined)?.onlyActions;
    if (only === undefined) return undefined;
    for (const name of only) names.add(name);
  }
  return names;
}

function append(rules: Map<string, RankedRule[]>, name: string, rule: RankedRule): void {
  const known = rules.get(name);
  if (known === undefined) rules.set(name, [rule]);
  else known.push(rule);
}
