import { createLookMemory, lookAtEverything, lookForOrphans } from "./look.ts";
import type { ReconcilerPorts } from "./ports.ts";
import { hasChanged, type ReconcileReport } from "./report.ts";

/** How often the reconciler looks. */
const RECONCILE_INTERVAL_MS = 15_000;

/** A running reconciler. */
export interface Reconciler {
  /** Looks once, now. @throws when Temporal or the store can't be reached */
  look(): Promise<ReconcileReport>;
  /** Looks no more, and waits for the look that is under way. */
  stop(): Promise<void>;
}

/**
 * Brings rows and runs together again that have lost each other: runs that an operator ended leave open rows, a Temporal that was
 * restored leaves rows without runs, a database that was restored leaves runs without rows. It looks every 15 s until it is stopped;
 * any number of processes may do so at once. It terminates nothing, and closes nothing while Temporal can't be asked.
 */
export function startReconciler(ports: ReconcilerPorts, taskQueues: readonly string[]): Reconciler {
  const reconciler = createReconciler(ports, taskQueues);
  const stopping = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  let current: Promise<void> = Promise.resolve();

  function schedule(): void {
    if (stopping.signal.aborted) return;
    timer = setTimeout(() => {
      current = reconciler
        .look(stopping.signal)
        .then(
          () => undefined,
          (error: unknown) => ports.log("warn", "The reconciler's look failed and is tried again", { error }),
        )
        .finally(schedule);
    }, RECONCILE_INTERVAL_MS);
  }

  schedule();
  return {
    look: () => reconciler.look(stopping.signal),
    stop: async () => {
      stopping.abort();
      clearTimeout(timer);
      await current;
    },
  };
}

/** Makes a reconciler that looks only when it is told to. */
export function createReconciler(ports: ReconcilerPorts, taskQueues: readonly string[]): PatientReconciler {
  const memory = createLookMemory();
  return {
    look: async (signal) => tell(ports, await lookForOrphans(ports, { taskQueues, memory, signal })),
    lookAtAll: async (signal) => tell(ports, await lookAtEverything(ports, { taskQueues, signal })),
  };
}

/** A reconciler that looks only when it is told to. */
export interface PatientReconciler {
  /** Looks once. @throws when Temporal or the store can't be reached */
  look(signal?: AbortSignal): Promise<ReconcileReport>;
  /** Looks at everything there is, whenever it was looked at before. @throws as `look` does */
  lookAtAll(signal?: AbortSignal): Promise<ReconcileReport>;
}

function tell({ metrics, log }: ReconcilerPorts, report: ReconcileReport): ReconcileReport {
  const { closed, restarted, rowless } = report;
  for (const [outcome, count] of Object.entries({ ...closed, restarted, rowless })) {
    if (count > 0) metrics?.reconciled(outcome, count);
  }
  if (hasChanged(report)) log("info", "Rows and runs were brought together", { ...report });
  return report;
}
