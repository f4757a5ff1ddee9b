import type { ClosedStep } from "../src/contract/run.ts";
import type { ProbeWord } from "../src/core/invocation.ts";
import type { ExecutionRow } from "../src/store/executions.ts";
import type { LockedInvocation } from "../src/store/invocations.ts";
import type { TransactionTables } from "../src/store/store.ts";
import { reportOutcome } from "./attempt-breakers.ts";
import { type Closing, closeRow } from "./close-row.ts";
import { eventOf } from "./event-of.ts";
import { createErrorView } from "./error-view.ts";

/** What is not known, and why. */
export interface Doubt {
  readonly row: LockedInvocation;
  /** The attempt that began and never reported how it ended. */
  readonly last: ExecutionRow;
  readonly message: string;
  /** What the action's probe said, where it was asked. */
  readonly probe?: ProbeWord;
  /** See {@link Closing}. */
  readonly because?: NonNullable<Closing["because"]>;
}

/** Closes an invocation of which nobody can know whether it took effect, in the ledger and for whoever asks. */
export async function closeUncertain(
  tx: TransactionTables,
  { row, last, message, probe, because }: Doubt,
): Promise<ClosedStep> {
  const { attempt, token } = last;
  // Nobody will hear of the attempt again, so a probe that it holds is free for the next.
  await reportOutcome(tx, row, { token, beganAtMs: row.now, outcome: "none" });
  await tx.executions.finish({ ref: row, attempt, token, state: "uncertain", error: undefined });
  return closeRow(tx, row, {
    status: "uncertain",
    error: createErrorView("outcome_uncertain", message),
    events: [eventOf(row, "execution.finished", { attempt, outcome: "uncertain", ...(probe && { probe }) })],
    ...(because === undefined ? {} : { because }),
  });
}
