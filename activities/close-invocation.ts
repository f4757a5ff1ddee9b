import type { InvocationRef } from "../src/contract/ids.ts";
import type { ClosedStep } from "../src/contract/run.ts";
import { isClosed } from "../src/core/invocation.ts";
import type { LockedInvocation } from "../src/store/invocations.ts";
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
): Promise<ClosedStep> {
  return ports.store.transaction(async (tx) => {
    const row = requireRow(await tx.invocations.lock(ref));
    if (isClosed(row.status)) return closedStep(row);
    const last = await tx.executions.last(ref);
    if (last === undefined) return closeRow(tx, row, neverStarted(row, options.canceled));
    return closeAbandoned(tx, row, last);
  });
}

function neverStarted(row: LockedInvocation, canceled: boolean): Closing {
  return canceled
    ? { status: "canceled", error: canceledError(row) }
    : { status: "failed", error: createErrorView("action_failed", "The action did not begin in its time") };
}
