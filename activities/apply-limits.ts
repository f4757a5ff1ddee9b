import { randomUUID } from "node:crypto";
import type { RecordedVerdict } from "../src/contract/policy.ts";
import type { ClosedStep, Step } from "../src/contract/run.ts";
import { limitTermsOf } from "../src/action/limit-terms-of.ts";
import { canonicalJson } from "../src/core/canonical.ts";
import { limitExecution } from "../src/core/guards/charges.ts";
import { effectiveLimits } from "../src/core/guards/effective-limits.ts";
import { type GuardRefusal, isRefusal } from "../src/core/guards/refusal.ts";
import { DEFAULT_APPROVAL_TERMS } from "../src/core/policy/document/approval-terms.ts";
import type { LockedInvocation } from "../src/store/invocations.ts";
import type { TransactionTables } from "../src/store/store.ts";
import { type Admission, admitCall } from "./admit-call.ts";
import { closeRow, type Closing } from "./close-row.ts";
import type { Deciding } from "./deciding.ts";
import { createRefusalView } from "./error-view.ts";
import { eventOf } from "./event-of.ts";
import type { ActivityPorts } from "./ports.ts";
import { recordVerdict, startsNow } from "./record-verdict.ts";
import { type BegunAttempt, probeLeaseMs } from "./start-attempt.ts";

/** Beyond all of a call's own clocks, how long a reservation stands that nobody closes. Our choice: an outage over a night. */
export const HOLD_MARGIN_MS = 86_400_000;

/** Asks the guards about a call that policy has judged, and records what comes of both. */
export async function applyLimits(deciding: Deciding, verdict: RecordedVerdict): Promise<Step | BegunAttempt> {
  const { ports, tx, row, action } = deciding;
  const own = limitTermsOf(action);
  if (verdict.effect === "deny") {
    await countBlocked(deciding);
    return recordVerdict(deciding, verdict);
  }
  const input = JSON.parse(row.input) as unknown;
  const limits = effectiveLimits({ action: own, policy: verdict.obligations.limits, input });
  if (limits === undefined) return recordVerdict(deciding, verdict);
  const token = randomUUID();
  const execution = limitExecution(action.execution, limits.timeout);
  // Asked once: room for a stuck action may come and go while the guards are asked.
  const starts = startsNow(deciding, verdict);
  const start = starts ? { token, leaseMs: probeLeaseMs(execution) } : undefined;
  const holdMs = holdMsOf(verdict, execution.totalTimeoutMs);
  const admission = await admitCall(ports, tx, { row, action, limits, start, holdMs });
  const limited = { ...verdict, obligations: { ...verdict.obligations, limits } };
  if (isRefusal(admission)) return refuseCall(deciding, limited, admission);
  return recordVerdict(deciding, askIfExceeded(limited, admission), {
    ...{ starts, token, execution },
    guards: canonicalJson(admission.charges),
    reserved: admission.reserved,
  });
}

/** A call that policy blocks is an attempt of its run all the same, where anything counts attempts that would have limited it. */
async function countBlocked({ tx, row, action, inForce }: Deciding): Promise<void> {
  const attempts = limitTermsOf(action)?.terms.attempts ?? inForce?.policy.documentLimits?.attempts;
  const { tenant, actor, run } = row;
  if (attempts !== undefined && run !== null) await tx.attempts.count({ tenant, actor, run, action: row.action });
}

function refuseCall({ tx, row, options }: Deciding, verdict: RecordedVerdict, refusal: GuardRefusal): Promise<Step> {
  options.onRefused(refusal);
  const decidedAt = { decided_at: new Date(row.now), temporal_run_id: options.temporalRunId };
  return closeRow(tx, row, { ...refusalOf(row, refusal), change: { verdict: canonicalJson(verdict), ...decidedAt } });
}

/** Refuses a call that was let in, when its action is about to start. */
export function refuseStart(
  { metrics }: ActivityPorts,
  tx: TransactionTables,
  { row, refusal }: { readonly row: LockedInvocation; readonly refusal: GuardRefusal },
): Promise<ClosedStep> {
  metrics?.refused(refusal);
  return closeRow(tx, row, refusalOf(row, refusal));
}

/** A guard's refusal frees the key: the next call with it is a new one. */
function refusalOf(row: LockedInvocation, refusal: GuardRefusal): Closing {
  const { guard, code, message, details } = refusal;
  const events = [eventOf(row, "guard.refused", { guard, code, message, ...details })];
  return { status: "denied", error: createRefusalView(refusal), releaseKey: true, events };
}

/** The verdict, asking a person where only a person may let a call exceed its budget. */
function askIfExceeded(verdict: RecordedVerdict, { exceeded }: Admission): RecordedVerdict {
  if (exceeded === undefined) return verdict;
  const approval = verdict.obligations.approval ?? DEFAULT_APPROVAL_TERMS;
  const reason = `${exceeded.message}: only a person may let the call go beyond`;
  return { ...verdict, effect: "require_approval", reason, obligations: { ...verdict.obligations, approval } };
}

function holdMsOf({ obligations: { approval } }: RecordedVerdict, totalTimeoutMs: number): number {
  return (approval?.decideByMs ?? 0) + (approval?.executeByMs ?? 0) + totalTimeoutMs + HOLD_MARGIN_MS;
}
