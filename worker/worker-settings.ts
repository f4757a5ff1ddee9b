import type { WorkerOptions } from "@temporalio/worker";

type PollerBehavior = NonNullable<WorkerOptions["workflowTaskPollerBehavior"]>;

/** Runs kept in memory. Measured: 500 hold 3,000 pending in 80 MB; a run that was put away costs 12 ms more at its vote. */
const MAX_CACHED_RUNS = 500;

/** Milliseconds from the wish to end until what hasn't ended is left to the next worker. */
const SHUTDOWN_GRACE_MS = 15_000;

/**
 * Actions under way at once. They mostly wait for somebody else, so that more than there are cores are well; each takes a connection to
 * the store only to begin and to report.
 */
const MAX_ACTIVITIES = 100;

/** Decisions and inline actions under way at once: an inline action may take 5 s, and mustn't keep decisions waiting. */
const MAX_LOCAL_ACTIVITIES = 100;

/**
 * Polls open at once: few while it is quiet, since each is an open call to Temporal, and more as the server says that tasks wait. Two
 * workflow polls are the least, one for the worker's own runs and one for any.
 */
const WORKFLOW_POLLERS: PollerBehavior = { type: "autoscaling", minimum: 2, initial: 5, maximum: 40 };
const ACTIVITY_POLLERS: PollerBehavior = { type: "autoscaling", minimum: 1, initial: 5, maximum: 40 };

/** A version of a worker as Temporal knows it. */
export interface DeploymentVersion {
  /** All versions of these workers together. */
  readonly name: string;
  /** This version. */
  readonly buildId: string;
}

/** What may be chosen of how a worker works. */
export interface WorkerSettings {
  /** Runs kept in memory; default 500. */
  readonly maxCachedRuns?: number | undefined;
  /** Milliseconds within which it ends that was asked to; default 15,000. */
  readonly shutdownGraceMs?: number | undefined;
  /** Its version, if it has one: runs then go to the version that Temporal is told to be the current one, open runs included. */
  readonly deployment?: DeploymentVersion | undefined;
  /** Whether the polls grow and shrink with the work; default: as many as the SDK opens, always. */
  readonly scalesPollers?: boolean | undefined;
}

/** The settings in the SDK's words. */
export function toSdkSettings(settings: WorkerSettings): Partial<WorkerOptions> {
  const { maxCachedRuns = MAX_CACHED_RUNS, shutdownGraceMs = SHUTDOWN_GRACE_MS, deployment, scalesPollers } = settings;
  // A third for activities to end by themselves, a third after their signal has aborted, and a third to hand back and close.
  const third = Math.floor(shutdownGraceMs / 3);
  return {
    maxCachedWorkflows: maxCachedRuns,
    maxConcurrentActivityTaskExecutions: MAX_ACTIVITIES,
    maxConcurrentLocalActivityExecutions: MAX_LOCAL_ACTIVITIES,
    shutdownGraceTime: third,
    shutdownForceTime: 2 * third,
    ...(scalesPollers === true
      ? { workflowTaskPollerBehavior: WORKFLOW_POLLERS, activityTaskPollerBehavior: ACTIVITY_POLLERS }
      : {}),
    ...(deployment === undefined
      ? {}
      : {
          workerDeploymentOptions: {
            version: { deploymentName: deployment.name, buildId: deployment.buildId },
            useWorkerVersioning: true,
            // Approvals outlive deployments: an open run goes on with the newest code, which must replay what the older one did.
            defaultVersioningBehavior: "AUTO_UPGRADE",
          },
        }),
  };
}
