import type { RecordedVerdict, SanitizeTerms } from "../../src/contract/policy.ts";
import { canonicalJson } from "../../src/core/canonical.ts";
import { ownEffectOf } from "../../src/core/policy/own-effect.ts";
import type { LockedInvocation } from "../../src/store/invocations.ts";
import { actionVersionOf } from "../action-version.ts";
import type { Deciding } from "../deciding.ts";
import { judgeCall } from "../judge-call.ts";
import { changeInput } from "../revise-input.ts";

/** What has changed since people were asked, so that they were asked the wrong question. */
export interface Drift {
  /** For people. */
  readonly because: string;
  /** The action takes the input no longer, so nobody can be asked anew. */
  readonly isUnfit: boolean;
}

/**
 * Compares what people were asked with what they would be asked now: the effect and the terms of the approval, and whether policy
 * would change the input. Another version of policy or action that comes to the same is no drift.
 */
export function findDrift(deciding: Deciding): Drift | undefined {
  const { row, action, inForce, knowledge } = deciding;
  if (row.verdict === null) return undefined;
  const asked = JSON.parse(row.verdict) as RecordedVerdict;
  const isOtherPolicy = asked.policyVersion !== (inForce?.version ?? "none");
  const isOtherAction = row.action_version !== actionVersionOf(action);
  if (!isOtherPolicy && !isOtherAction) return undefined;
  if (knowledge.checkInput(action, row.input) !== undefined)
    return { because: "The action has changed meanwhile, and takes this input no longer", isUnfit: true };
  const { verdict, terms } = judgeCall(row, action, inForce);
  if (inputBy(row, terms) === row.input && questionOf(verdict) === questionOf(asked)) return undefined;
  const what = isOtherPolicy ? (isOtherAction ? "The policy and the action have" : "The policy has") : "The action has";
  return { because: `${what} changed meanwhile, and with it what this call takes`, isUnfit: false };
}

/** The input as policy wants it now; `undefined` where it can't be had. */
function inputBy({ judged }: LockedInvocation, terms: SanitizeTerms | undefined): string | undefined {
  if (terms === undefined) return judged;
  const change = changeInput(judged, terms);
  return "input" in change ? change.input : undefined;
}

/** What policy itself asks: where only a budget brought a call to people, nothing. */
function questionOf(verdict: RecordedVerdict): string {
  const terms = verdict.exceeds === true ? undefined : verdict.obligations.approval;
  return canonicalJson({ effect: ownEffectOf(verdict), terms: terms ?? null });
}
