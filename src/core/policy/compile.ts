import type { FatigueLimits } from "../../contract/approval-terms.ts";
import type { Verdict } from "../../contract/policy.ts";
import { type CallFacts, type PolicyCall, readCall, withSettings } from "./call.ts";
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
import { type LimitTerms, mergeLimitTerms } from "./document/limit-terms.ts";
import { mergeFatigue } from "./document/read-fatigue.ts";
import { explainRules, type RuleExplanation } from "./explain.ts";
import type { FacetSettings } from "./facets/source.ts";
import { guardFunction, type SyncGuard } from "./guard.ts";
import { createPolicyError, isParsedPolicy } from "./parse.ts";
import { RuleIndex } from "./rule-index.ts";

/** A policy ready to be asked. Immutable, without clock or I/O: one may serve any number of calls at once. */
export interface CompiledPolicy {
  /**
   * Decides a call. Never throws and never changes the call; one that can't be read is denied.
   * Scopes that the action requires are checked before any rule; limits, grants and self-approval are not its business.
   */
  evaluate(call: PolicyCall): Verdict;
  /** Says for every rule, in document order, whether it matched, and which condition failed first. Never throws. */
  explain(call: PolicyCall): readonly RuleExplanation[];
  /** Wraps a function so that it runs only when this policy lets it. */
  readonly guard: SyncGuard;
  /** What holds for everything, whatever its rules say: the limits at the top of the documents, all of them together. Frozen. */
  readonly documentLimits: LimitTerms | undefined;
  /** How many requests for approval people take: of several documents the lowest of each. Frozen; absent where none says. */
  readonly fatigue: Readonly<FatigueLimits> | undefined;
}

/** What a policy is compiled with. */
export interface CompileOptions {
  /** The effect where no rule decides and the document itself names no default; `deny` unless given. */
  readonly defaultEffect?: DefaultEffect | undefined;
}

/**
 * Compiles one document, or several that must all agree: each decides alone and the strictest answer wins.
 * Give the document of the wider circle first: where documents ask for approval by different people, its people are asked first.
 * @throws CountersignError `invalid_policy` for anything that `parsePolicy` didn't make, for no document, and for an unknown default
 */
export function compilePolicy(
  documents: ParsedPolicy | readonly ParsedPolicy[],
  { defaultEffect = "deny" }: CompileOptions = {},
): CompiledPolicy {
  const parsed = checkDocuments(documents);
  if (defaultEffect !== "allow" && defaultEffect !== "deny" && defaultEffect !== "require_approval") {
    throw createPolicyError([{ message: "The default effect must be one of allow, deny, require_approval", path: "" }]);
  }
  const compiled = compileDocuments(parsed, defaultEffect);
  const evaluate = (call: PolicyCall): Verdict => evaluateCall(compiled, call);
  return {
    evaluate,
    explain: (call) => explainCall(parsed, compiled, call),
    guard: (fn, options) => guardFunction(evaluate, fn, options),
    documentLimits: mergeDocumentLimits(parsed),
    fatigue: mergeFatigue(parsed.map((document) => document.fatigue)),
  };
}

type AtLeastOne<Item> = readonly [Item, ...Item[]];

/** Several documents as one policy. */
interface CompiledDocuments {
  readonly documents: readonly CompiledDocument[];
  /** Settings that differ from each other: a call is looked at once through each. */
  readonly lenses: AtLeastOne<FacetSettings>;
  /** Which of the lenses each document looks through. */
  readonly lensAt: readonly number[];
}

/** The steps from a call to its strictest decision, or to the denial that comes before any rule. */
type Evaluation =
  | { readonly facts: CallFacts | undefined; readonly denial: Verdict }
  | {
      readonly facts: CallFacts;
      readonly decisions: readonly DocumentDecision[];
      readonly strictest: DocumentDecision;
    };

function compileDocuments(parsed: AtLeastOne<ParsedPolicy>, defaultEffect: DefaultEffect): CompiledDocuments {
  const [first, ...others] = parsed;
  const lenses: [FacetSettings, ...FacetSettings[]] = [first.settings];
  const texts = [JSON.stringify(first.settings)];
  for (const { settings } of others) {
    const text = JSON.stringify(settings);
    if (texts.includes(text)) continue;
    texts.push(text);
    lenses.push(settings);
  }
  const documents = parsed.map((document) => ({
    index: new RuleIndex(document),
    fallback: document.defaultEffect ?? defaultEffect,
    limits: document.limits,
  }));
  return { documents, lenses, lensAt: parsed.map(({ settings }) => texts.indexOf(JSON.stringify(settings))) };
}

function mergeDocumentLimits(parsed: readonly ParsedPolicy[]): LimitTerms | undefined {
  const limits = parsed.flatMap((document) => document.limits ?? []);
  return limits.length === 0 ? undefined : limits.reduce(mergeLimitTerms);
}

function evaluateCall(compiled: CompiledDocuments, call: PolicyCall): Verdict {
  const evaluation = runEvaluation(compiled, call);
  if ("denial" in evaluation) return evaluation.denial;
  const { strictest, decisions, facts } = evaluation;
  return createVerdict(strictest, decisions, facts.approval);
}

function explainCall(
  parsed: readonly ParsedPolicy[],
  compiled: CompiledDocuments,
  call: PolicyCall,
): readonly RuleExplanation[] {
  const evaluation = runEvaluation(compiled, call);
  const views = evaluation.facts && lookAt(evaluation.facts, compiled);
  return parsed.flatMap(({ rules }, document) => {
    const isDecider = "strictest" in evaluation && evaluation.decisions[document] === evaluation.strictest;
    const decider = isDecider ? evaluation.strictest.answer?.rule : undefined;
    return explainRules(rules, { document, facts: views?.[document], decider });
  });
}

function runEvaluation(compiled: CompiledDocuments, call: PolicyCall): Evaluation {
  const facts = readCall(call, compiled.lenses[0]);
  if ("fault" in facts) return { facts: undefined, denial: createDenial(facts.fault) };
  const missing = findMissingScopes(facts);
  if (missing.length > 0) return { facts, denial: createDenial(describeMissingScopes(missing)) };
  const views = lookAt(facts, compiled);
  const decisions = compiled.documents.map((document, at) => decideByDocument(document, views[at] ?? facts));
  return { facts, decisions, strictest: decisions.reduce(pickStricter) };
}

/** The call as each document sees it, given as the first one does. */
function lookAt(facts: CallFacts, { lenses, lensAt }: CompiledDocuments): readonly CallFacts[] {
  if (lenses.length === 1) return lensAt.map(() => facts);
  const views = lenses.map((settings, lens) => (lens === 0 ? facts : withSettings(facts, settings)));
  return lensAt.map((lens) => views[lens] ?? facts);
}

function checkDocuments(documents: unknown): AtLeastOne<ParsedPolicy> {
  const listed: readonly unknown[] = Array.isArray(documents) ? documents : [documents];
  const [first, ...others] = listed.filter(isParsedPolicy);
  if (first !== undefined && others.length === listed.length - 1) return [first, ...others];
  throw createPolicyError([
    { message: "Only documents that parsePolicy made can be compiled, at least one", path: "" },
  ]);
}
