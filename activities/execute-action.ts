import { setTimeout as sleep } from "node:timers/promises";
import { CancelledFailure, Context } from "@temporalio/activity";
import { canonicalJson } from "../src/core/canonical.ts";
import type { InvocationRef } from "../src/contract/ids.ts";
import type { ClosedStep, Step } from "../src/contract/run.ts";
import { askUntilKnown, type Finding, isShutdown } from "./ask-probe.ts";
import { beginExecution } from "./begin-execution.ts";
import { clearDoubt } from "./clear-doubt.ts";
import { type Judged, isDoubtful } from "./judge-report.ts";
import type { ActivityPorts } from "./ports.ts";
import { provenFactsOf } from "./proven-facts.ts";
import { type ReportedRun, runAction } from "./run-action.ts";
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
  if (begun.kind === "doubt") return beating(begun.action, () => clearDoubt(ports, begun));
  return begun.kind === "run" ? carryOut(ports, begun) : begun;
}

/**
 * Runs a begun attempt and records what it reported.
 * @throws ApplicationFailure `attempt_failed` when another attempt may follow; CancelledFailure when the worker goes away
 */
export function carryOut(ports: ActivityPorts, begun: BegunAttempt): Promise<ClosedStep> {
  const beganMs = performance.now();
  return beating(begun.action, async () => {
    const ran = await runAction(ports, begun);
    const { mode } = begun.action.execution;
    const isStopped = ran.report.kind === "threw" && isShutdown(Context.current().cancellationSignal);
    if (isStopped && mode !== "at_most_once") await handBack(ports, begun, ran);
    const finding = isDoubtful(begun, ran.report) ? await findOut(ports, begun, { ...ran, beganMs }) : undefined;
    return settleWhenPossible(ports, begun, { ...ran, finding });
  });
}

/** Asks the action's own probe what became of an attempt that left a doubt. */
async function findOut(
  ports: ActivityPorts,
  begun: BegunAttempt,
  { report, beganMs, ...ran }: ReportedRun & { readonly beganMs: number },
): Promise<Finding> {
  const { row, action, execution } = begun;
  const hasEnded = report.kind === "silent" ? { hasEnded: report.hasEnded } : {};
  const leftMs = begun.leftMs - (performance.now() - beganMs);
  const doubts = { row, action, timeoutMs: execution.attemptTimeoutMs, leftMs, ...hasEnded };
  // What went on as the worker stopped is known to nobody either.
  return (await askUntilKnown(ports, doubts)) ?? handBack(ports, begun, ran);
}

/** Cancellation travels on heartbeats only, so the worker beats for functions that don't, and while it waits for the store. */
async function beating<T>(action: BegunAttempt["action"], work: () => Promise<T>): Promise<T> {
  const activity = Context.current();
  const beat = setInterval(() => activity.heartbeat(), action.execution.heartbeatTimeoutMs / 3);
  try {
    return await work();
  } finally {
    clearInterval(beat);
  }
}

/**
 * Leaves an attempt open in the ledger, so that the next worker takes it up by its mode; what it spent is spent.
 * @throws CancelledFailure always
 */
async function handBack(
  ports: ActivityPorts,
  begun: BegunAttempt,
  { spent }: Pick<ReportedRun, "spent">,
): Promise<never> {
  if (spent !== undefined) await noteSpent(ports, begun, canonicalJson(spent));
  throw new CancelledFailure("WORKER_SHUTDOWN");
}

async function noteSpent({ store, log }: ActivityPorts, begun: BegunAttempt, spent: string): Promise<void> {
  await store.executions.noteSpent(begun, spent).catch((error: unknown) => {
    log("warn", "What an attempt spent can't be recorded", { invocation: begun.ref.id, error });
  });
}

/** A report is known to this process alone, so a store that is away for a moment must not lose it. */
async function settleWhenPossible(
  ports: ActivityPorts,
  begun: BegunAttempt,
  ran: ReportedRun & Judged,
): Promise<ClosedStep> {
  const facts = await provenFactsOf(ports, begun, ran);
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
