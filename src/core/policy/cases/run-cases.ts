import type { Verdict } from "../../../contract/policy.ts";
import type { PolicyCall } from "../call.ts";
import type { PolicyCase } from "./policy-case.ts";

/** What a case is tried on. */
interface Evaluator {
  /** Decides a call. */
  readonly evaluate: (call: PolicyCall) => Verdict;
}

/** What came of one case. */
export interface CaseResult {
  /** The case. */
  readonly case: PolicyCase;
  /** What the policy answered. */
  readonly verdict: Verdict;
  /** Expected and got, for people; absent when the case passed. */
  readonly difference?: string;
}

/** Asks a policy about every case, in order. */
export function runCases(policy: Evaluator, cases: readonly PolicyCase[]): readonly CaseResult[] {
  return cases.map((expected) => {
    const verdict = policy.evaluate(expected.call);
    const difference = findDifference(expected, verdict);
    return { case: expected, verdict, ...(difference === undefined ? {} : { difference }) };
  });
}

function findDifference({ effect, rule }: PolicyCase, verdict: Verdict): string | undefined {
  const isDecider =
    rule === undefined || (rule === null ? verdict.rule === undefined && verdict.defaulted : verdict.rule === rule);
  if (verdict.effect === effect && isDecider) return undefined;
  const wanted = rule === undefined ? effect : `${effect} by ${describeRule(rule)}`;
  return `expected ${wanted}, got ${describeVerdict(verdict)}: ${verdict.reason}`;
}

function describeVerdict({ effect, rule, defaulted }: Verdict): string {
  if (rule === undefined && !defaulted) return `${effect} before any rule`;
  return `${effect} by ${describeRule(rule ?? null)}`;
}

function describeRule(rule: string | null): string {
  return rule === null ? "the default" : JSON.stringify(rule);
}
