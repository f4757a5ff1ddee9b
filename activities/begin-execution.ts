import { randomUUID } from "node:crypto";
import type { InvocationRef } from "../src/contract/ids.ts";
import type { ClosedStep, Step } from "../src/contract/run.ts";
import type { Action } from "../src/action/action.ts";
import type { ExecutionOptions } from "../src/contract/manifest.ts";
import { canonicalJson } from "../src/core/canonical.ts";
import { limitsOf } from "../src/core/guards/charges.ts";
import { type GuardRefusal, isRefusal } from "../src/core/guards/refusal.ts";
import { isClosed, mayRun, MAX_LOST_ATTEMPTS } from "../src/core/invocation.ts";
import type { ExecutionRow } from "../src/store/executions.ts";
import type { LockedInvocation } from "../src/store/invocations.ts";
import type { TransactionTables } from "../src/store/store.ts";
import { HOLD_MARGIN_MS, refuseStart } from "./apply-limits.ts";
import { askAgain } from "./approvals/ask-again.ts";
import { findDrift } from "./approvals/find-drift.ts";
import { approvalContext, findObstacle, isUntouched, lockMandate } from "./approvals/mandate.ts";
import { standingStep } from "./approvals/standing-step.ts";
import { assertOwnVersion } from "./assert-own-version.ts";
import { closeRow } from "./close-row.ts";
import { countingRefusals } from "./counting-refusals.ts";
import type { Deciding } from "./deciding.ts";
import { eventOf } from "./event-of.ts";
import { closeAbandoned } from "./close-abandoned.ts";
import { closeUncertain } from "./close-uncertain.ts";
import { createErrorView } from "./error-view.ts";
import { reportOutcome, takeForAttempt, waitForBreaker } from "./attempt-breakers.ts";
import { createKnowledge } from "./knowledge.ts";
import type { ActivityPorts } from "./ports.ts";
import { requireAction, requireRow } from "./require.ts";
import { type BegunAttempt, startAttempt } from "./start-attempt.ts";
import { reserveGranted } from "./settle-guards.ts";
import { closedStep, executionOf } from "./steps.ts";
import { assertRoom } from "./stuck-calls.ts";

/**
 * Begins an attempt, or takes over the one that the decision began.
 * @param options.firstTryOf the Temporal run, if this is the first try of its activity: then nothing has run on its behalf yet
 */
export async function beginExecution(
  ports: ActivityPorts,
  ref: InvocationRef,
  options: { readonly firstTryOf: string | undefined },
): Promise<BegunAttempt | DoubtfulAttempt | Step> {
  const begun = options.firstTryOf === undefined ? undefined : await ports.store.executions.findBegun(ref);
  // A run that was reset has another id: it may be the second to come here, so it begins anew.
  if (begun === undefined || begun.temporal_run_id !== options.firstTryOf) return beginAttempt(ports, ref);
  await assertOwnVersion(ports, ports.store, begun);
  const action = requireAction(ports, begun.action);
  // An inline action was run by the decision itself: if we come here after all, its first attempt was lost on the way.
  if (action.execution.mode !== "idempotent" || !isUntouched(begun)) return beginAttempt(ports, ref);
  if (begun.cancel_at !== null) return closeUnused(ports, ref, begun.token);
  assertRoom(action);
  const { token } = begun;
  const execution = executionOf(begun, action);
  const beganAtMs = await retakeBreakers(ports, begun, { token, execution });
  // Taken over without another write, since the mode allows it to run twice.
  const first = { attempt: 1, erredBefore: 0, approval: undefined, leftMs: execution.totalTimeoutMs };
  return { kind: "run", ref, row: begun, action, execution, token, beganAtMs, ...first };
}

/**
 * Asks the breakers again about an attempt that was begun by its decision: it may have waited for a worker while they opened,
 * or longer than its probe was left to it.
 * @returns when the attempt begins, by database time
 * @throws ApplicationFailure `circuit_open`, retried
 */
async function retakeBreakers(
  { store }: ActivityPorts,
  begun: LockedInvocation,
  attempt: { readonly token: string; readonly execution: ExecutionOptions },
): Promise<number> {
  if (limitsOf(begun)?.breaker === undefined) return begun.now;
  return store.transaction(async (tx) => {
    const row = requireRow(await tx.invocations.lock({ tenant: begun.tenant, id: begun.id }));
    const open = await takeForAttempt(tx, row, attempt);
    if (open !== undefined) throw waitForBreaker(open, row.now, null);
    return row.now;
  });
}

/** Closes an invocation that was canceled after the decision had begun its attempt and before anybody ran it. */
function closeUnused(ports: ActivityPorts, ref: InvocationRef, token: string): Promise<ClosedStep> {
  return ports.store.transaction(async (tx) => {
    const row = requireRow(await tx.invocations.lock(ref));
    if (isClosed(row.status)) return closedStep(row);
    const error = createErrorView("invocation_canceled", "Canceled before the action ran");
    await tx.executions.finish({ ref, attempt: row.attempts, token, state: "failed", error: canonicalJson(error) });
    const finished = eventOf(row, "execution.finished", { attempt: row.attempts, outcome: "failed", error });
    await reportOutcome(tx, row, { token, outcome: "none", beganAtMs: row.now });
    return closeRow(tx, row, { status: "failed", error, events: [finished], unused: true });
  });
}

/**
 * Checks for the last time that the invocation may run, and writes the attempt into the ledger before anything happens.
 * An invocation that may not run is closed instead, and one that people were asked the wrong question about waits for them again.
 */
async function beginAttempt(ports: ActivityPorts, ref: InvocationRef): Promise<BegunAttempt | DoubtfulAttempt | Step> {
  const knowledge = createKnowledge(ports, ref.tenant);
  const begun = await countingRefusals<BegunAttempt | DoubtfulAttempt | Step | HeldAttempt>(
    ports,
    async ({ onStart, onRefused }) => {
      const inForce = await ports.policies.inForce(ref.tenant);
      return ports.store.transaction(async (tx) => {
        onStart();
        const row = requireRow(await tx.invocations.lock(ref));
        if (isClosed(row.status)) return closedStep(row);
        await assertOwnVersion(ports, tx, row);
        const action = requireAction(ports, row.action);
        assertRoom(action);
        const last = row.attempts === 0 ? undefined : await tx.executions.last(ref);
        if (last !== undefined) return nextAttempt(ports, tx, { row, action, last });
        const options = { temporalRunId: row.temporal_run_id ?? "", onRefused };
        return firstAttempt({ ports, tx, row, action, inForce, knowledge, options });
      });
    },
  );
  // Only now, since what the transaction wrote stays.
  if (begun.kind === "held") throw waitForBreaker(begun.refusal, begun.nowMs, begun.executeBy);
  return begun;
}

/** An attempt of which nobody knows whether it took effect, of an action that can find out. */
export interface DoubtfulAttempt {
  readonly kind: "doubt";
  readonly row: LockedInvocation;
  readonly action: Action;
  /** The attempt. */
  readonly last: ExecutionRow;
  /** Milliseconds that are left of all attempts' time; none, if not above 0. */
  readonly leftMs: number;
}

/** An attempt that a breaker keeps from beginning for now. */
interface HeldAttempt {
  readonly kind: "held";
  readonly refusal: GuardRefusal;
  readonly nowMs: number;
  /** The end of its approval, epoch milliseconds. */
  readonly executeBy: number | null;
}

async function firstAttempt(deciding: Deciding): Promise<BegunAttempt | Step | HeldAttempt> {
  const { ports, tx, row, action } = deciding;
  const mandate = await lockMandate(ports, tx, row);
  // Asked again by an earlier try of which nobody heard: people are waited for.
  if (mandate?.approval.status === "pending") return standingStep(ports, tx, row);
  const obstacle = findObstacle(row, mandate);
  if (obstacle !== undefined) return closeRow(tx, row, obstacle);
  const drift = mandate && findDrift(deciding);
  if (mandate !== undefined && drift !== undefined)
    return askAgain(deciding, mandate.approval, { ...drift, events: [] });
  const token = randomUUID();
  const execution = executionOf(row, action);
  const open = await takeForAttempt(tx, row, { token, execution });
  const executeBy = mandate?.approval.execute_by ?? null;
  if (open !== undefined) return { kind: "held", refusal: open, nowMs: row.now, executeBy };
  const holdMs = execution.totalTimeoutMs + HOLD_MARGIN_MS;
  const granted = await reserveGranted(ports, tx, { row, holdMs });
  if (granted !== undefined && isRefusal(granted)) {
    await reportOutcome(tx, row, { token, outcome: "none", beganAtMs: row.now });
    return refuseStart(ports, tx, { row, refusal: granted });
  }
  if (mandate !== undefined) await tx.approvals.update(mandate.approval, { consumed_at: new Date(row.now) });
  const start = { row, action, identity: ports.identity, token, approval: approvalContext(mandate?.approval) };
  if (granted === undefined) return startAttempt(tx, start);
  return startAttempt(tx, { ...start, change: { guards: canonicalJson(granted.charges) }, events: [granted.event] });
}

async function nextAttempt(
  ports: ActivityPorts,
  tx: TransactionTables,
  { row, action, last }: { readonly row: LockedInvocation; readonly action: Action; readonly last: ExecutionRow },
): Promise<BegunAttempt | DoubtfulAttempt | ClosedStep | HeldAttempt> {
  if (row.cancel_at !== null && last.state === "erred") {
    return closeRow(tx, row, {
      status: "failed",
      error: createErrorView("invocation_canceled", "Canceled between attempts"),
    });
  }
  const leftMs = executionOf(row, action).totalTimeoutMs - (row.now - (await tx.executions.firstStartedAt(row)));
  if (mayRun(action.execution.mode, last.state) === "probe" && isUntouched(row))
    return { kind: "doubt", row, action, last, leftMs };
  const doubt = findDoubt(row, action, last);
  if (doubt !== undefined) return closeUncertain(tx, { row, last, message: doubt });
  if (leftMs <= 0) return closeAbandoned(tx, row, last);
  // The attempt before may still hold a probe of which nobody will hear.
  await reportOutcome(tx, row, { token: last.token, outcome: "none", beganAtMs: row.now });
  const token = randomUUID();
  const open = await takeForAttempt(tx, row, { token, execution: executionOf(row, action) });
  if (open !== undefined) return { kind: "held", refusal: open, nowMs: row.now, executeBy: null };
  const mandate = await lockMandate(ports, tx, row);
  const erredBefore = await tx.executions.countErred(row);
  const approval = approvalContext(mandate?.approval);
  return startAttempt(tx, { row, action, identity: ports.identity, token, erredBefore, approval, leftMs });
}

/** Why no further attempt may follow one of which nobody knows whether it took effect; `undefined` when one may. */
function findDoubt(row: LockedInvocation, action: Action, last: ExecutionRow): string | undefined {
  const { mode, maxAttempts } = action.execution;
  if (mayRun(mode, last.state) === "uncertain")
    return "The worker was lost while the action ran, and it may run only once";
  if (row.attempts >= maxAttempts + MAX_LOST_ATTEMPTS)
    return "The action began too often without reporting how it ended";
  if (row.cancel_at !== null && last.state === "started")
    return "Canceled after the action had begun, and it never reported how it ended";
  return isUntouched(row) ? undefined : "The input was changed after the action had begun";
}
