import { type CallFacts, readCall } from "../call.ts";
import type { Cursor } from "../document/cursor.ts";
import type { ParsedPolicy, PolicyRule } from "../document/document.ts";
import { toPlainValue } from "../document/document-tree.ts";
import { isSameValue } from "../document/is-same-value.ts";
import type { Condition } from "../match/condition.ts";
import { compareRules } from "../ranked-rule.ts";
import { findOnlyActions } from "../rule-index.ts";
import { NAME_FIELDS } from "./contradictions.ts";
import { listScalars, type RuleSource } from "./rule-source.ts";

/** Fields of which it is always known whether they hold. */
const KNOWN_FIELDS: ReadonlySet<string> = new Set([...NAME_FIELDS, "name_words"]);

/** An alternative of a rule, and the text of its fields; of a rule of an extended document there is none. */
interface Alternative {
  readonly conditions: readonly Condition[];
  readonly fields: ReadonlyMap<string, Cursor>;
}

/** An enforced rule and its place in deciding order. */
interface RankedRule {
  readonly rule: PolicyRule;
  readonly rank: number;
}

/** Says of rules of a document which other one decides whatever they could decide. */
export class Coverage {
  readonly #settings: ParsedPolicy["settings"];
  readonly #sources: ReadonlyMap<PolicyRule, RuleSource>;
  readonly #ranks: ReadonlyMap<PolicyRule, number>;
  /** Enforced rules that are for named actions only, by those names. */
  readonly #named = new Map<string, RankedRule[]>();
  /** The other enforced rules. */
  readonly #open: RankedRule[] = [];

  /** `sources` are the rules that stand in the document itself. */
  constructor({ rules, order, settings }: ParsedPolicy, sources: readonly RuleSource[]) {
    const sorted = [...rules].sort((left, right) => compareRules(left, right, order));
    this.#settings = settings;
    this.#sources = new Map(sources.map((source) => [source.rule, source]));
    this.#ranks = new Map(sorted.map((rule, rank) => [rule, rank]));
    for (const [rank, rule] of sorted.entries()) if (rule.enforce) this.#file({ rule, rank });
  }

  /** The first enforced rule that decides before this one whenever this one could decide; undefined where none surely does. */
  findCover(rule: PolicyRule): PolicyRule | undefined {
    const rank = this.#ranks.get(rule) ?? 0;
    const [name] = findOnlyActions(rule) ?? [];
    const candidates = [...(name === undefined ? [] : (this.#named.get(name) ?? [])), ...this.#open];
    const covers = candidates.filter((other) => other.rank < rank && this.#covers(other.rule, rule));
    return covers.sort((left, right) => left.rank - right.rank)[0]?.rule;
  }

  #file(ranked: RankedRule): void {
    const names = findOnlyActions(ranked.rule);
    if (names === undefined) this.#open.push(ranked);
    for (const name of names ?? []) {
      const known = this.#named.get(name);
      if (known === undefined) this.#named.set(name, [ranked]);
      else known.push(ranked);
    }
  }

  #covers(broad: PolicyRule, narrow: PolicyRule): boolean {
    const [broadOnes, narrowOnes] = [this.#alternativesOf(broad), this.#alternativesOf(narrow)];
    const mustBeKnown = isOutdoneByDoubt(broad, narrow);
    return narrowOnes.every((each) =>
      broadOnes.some((other) => (!mustBeKnown || isAlwaysKnown(other.conditions)) && this.#isImplied(other, each)),
    );
  }

  #alternativesOf(rule: PolicyRule): readonly Alternative[] {
    const source = this.#sources.get(rule);
    return rule.alternatives.map((conditions, index) => {
      const fields = source?.alternatives[index]?.fields;
      return { conditions, fields: fields ?? new Map<string, Cursor>() };
    });
  }

  /** Whether every call that fits the narrow one surely fits the broad one. */
  #isImplied(broad: Alternative, narrow: Alternative): boolean {
    return broad.conditions.every((condition) => {
      const other = narrow.conditions.find(({ field }) => field === condition.field);
      if (other === undefined) return false;
      return condition.field === "action"
        ? this.#includesActions(condition, other)
        : isFieldImplied(condition.field, broad.fields.get(condition.field), narrow.fields.get(condition.field));
    });
  }

  /** Whether all names and patterns of one condition are among the other's, exact names also by its patterns. */
  #includesActions(broad: Condition, narrow: Condition): boolean {
    const { onlyActions } = narrow;
    if (onlyActions === undefined) return narrow.expected.every((pattern) => broad.expected.includes(pattern));
    return [...onlyActions].every((action) => this.#holds(broad, action));
  }

  #holds(condition: Condition, action: string): boolean {
    const facts = readCall({ action, input: undefined }, this.#settings);
    return isFacts(facts) && condition.holds(facts) === "yes";
  }
}

/**
 * Whether the narrow rule could still decide where nobody can tell if the broad one holds: a rule that permits then says nothing,
 * one that sanitizes says less than a person's approval, and one that denies asks, which another of its priority means outright.
 */
function isOutdoneByDoubt(broad: PolicyRule, narrow: PolicyRule): boolean {
  switch (broad.effect) {
    case "allow":
      return narrow.effect !== "allow";
    case "sanitize":
      return narrow.effect === "deny" || narrow.effect === "require_approval";
    case "deny":
      return narrow.effect === "require_approval" && narrow.priority === broad.priority;
    case "require_approval":
      return false;
  }
}

/** Whether it is always known if an alternative holds. */
export function isAlwaysKnown(conditions: readonly Condition[]): boolean {
  return conditions.every(({ field }) => KNOWN_FIELDS.has(field));
}

function isFieldImplied(field: string, broad: Cursor | undefined, narrow: Cursor | undefined): boolean {
  // Without its text a condition can't be compared.
  if (broad === undefined || narrow === undefined) return false;
  if (isSameValue(toPlainValue(broad.node), toPlainValue(narrow.node))) return true;
  if (!NAME_FIELDS.includes(field)) return false;
  const known = new Set(listScalars(broad));
  return listScalars(narrow).every((name) => known.has(name));
}

function isFacts(facts: ReturnType<typeof readCall>): facts is CallFacts {
  return "action" in facts;
}
