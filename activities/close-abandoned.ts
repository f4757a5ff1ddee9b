import type { ClosedStep } from "../src/contract/run.ts";
import { judgeAbandoned } from "../src/core/invocation.ts";
import type { ExecutionRow } from "../src/store/executions.ts";
import type { LockedInvocation } from "../src/store/invocations.ts";
import type { TransactionTables } from "../src/store/store.ts";
import { closeRow } from "./close-row.ts";
import { closeUncertain } from "./close-uncertain.ts";
import { reportedError } from "./error-view.ts";

/** Closes an invocation whose execution began and won't be tried again, by what its last attempt left in the ledger. */
export function closeAbandoned(tx: TransactionTables, row: LockedInvocation, last: ExecutionRow): Promise<ClosedStep> {
  if (judgeAbandoned(last.state) === "erred")
    return closeRow(tx, row, { status: "failed", error: reportedError(last.error) });
  return closeUncertain(tx, { row, last, message: "The action began and never reported how it ended" });
}
