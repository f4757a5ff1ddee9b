import { ApplicationFailure, CancelledFailure } from "@temporalio/common";
import type { InvocationId, InvocationRef } from "../src/contract/ids.ts";
import type { ProbeCall, ProbeResult } from "../src/contract/run.ts";
import { mayStillActMs } from "../src/core/invocation.ts";
import { isAuthenticProbe } from "../src/core/probe-mac.ts";
import { reconcileRow } from "../src/core/reconciliation.ts";
import { statusTopic } from "../src/core/topics.ts";
import type { ExecutionRow } from "../src/store/executions.ts";
import type { LockedInvocation } from "../src/store/invocations.ts";
import type { TransactionTables } from "../src/store/store.ts";
import { isUntouched } from "./approvals/mandate.ts";
import { askUntilKnown, type Finding, type ProbedCall } from "./ask-probe.ts";
import { eventOf } from "./event-of.ts";
import type { ActivityPorts } from "./ports.ts";
import { NO_OUTPUT } from "./read-output.ts";
import { requireAction, requireRow } from "./require.ts";
import { executionOf } from "./steps.ts";
import { isStuck } from "./stuck-calls.ts";

/**
 * Asks an action's probe once about an uncertain outcome and closes the invocation by what it says. One that is not uncertain any more is
 * left as it is, and one of which the probe can't tell anything, or whose last attempt may still act, stays uncertain.
 * @throws ApplicationFailure `forbidden`, not retried, for a question that no door made; CancelledFailure when the worker goes away
 */
export async function probeOutcome(ports: ActivityPorts, call: ProbeCall): Promise<ProbeResult> {
  if (!isAuthenticProbe(ports.signingKey, call))
    throw ApplicationFailure.nonRetryable("Probes are asked through the API, not here", "forbidden");
  const ref: InvocationRef = { tenant: call.tenant, id: call.invocation as InvocationId };
  const action = requireAction(ports, call.action);
  const [row, last] = await ports.store.transaction(
    async (tx) => [requireRow(await tx.invocations.lock(ref)), await tx.executions.last(ref)] as const,
  );
  const finding = await ask(ports, { row, action, timeoutMs: call.timeoutMs }, last);
  return ports.store.transaction(async (tx) => {
    const locked = requireRow(await tx.invocations.lock(ref));
    if (locked.status !== "uncertain") return { status: locked.status };
    if (finding.word !== "unknown") return record(tx, locked, { call, finding });
    // Nothing has changed, and who waits for it need not wait longer.
    tx.notify(statusTopic(ref, "uncertain"));
    return { status: "uncertain" };
  });
}

async function ask(ports: ActivityPorts, call: ProbedCall, last: ExecutionRow | undefined): Promise<Finding> {
  const { row, action } = call;
  // About another input than the one that ran the probe would say nothing.
  if (row.status !== "uncertain" || row.action !== action.name || !isUntouched(row)) return { word: "unknown" };
  const isOver = last === undefined || hasEnded(call, last);
  const finding = await askUntilKnown(ports, { ...call, leftMs: 0, hasEnded: () => isOver && !isStuck(row) });
  if (finding === undefined) throw new CancelledFailure("WORKER_SHUTDOWN");
  return finding;
}

/** Whether the attempt takes no effect any more: it was heard to end, or its time is over. */
function hasEnded({ row, action }: ProbedCall, { is_over: isOver, started_at: startedAtMs }: ExecutionRow): boolean {
  const { attemptTimeoutMs } = executionOf(row, action);
  return isOver || mayStillActMs({ startedAtMs, attemptTimeoutMs }, row.now) === 0;
}

async function record(
  tx: TransactionTables,
  row: LockedInvocation,
  { call: { by, note }, finding }: { readonly call: ProbeCall; readonly finding: Finding },
): Promise<ProbeResult> {
  const ref = { tenant: row.tenant, id: row.id };
  const outcome = finding.word === "done" ? "executed" : "failed";
  const { output = NO_OUTPUT } = finding;
  await tx.invocations.update(ref, {
    ...reconcileRow({ outcome, output, finder: "The action's probe", nowMs: row.now }),
  });
  const data = { outcome, by: "probe", note };
  const shown = outcome === "executed" ? { output: JSON.parse(output.view) as unknown } : {};
  await tx.audit.append(row.tenant, [
    { ...eventOf(row, "invocation.reconciled", { ...data, ...shown }), principal: by },
  ]);
  tx.notify(statusTopic(ref, outcome));
  return { status: outcome };
}
