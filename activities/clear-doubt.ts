import { ApplicationFailure, CancelledFailure } from "@temporalio/common";
import type { ClosedStep } from "../src/contract/run.ts";
import { canonicalJson } from "../src/core/canonical.ts";
import { limitsOf } from "../src/core/guards/charges.ts";
import type { ProvenFact } from "../src/core/guards/read-facts.ts";
import { isClosed, MAX_LOST_ATTEMPTS, mayStillActMs } from "../src/core/invocation.ts";
import type { LockedInvocation } from "../src/store/invocations.ts";
import type { TransactionTables } from "../src/store/store.ts";
import { askUntilKnown, type Finding } from "./ask-probe.ts";
import { reportOutcome } from "./attempt-breakers.ts";
import type { DoubtfulAttempt } from "./begin-execution.ts";
import { closeRow, type Closing } from "./close-row.ts";
import { closeUncertain } from "./close-uncertain.ts";
import { createErrorView } from "./error-view.ts";
import { eventOf } from "./event-of.ts";
import { recordFacts } from "./facts.ts";
import { judgeFinding } from "./judge-report.ts";
import type { ActivityPorts } from "./ports.ts";
import { provenFactsOf } from "./proven-facts.ts";
import { requireRow } from "./require.ts";
import { closedStep, executionOf } from "./steps.ts";
import { isStuck } from "./stuck-calls.ts";

/** Asked, and what the answer lets us know. */
interface Cleared {
  readonly doubt: DoubtfulAttempt;
  readonly finding: Finding;
  readonly facts: readonly ProvenFact[];
}

/** Longest wait between two looks at an attempt that may still act, milliseconds. Our choice: what is done by then is soon known. */
const MAX_LOOK_MS = 10_000;

/**
 * Asks the action's probe about an attempt of which nothing was heard, and records what it says under the attempt's token. While the attempt
 * may still run on a worker that is cut off, only that it is done is believed.
 * @throws ApplicationFailure `attempt_failed`, retried by Temporal, when another attempt may follow, or this one may still act;
 * CancelledFailure when the worker goes away
 */
export async function clearDoubt(ports: ActivityPorts, doubt: DoubtfulAttempt): Promise<ClosedStep> {
  const { row, action } = doubt;
  const { attemptTimeoutMs } = executionOf(row, action);
  const actsMs = mayStillActMs({ startedAtMs: doubt.last.started_at, attemptTimeoutMs }, row.now);
  const hasEnded = (): boolean => actsMs === 0 && !isStuck(row);
  const leftMs = hasEnded() ? doubt.leftMs : 0;
  const finding = await askUntilKnown(ports, { row, action, leftMs, timeoutMs: attemptTimeoutMs, hasEnded });
  if (finding === undefined) throw new CancelledFailure("WORKER_SHUTDOWN");
  if (finding.word === "unknown" && actsMs > 0) throw lookAgain(actsMs);
  const facts = await provenFactsOf(ports, doubt, { finding });
  const ref = { tenant: row.tenant, id: row.id };
  const step = await ports.store.transaction(async (tx) => {
    const locked = requireRow(await tx.invocations.lock(ref));
    if (isClosed(locked.status)) return closedStep(locked);
    const last = await tx.executions.last(ref);
    // Somebody else has asked meanwhile, and goes on.
    if (last?.token !== doubt.last.token || last.state !== "started") return undefined;
    return record(tx, locked, { doubt, finding, facts });
  });
  if (step !== undefined) return step;
  throw ApplicationFailure.retryable("The attempt before took no effect, and another one follows", "attempt_failed");
}

/** Leaves the attempt as it is until it is done, or can't act any more. */
function lookAgain(actsMs: number): ApplicationFailure {
  return ApplicationFailure.create({
    type: "attempt_failed",
    message: "The attempt before may still run, so nothing is known of it yet",
    nextRetryDelay: Math.min(actsMs, MAX_LOOK_MS),
  });
}

/** Ends the attempt in the ledger, and the invocation unless another attempt may follow. */
async function record(
  tx: TransactionTables,
  row: LockedInvocation,
  { doubt, finding, facts }: Cleared,
): Promise<ClosedStep | undefined> {
  const { attempt, token } = doubt.last;
  const why = whyNoneFollows(row, doubt);
  const judged = judgeFinding(finding, {
    message: why ?? "Nothing was heard of the attempt",
    mayFollow: why === undefined,
  });
  if (judged.kind === "close" && judged.state === "uncertain") {
    const message = "The action began and never reported how it ended, and its probe can't tell";
    return closeUncertain(tx, { row, last: doubt.last, message, probe: finding.word });
  }
  await reportOutcome(tx, row, { token, beganAtMs: row.now, outcome: "none" });
  const state = judged.kind === "close" ? judged.state : "erred";
  const closing = judged.kind === "close" ? closingOf(row, judged.closing) : undefined;
  // An attempt that reported no error has none in the ledger, and doesn't count as one that did.
  const error = closing?.error === undefined ? undefined : canonicalJson(closing.error);
  await tx.executions.finish({ ref: row, attempt, token, state, error });
  const capacity = limitsOf(row)?.facts;
  const proven = facts.length === 0 ? undefined : await recordFacts(tx, { row, facts, capacity });
  const finished = eventOf(row, "execution.finished", {
    ...{ attempt, outcome: state, probe: finding.word },
    ...(proven === undefined ? {} : { facts: proven }),
    ...(closing?.error === undefined ? {} : { error: { ...closing.error } }),
  });
  if (closing !== undefined) return closeRow(tx, row, { ...closing, events: [finished] });
  await tx.audit.append(row.tenant, [finished]);
  return undefined;
}

/** Why no further attempt may follow one that took no effect; `undefined` when one may. */
function whyNoneFollows(row: LockedInvocation, { action, leftMs }: DoubtfulAttempt): string | undefined {
  if (row.cancel_at !== null) return "Canceled between attempts";
  if (row.attempts >= action.execution.maxAttempts + MAX_LOST_ATTEMPTS)
    return "The action began too often without reporting how it ended";
  return leftMs <= 0 ? "The action took no effect in its time" : undefined;
}

function closingOf(row: LockedInvocation, closing: Closing): Closing {
  if (closing.error === undefined || row.cancel_at === null) return closing;
  return { ...closing, error: createErrorView("invocation_canceled", closing.error.message) };
}
