import type { ErrorView } from "../src/contract/invocation.ts";
import type { InvocationRef } from "../src/contract/ids.ts";
import type { ClosedStep } from "../src/contract/run.ts";
import { isClosed, judgeAbandoned } from "../src/core/invocation.ts";
import type { LockedInvocation } from "../src/store/invocations.ts";
import { closeRow, type Closing, eventOf } from "./close-row.ts";
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
    const known = judgeAbandoned(last?.state);
    if (last !== undefined && known === "uncertain") {
      await tx.executions.finish({
        ref,
        attempt: last.attempt,
        token: last.token,
        state: "uncertain",
        error: undefined,
      });
    }
    const closing = closingOf(row, { known, canceled: options.canceled, lastError: last?.error ?? undefined });
    const events =
      last === undefined
        ? []
        : [eventOf(row, "execution.finished", { attempt: last.attempt, outcome: closing.status })];
    return closeRow(tx, row, { ...closing, events });
  });
}

interface Abandoned {
  readonly known: ReturnType<typeof judgeAbandoned>;
  readonly canceled: boolean;
  readonly lastError: string | undefined;
}

function closingOf(row: LockedInvocation, { known, canceled, lastError }: Abandoned): Closing {
  switch (known) {
    case "never_started":
      return canceled && row.status !== "executing"
        ? { status: "canceled", error: error("invocation_canceled", row.cancel_reason ?? "The call was canceled") }
        : { status: "failed", error: error("action_failed", "No worker began the action in its time") };
    case "erred":
      return {
        status: "failed",
        error:
          lastError === undefined ? error("action_failed", "The action failed") : (JSON.parse(lastError) as ErrorView),
      };
    case "uncertain":
      return {
        status: "uncertain",
        error: error("outcome_uncertain", "The action began and never reported how it ended"),
      };
  }
}

function error(code: string, message: string): ErrorView {
  return { code, message, retryable: false };
}
