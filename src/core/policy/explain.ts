import { createRedactor } from "../redaction/redactor.ts";
import type { CallFacts } from "./call.ts";
import type { PolicyRule, RuleEffect } from "./document/document.ts";
import { CallFacets } from "./facets/call-facets.ts";
import type { Condition } from "./match/condition.ts";
import type { MatchFieldName } from "./match/match-fields.ts";
import { testAlternatives } from "./rule-index.ts";

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
  /** Whether it surely matches: all conditions of one of its alternatives hold. */
  readonly matched: boolean;
  /** Present where nobody can tell before the call runs; a rule that restricts then asks for an approval, one that permits is passed over. */
  readonly uncertain?: true;
  /** Whether the verdict is this rule's. */
  readonly decided: boolean;
  /** The first condition that keeps it from matching; absent when it matched, or when the call couldn't be read. */
  readonly failed?: FailedCondition;
  /** The same for each mapping of a `match` that is a list of several, in their order. */
  readonly alternatives?: readonly FailedCondition[];
}

/** A condition that doesn't hold, or of which nobody can tell. */
export interface FailedCondition {
  /** The field of `match`. */
  readonly field: MatchFieldName;
  /** Present where nobody can tell before the call runs whether it holds. */
  readonly uncertain?: true;
  /** What the rule asks for. Long texts and lists are shortened. */
  readonly expected: readonly string[];
  /** What the call has there, without secrets, shortened; absent when it has nothing. */
  readonly saw?: string | readonly string[];
}

/** What explanations are made from. */
interface Explained {
  /** Index of the rules' document. */
  readonly document: number;
  /** Undefined when the call couldn't be read: then nothing matched. */
  readonly facts: CallFacts | undefined;
  readonly decider: PolicyRule | undefined;
}

/** Characters of one text that are shown. Our choice: one line of a table. */
const MAX_SHOWN_CHARS = 200;
/** Characters of one text that are searched for secrets before it is cut. Our choice: a secret that begins in what is shown is still recognised. */
const MAX_REDACTED_CHARS = 4_000;
/** Members of one list that are shown. Our choice. */
const MAX_SHOWN_ITEMS = 10;

const REDACTOR = createRedactor();

/** Explains every rule of a document, in its order. */
export function explainRules(rules: readonly PolicyRule[], { document, facts, decider }: Explained): RuleExplanation[] {
  const shown = facts && hideSecrets(facts);
  return rules.map((rule) => {
    const { name, effect, priority, enforce } = rule;
    const base = { document, rule: name, effect, priority, enforce, decided: rule === decider };
    if (facts === undefined || shown === undefined) return { ...base, matched: false };
    const truth = testAlternatives(rule.alternatives, facts);
    if (truth === "yes") return { ...base, matched: true };
    const failures = rule.alternatives.flatMap((conditions) => explainFailure(conditions, facts, shown));
    const isUncertain = truth === "unknown";
    const failed = failures.find((failure) => (failure.uncertain === true) === isUncertain);
    return {
      ...base,
      matched: false,
      ...(isUncertain ? { uncertain: true } : {}),
      ...(failed === undefined ? {} : { failed }),
      ...(failures.length > 1 ? { alternatives: failures } : {}),
    };
  });
}

/** The first condition that surely doesn't hold, else the first of which nobody can tell. */
function explainFailure(conditions: readonly Condition[], facts: CallFacts, shown: CallFacts): FailedCondition[] {
  const answers = conditions.map((condition) => ({ condition, truth: condition.holds(facts) }));
  const failure = answers.find(({ truth }) => truth === "no") ?? answers.find(({ truth }) => truth === "unknown");
  if (failure === undefined) return [];
  const { condition, truth } = failure;
  const saw = condition.sees(shown);
  return [
    {
      field: condition.field,
      ...(truth === "unknown" ? { uncertain: true } : {}),
      expected: shortenList(condition.expected),
      ...(saw === undefined ? {} : { saw: typeof saw === "string" ? showText(saw) : showList(saw) }),
    },
  ];
}

/** The call with an input in which secrets are redacted by their keys and pointers, before it becomes texts. */
function hideSecrets(facts: CallFacts): CallFacts {
  const { action, facets } = facts;
  const input = REDACTOR.redact(facets.input.value);
  return { ...facts, facets: new CallFacets(action, () => input, facets.settings) };
}

function showText(text: string): string {
  return shorten(REDACTOR.redactText(text.slice(0, MAX_REDACTED_CHARS)));
}

/** Redacted as a whole: what follows an option such as `--password` is secret. */
function showList(texts: readonly string[]): string[] {
  const redacted = REDACTOR.redact(texts.slice(0, MAX_SHOWN_ITEMS).map((text) => text.slice(0, MAX_REDACTED_CHARS)));
  const others = texts.length - MAX_SHOWN_ITEMS;
  return [...(redacted as string[]).map(shorten), ...(others > 0 ? [`… ${others} more`] : [])];
}

function shortenList(texts: readonly string[]): string[] {
  const others = texts.length - MAX_SHOWN_ITEMS;
  return [...texts.slice(0, MAX_SHOWN_ITEMS).map(shorten), ...(others > 0 ? [`… ${others} more`] : [])];
}

/** Never cuts a pair of surrogates apart. */
function shorten(text: string): string {
  if (text.length <= MAX_SHOWN_CHARS) return text;
  return `${text.slice(0, MAX_SHOWN_CHARS - 1).replace(/[\ud800-\udbff]$/, "")}…`;
}
