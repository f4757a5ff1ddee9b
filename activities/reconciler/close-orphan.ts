import type { InvocationRef } from "../../src/contract/ids.ts";
import { isClosed } from "../../src/core/invocation.ts";
import { judgeOrphan, type Orphan, type OrphanStatus, type RunEnd } from "../../src/core/run-end.ts";
import type { AuditEntry } from "../../src/store/audit.ts";
import type { ExecutionRow } from "../../src/store/executions.ts";
import type { LockedInvocation } from "../../src/store/invocations.ts";
import type { TransactionTables } from "../../src/store/store.ts";
import { recordResolution } from "../approvals/record-resolution.ts";
import { type Closing, closeRow } from "../close-row.ts";
import { closeUncertain } from "../close-uncertain.ts";
import { createErrorView, reportedError } from "../error-view.ts";
import { describeEnd } from "./describe-end.ts";
import type { ReconcilerPorts } from "./ports.ts";

/** A run that has ended, and how long its last attempt may still report. */
export interface EndedRun {
  readonly end: RunEnd;
  /** Whether a worker may still carry out what the run had begun. */
  readonly mayReport: boolean;
}

/**
 * Closes an invocation whose run has ended without it, in one transaction, by what the ledger knows.
 * @returns what it became; `waiting` while a worker may still report, `nothing` when the row is closed or gone
 */
export function closeOrphan(
  ports: ReconcilerPorts,
  ref: InvocationRef,
  { end, mayReport }: EndedRun,
): Promise<OrphanStatus | "waiting" | "nothing"> {
  return ports.store.transaction(async (tx) => {
    const row = await tx.invocations.lock(ref);
    if (row === undefined || isClosed(row.status)) return "nothing";
    const last = row.attempts === 0 ? undefined : await tx.executions.last(ref);
    if (last?.state === "started" && mayReport) return "waiting";
    const status = judgeOrphan({ status: row.status as Orphan["status"], last: last?.state, told: end.told });
    await close(ports, tx, { row, last, end, status });
    return status;
  });
}

interface Ending {
  readonly row: LockedInvocation;
  readonly last: ExecutionRow | undefined;
  readonly end: RunEnd;
  readonly status: OrphanStatus;
}

async function close(ports: ReconcilerPorts, tx: TransactionTables, ending: Ending): Promise<void> {
  const { row, last, end, status } = ending;
  const message = describeEnd(end, ports.redact);
  const because = { by: "reconciler", ended: end.how, temporalRun: end.runId };
  switch (status) {
    case "canceled": {
      const events = await endApproval(ports, tx, { row, message });
      return void (await closeRow(tx, row, {
        ...{ status, because, events },
        error: createErrorView("invocation_canceled", message),
      }));
    }
    case "failed":
      return void (await closeRow(tx, row, { status, because, error: reportedError(last?.error ?? null) }));
    case "uncertain":
      return closeDoubtful(tx, ending, { message, because });
  }
}

/** The action may have run: as far as the row knows it is executing now, whatever the record has lost of the time before. */
async function closeDoubtful(
  tx: TransactionTables,
  { row, last }: Ending,
  { message, because }: { readonly message: string; readonly because: NonNullable<Closing["because"]> },
): Promise<void> {
  if (row.status === "pending") await tx.approvals.endPending(row);
  const executing: LockedInvocation = { ...row, status: "executing" };
  if (last?.state === "started") return void (await closeUncertain(tx, { row: executing, last, message, because }));
  const error = createErrorView("outcome_uncertain", message);
  await closeRow(tx, executing, { status: "uncertain", error, because });
}

/** Nobody is to vote any more, and the record says why. */
async function endApproval(
  { redact, signingKey }: ReconcilerPorts,
  tx: TransactionTables,
  { row, message }: { readonly row: LockedInvocation; readonly message: string },
): Promise<AuditEntry[]> {
  const locked = row.status === "pending" ? await tx.approvals.lock(row) : undefined;
  if (locked?.approval.status !== "pending") return [];
  const { approval, nowMs } = locked;
  const resolution = { status: "canceled", atMs: nowMs, by: [], reason: message, executeByAtMs: undefined } as const;
  return recordResolution({ tx, row, approval, votes: [], nowMs, redact, signingKey }, resolution, new Set());
}
