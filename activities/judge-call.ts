import type { RecordedVerdict, SanitizeTerms } from "../src/contract/policy.ts";
import type { Action } from "../src/action/action.ts";
import { type RecordedCall, toPolicyCall } from "../src/core/policy/recorded-call.ts";
import type { LockedInvocation } from "../src/store/invocations.ts";
import type { ActivityPorts } from "./ports.ts";

/** The policy in force while a decision is made; none denies. */
export type InForce = Awaited<ReturnType<ActivityPorts["policies"]["inForce"]>>;

/** What policy says of a call: the verdict as it is recorded, and the changes that it wants made to the input first. */
export interface Judgement {
  readonly verdict: RecordedVerdict;
  readonly terms: SanitizeTerms | undefined;
}

/** What policy looks at of a row. */
export type JudgedCall = Omit<RecordedCall, "input"> & Pick<LockedInvocation, "judged">;

/** Asks the policy in force about an invocation, as people sent and edited it. */
export function judgeCall(row: JudgedCall, action: Action, inForce: InForce): Judgement {
  if (inForce === undefined) {
    const nothing = { matched: [], shadow: [], obligations: {}, defaulted: true };
    const reason = "No policy is in force";
    return { verdict: { effect: "deny", reason, policyVersion: "none", ...nothing }, terms: undefined };
  }
  const answer = inForce.policy.evaluate(toPolicyCall({ ...row, input: row.judged }, action));
  const { sanitize, ...obligations } = answer.obligations;
  const verdict: RecordedVerdict = { ...answer, obligations, policyVersion: inForce.version };
  return { verdict, terms: verdict.effect === "deny" ? undefined : sanitize };
}

/** A verdict that can't be carried out as it stands. */
export function denied(verdict: RecordedVerdict, reason: string): RecordedVerdict {
  return { ...verdict, effect: "deny", reason, obligations: {} };
}
