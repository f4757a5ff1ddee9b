import type { InvocationRef } from "../src/contract/ids.ts";
import type { Step } from "../src/contract/run.ts";
import { isClosed } from "../src/core/invocation.ts";
import type { LockedInvocation } from "../src/store/invocations.ts";
import type { TransactionTables } from "../src/store/store.ts";
import { standingStep } from "./approvals/standing-step.ts";
import { closeAbandoned } from "./close-abandoned.ts";
import { closeRow, type Closing } from "./close-row.ts";
import { canceledError, createErrorView } from "./error-view.ts";
import type { ActivityPorts } from "./ports.ts";
import { requireRow } from "./require.ts";
import { closedStep } from "./steps.ts";

/** Closes an invocation whose execution won't be tried again: its time is over, its attempts are used up, or it was canceled between them. */
export function closeInvocation(
  ports: ActivityPorts,
  ref: InvocationRef,
  options: { readonly canceled: boolean },
): Promise<Step> {
  return ports.store.transaction(async (tx) => {
    const row = requireRow(await tx.invocations.lock(ref));
    if (isClosed(row.status)) return closedStep(row);
    const last = await tx.executions.last(ref);
    if (last === undefined && !options.canceled && (await waitsForPeople(tx, row))) return standingStep(ports, tx, row);
    if (last === undefined) return closeRow(tx, row, neverStarted(row, options.canceled));
    return closeAbandoned(tx, row, last);
  });
}

/** Whether people were asked again when the action was about to begin, and nobody heard of it. */
async function waitsForPeople(tx: TransactionTables, row: LockedInvocation): Promise<boolean> {
  return row.status === "pending" && (await tx.approvals.lock(row))?.approval.status === "pending";
}

function neverStarted(row: LockedInvocation, canceled: boolean): Closing {
  return canceled
    ? { status: "canceled", error: canceledError(row) }
    : { status: "failed", error: createErrorView("action_failed", "The action did not begin in its time") };
}
