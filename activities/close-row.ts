import type { ErrorView } from "../src/contract/invocation.ts";
import type { ClosedStatus, ClosedStep } from "../src/contract/run.ts";
import { canonicalJson } from "../src/core/canonical.ts";
import { canMove } from "../src/core/invocation.ts";
import { statusTopic } from "../src/core/topics.ts";
import { chargesOf } from "../src/core/guards/charges.ts";
import type { AuditEntry } from "../src/store/audit.ts";
import type { InvocationChange, LockedInvocation } from "../src/store/invocations.ts";
import type { TransactionTables } from "../src/store/store.ts";
import { eventOf } from "./event-of.ts";
import { type Cost, settleGuards } from "./settle-guards.ts";
import { closedStep } from "./steps.ts";

/** How an invocation ends. */
export interface Closing {
  readonly status: ClosedStatus;
  readonly error?: ErrorView;
  /** Real and redacted output, canonical JSON. */
  readonly output?: { readonly real: string; readonly view: string };
  /** Columns that the same transaction changes besides. */
  readonly change?: InvocationChange;
  /** Events that the same transaction records before the end. */
  readonly events?: readonly AuditEntry[];
  /** A refusal frees the idempotency key: the next call with it is a new one. */
  readonly releaseKey?: boolean;
  /** The attempt that was begun never ran: nothing was spent. */
  readonly unused?: true;
  /** What the event of the end says besides: who closed it, if it wasn't its own run. */
  readonly because?: Readonly<Record<string, string>>;
}

/** Writes the end of an invocation and its evidence, tells whoever waits, and gives the closed step. */
export async function closeRow(tx: TransactionTables, row: LockedInvocation, closing: Closing): Promise<ClosedStep> {
  if (!canMove(row.status, closing.status))
    throw new Error(`An invocation can't go from ${row.status} to ${closing.status}`);
  const error = closing.error === undefined ? null : canonicalJson(closing.error);
  const closed = new Date(row.now);
  const change: InvocationChange = {
    ...closing.change,
    status: closing.status,
    closed_at: closed,
    ...(closing.output === undefined ? {} : { output: closing.output.real, output_view: closing.output.view }),
    ...(closing.status === "executed" ? { executed_at: closed } : {}),
    ...(error === null ? {} : { error }),
  };
  const ref = { tenant: row.tenant, id: row.id };
  // Nobody is to vote on what has ended.
  if (row.status === "pending") await tx.approvals.endPending(ref);
  const settled = await settleGuards(tx, row, { charges: chargesOf(row), cost: costOf(row, closing) });
  await tx.invocations.update(ref, change);
  if (closing.releaseKey === true) await tx.invocations.releaseKey(row);
  await tx.audit.append(row.tenant, [
    ...(closing.events ?? []),
    ...settled,
    eventOf(row, "invocation.closed", {
      status: closing.status,
      digest: row.digest,
      ...closing.because,
      ...(closing.error === undefined ? {} : { error: { ...closing.error } }),
      ...(closing.output === undefined ? {} : { output: JSON.parse(closing.output.view) as unknown }),
    }),
  ]);
  tx.notify(statusTopic(ref, closing.status));
  return closedStep({
    status: closing.status,
    verdict: change.verdict ?? row.verdict,
    output_view: change.output_view ?? row.output_view,
    error: error ?? row.error,
    digest: row.digest,
  });
}

function costOf({ attempts }: LockedInvocation, { unused }: Closing): Cost {
  return attempts === 0 || unused === true ? "none" : "incurred";
}
