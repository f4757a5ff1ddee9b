import type { OrphanStatus } from "../../src/core/run-end.ts";
import type { WokenRuns } from "./find-rowless.ts";

/** What one look of the reconciler found and did. */
export interface ReconcileReport {
  /** Rows whose runs were asked for, exactly. */
  readonly checked: number;
  /** Invocations that were closed because their runs had ended without them, by the status they got. */
  readonly closed: Readonly<Record<OrphanStatus, number>>;
  /** Runs that Temporal had lost and that were started again. */
  readonly restarted: number;
  /** Runs without a row that were woken, so that they end. */
  readonly rowless: number;
  /** Rows left open although their runs have ended or are lost: a worker may still report how the action went. */
  readonly waiting: number;
  /** Rows that could not be checked, task queues that could not be searched, and runs that could not be woken; they are, later. */
  readonly faults: number;
}

/** What became of one row that was checked. */
export type RowOutcome = OrphanStatus | "restarted" | "waiting" | "nothing" | "fault";

/** Adds up what became of rows, and of the runs beside them. */
export function createReport(outcomes: readonly RowOutcome[], woken: WokenRuns): ReconcileReport {
  const count = (wanted: RowOutcome): number => outcomes.filter((outcome) => outcome === wanted).length;
  return {
    checked: outcomes.length,
    closed: { canceled: count("canceled"), failed: count("failed"), uncertain: count("uncertain") },
    restarted: count("restarted"),
    rowless: woken.rowless,
    waiting: count("waiting"),
    faults: count("fault") + woken.faults,
  };
}

/** Whether a look did anything that people may want to know of. */
export function hasChanged({ closed, restarted, rowless }: ReconcileReport): boolean {
  return closed.canceled + closed.failed + closed.uncertain + restarted + rowless > 0;
}
