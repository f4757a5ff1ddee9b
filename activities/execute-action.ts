import { setTimeout as sleep } from "node:timers/promises";
import { CancelledFailure, Context } from "@temporalio/activity";
import { canonicalJson } from "../src/core/canonical.ts";
import type { InvocationRef } from "../src/contract/ids.ts";
import type { ClosedStep, Step } from "../src/contract/run.ts";
import { beginExecution } from "./begin-execution.ts";
import type { ProvenFact } from "../src/core/guards/read-facts.ts";
import { factsProvenBy } from "./facts.ts";
import type { ActivityPorts } from "./ports.ts";
import { type Report, type ReportedRun, runAction } from "./run-action.ts";
import { settleExecution } from "./settle-execution.ts";
import type { BegunAttempt } from "./start-attempt.ts";

/** How long an outcome is tried to be recorded while the store is away. Within the bookkeeping time of the activity. */
const SETTLE_MS = 20_000;

/** First wait between those tries; each further one is twice as long. */
const FIRST_WAIT_MS = 200;

/**
 * Executes the action of an invocation: one attempt, begun in the ledger, run with the real input, settled in one transaction.
 * A call that finds the outcome recorded returns it and runs nothing; one whose approval has become another question waits again.
 */
export async function executeAction(ports: ActivityPorts, ref: InvocationRef): Promise<Step> {
  const { attempt, workflowExecution } = Context.current().info;
  const begun = await beginExecution(ports, ref, { firstTryOf: attempt === 1 ? workflowExecution?.runId : undefined });
  return begun.kind === "run" ? carryOut(ports, begun) : begun;
}

/**
 * Runs a begun attempt and records what it reported.
 * @throws ApplicationFailure `attempt_failed` when another attempt may follow; CancelledFailure when the worker goes away
 */
export async function carryOut(ports: ActivityPorts, begun: BegunAttempt): Promise<ClosedStep> {
  const { mode, heartbeatTimeoutMs } = begun.action.execution;
  const activity = Context.current();
  // Cancellation travels on heartbeats only, so the worker beats for functions that don't, and while it waits for the store.
  const beat = setInterval(() => activity.heartbeat(), heartbeatTimeoutMs / 3);
  try {
    const ran = await runAction(ports, begun);
    const { report } = ran;
    if (report.kind === "threw" && mode !== "at_most_once" && isShutdown(activity.cancellationSignal.reason)) {
      // The attempt stays open in the ledger, and the next worker takes it up by its mode; what it spent is spent.
      if (ran.spent !== undefined) await noteSpent(ports, begun, canonicalJson(ran.spent));
      throw new CancelledFailure("WORKER_SHUTDOWN");
    }
    return await settleWhenPossible(ports, begun, ran);
  } finally {
    clearInterval(beat);
  }
}

async function noteSpent({ store, log }: ActivityPorts, begun: BegunAttempt, spent: string): Promise<void> {
  await store.executions.noteSpent(begun, spent).catch((error: unknown) => {
    log("warn", "What an attempt spent can't be recorded", { invocation: begun.ref.id, error });
  });
}

/** A report is known to this process alone, so a store that is away for a moment must not lose it. */
async function settleWhenPossible(ports: ActivityPorts, begun: BegunAttempt, ran: ReportedRun): Promise<ClosedStep> {
  const facts = await factsOf(ports, begun, ran.report);
  const deadlineMs = performance.now() + SETTLE_MS;
  for (let waitMs = FIRST_WAIT_MS; ; waitMs *= 2) {
    try {
      return await settleExecution(ports, begun, { ...ran, facts });
    } catch (error) {
      if (!ports.store.isUnavailable(error) || performance.now() + waitMs > deadlineMs) throw error;
      ports.log("warn", "The outcome can't be recorded yet", { invocation: begun.ref.id, error });
      await sleep(waitMs);
    }
  }
}

/** What the action has proven. It has run, so whatever goes wrong here doesn't change its outcome: then nothing is proven. */
async function factsOf({ log }: ActivityPorts, begun: BegunAttempt, report: Report): Promise<readonly ProvenFact[]> {
  const { action, row } = begun;
  if (action.proves === undefined || report.kind !== "returned" || row.session === null) return [];
  const proven = await factsProvenBy(action, JSON.parse(report.output), JSON.parse(row.input));
  if ("facts" in proven) return proven.facts;
  log("warn", "What the action has proven can't be recorded", { invocation: row.id, fault: proven.fault });
  return [];
}

function isShutdown(reason: unknown): boolean {
  return reason instanceof Error && reason.message === "WORKER_SHUTDOWN";
}
