import { randomUUID } from "node:crypto";
import type { ApprovalTerms } from "../src/contract/approval-terms.ts";
import type { RecordedVerdict } from "../src/contract/policy.ts";
import type { ClosedStep, Step } from "../src/contract/run.ts";
import { limitTermsOf } from "../src/action/limit-terms-of.ts";
import { askedNames } from "../src/core/approval/asked-names.ts";
import { requestOf } from "../src/core/approval/request-of.ts";
import { findShortage } from "../src/core/approval/shortage.ts";
import { canonicalJson } from "../src/core/canonical.ts";
import { limitExecution } from "../src/core/guards/charges.ts";
import { effectiveLimits } from "../src/core/guards/effective-limits.ts";
import { type GuardRefusal, isRefusal, refuse } from "../src/core/guards/refusal.ts";
import { DEFAULT_APPROVAL_TERMS } from "../src/core/policy/document/approval-terms.ts";
import type { LockedInvocation } from "../src/store/invocations.ts";
import type { TransactionTables } from "../src/store/store.ts";
import { type Admission, admitCall } from "./admit-call.ts";
import { refuseTired } from "./ask-fatigue.ts";
import { closeRow, type Closing } from "./close-row.ts";
import { type Deciding, requestersOf } from "./deciding.ts";
import { createRefusalView } from "./error-view.ts";
import { eventOf } from "./event-of.ts";
import type { ActivityPorts } from "./ports.ts";
import { recordUnsatisfiable, recordVerdict, startsNow } from "./record-verdict.ts";
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
  const shortage = findShortageOf(deciding, verdict);
  if (shortage !== undefined) {
    await countBlocked(deciding);
    return recordUnsatisfiable(deciding, verdict, shortage);
  }
  const input = JSON.parse(row.input) as unknown;
  const limits = effectiveLimits({ action: own, policy: verdict.obligations.limits, input });
  if (limits === undefined) {
    const tired = await mayAsk(deciding, verdict);
    return tired === undefined ? recordVerdict(deciding, verdict) : refuseCall(deciding, verdict, tired);
  }
  const token = randomUUID();
  const execution = limitExecution(action.execution, limits.timeout);
  // Asked once: room for a stuck action may come and go while the guards are asked.
  const starts = startsNow(deciding, verdict);
  const start = starts ? { token, leaseMs: probeLeaseMs(execution) } : undefined;
  const holdMs = holdMsOf(verdict, execution.totalTimeoutMs);
  const isLater = deciding.later !== undefined;
  const admission = await admitCall(ports, tx, {
    ...{ row, action, limits, start, holdMs, isLater },
    mayAsk: (exceeded) => mayAsk(deciding, verdict, exceeded),
  });
  const limited = { ...verdict, obligations: { ...verdict.obligations, limits } };
  if (isRefusal(admission)) return refuseCall(deciding, limited, admission);
  return recordVerdict(deciding, askIfExceeded(deciding, limited, admission), {
    ...{ starts, token, execution },
    guards: canonicalJson(admission.charges),
    reserved: admission.reserved,
  });
}

/** A call that policy blocks is an attempt of its run all the same, where anything counts attempts that would have limited it. */
async function countBlocked({ tx, row, action, inForce, later }: Deciding): Promise<void> {
  if (later !== undefined) return;
  const attempts = limitTermsOf(action)?.terms.attempts ?? inForce?.policy.documentLimits?.attempts;
  const { tenant, actor, run } = row;
  if (attempts !== undefined && run !== null) await tx.attempts.count({ tenant, actor, run, action: row.action });
}

function refuseCall(deciding: Deciding, verdict: RecordedVerdict, refusal: GuardRefusal): Promise<Step> {
  const { tx, row, options, later } = deciding;
  options.onRefused(refusal);
  const { events = [], ...closing } = refusalOf(row, refusal);
  const decidedAt = { decided_at: new Date(row.now), temporal_run_id: options.temporalRunId };
  const change = { verdict: canonicalJson(verdict), ...decidedAt };
  return closeRow(tx, row, { ...closing, change, events: [...(later?.events ?? []), ...events] });
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
function askIfExceeded(deciding: Deciding, verdict: RecordedVerdict, { exceeded }: Admission): RecordedVerdict {
  if (exceeded === undefined) return verdict;
  const reason = `${exceeded.message}: only a person may let the call go beyond`;
  const obligations = { ...verdict.obligations, approval: termsOf(deciding, verdict) };
  // A grant lets nobody go beyond a budget, so none is used.
  const { granted: _, ...asked } = verdict;
  const isAskedAnyway = verdict.effect === "require_approval" || verdict.granted !== undefined;
  return { ...asked, effect: "require_approval", reason, obligations, ...(isAskedAnyway ? {} : { exceeds: true }) };
}

/** What it takes to approve: as policy says, else as the action does. */
function termsOf({ action }: Deciding, { obligations }: RecordedVerdict): ApprovalTerms {
  return obligations.approval ?? structuredClone(action.approval ?? DEFAULT_APPROVAL_TERMS);
}

/** Why nobody could approve the call, when that is what policy wants. */
function findShortageOf(deciding: Deciding, verdict: RecordedVerdict): string | undefined {
  return verdict.effect === "require_approval" ? findShortageIn(deciding, termsOf(deciding, verdict)) : undefined;
}

function findShortageIn(deciding: Deciding, terms: ApprovalTerms): string | undefined {
  const { row, knowledge } = deciding;
  const requesters = requestersOf(deciding);
  return findShortage(terms, { ...knowledge.circle(terms), requesters, request: requestOf(row) });
}

/** Why people are not to be asked now: too many requests wait for them, or nobody could let the call exceed its budget. */
async function mayAsk(
  deciding: Deciding,
  verdict: RecordedVerdict,
  exceeded?: GuardRefusal,
): Promise<GuardRefusal | undefined> {
  const { tx, row, inForce, later } = deciding;
  if (exceeded === undefined && verdict.effect !== "require_approval") return undefined;
  const terms = termsOf(deciding, verdict);
  if (exceeded !== undefined) {
    const message = findShortageIn(deciding, terms);
    if (message !== undefined) return refuse("budget", "unsatisfiable_approval", { message });
  }
  const limits = inForce?.policy.fatigue;
  if (limits === undefined || later !== undefined) return undefined;
  const asked = askedNames(terms);
  return refuseTired(tx, { tenant: row.tenant, requester: row.actor, asked, limits, nowMs: row.now });
}

function holdMsOf({ obligations: { approval } }: RecordedVerdict, totalTimeoutMs: number): number {
  return (approval?.decideByMs ?? 0) + (approval?.executeByMs ?? 0) + totalTimeoutMs + HOLD_MARGIN_MS;
}
