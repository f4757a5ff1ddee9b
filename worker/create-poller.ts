import { hostname } from "node:os";
import { type NativeConnection, Worker } from "@temporalio/worker";
import type { Action } from "../src/action/action.ts";
import { describeAction } from "../src/action/describe-action.ts";
import { type ActivityPorts, createActivities } from "../activities/index.ts";
import { ensureSearchAttributes } from "../src/adapters/search-attributes.ts";
import { CountersignError } from "../src/core/countersign-error.ts";
import { workflowBundle } from "./bundle.ts";

/** Task queue of actions unless a worker names another. */
export const DEFAULT_TASK_QUEUE = "countersign";

/** Runs kept in memory. Measured: 500 hold 3,000 pending in 80 MB; a run that was put away costs 12 ms more at its vote. */
const MAX_CACHED_WORKFLOWS = 500;

/** On shutdown activities get this long to end by themselves before their signal aborts; then as long again before they are left. */
const SHUTDOWN_GRACE_MS = 5_000;

/** What a poller is made of. */
export interface PollerOptions extends Omit<ActivityPorts, "actions" | "identity"> {
  readonly actions: readonly Action[];
  readonly connection: NativeConnection;
  /** Default `default`. */
  readonly namespace?: string;
  /** Default `countersign`. */
  readonly taskQueue?: string;
}

/** The part of a worker that polls Temporal, over connections that somebody else opens and closes. */
export interface Poller {
  /** Polls until `shutdown`; rejects when the worker fails for good. */
  run(): Promise<void>;
  /** Stops polling, lets activities end or hands them back. Resolves at once; `run` resolves when it is done. */
  shutdown(): void;
}

/**
 * Makes what decides, waits and executes: ensures Temporal's search attributes, publishes the actions' manifests, and is ready to run.
 * @throws invalid_request for two actions of one name, unavailable when store or Temporal can't be reached
 */
export async function createPoller(options: PollerOptions): Promise<Poller> {
  const { connection, store, namespace = "default", taskQueue = DEFAULT_TASK_QUEUE } = options;
  const actions = indexActions(options.actions);
  await ensureSearchAttributes(connection, namespace);
  const worker = await Worker.create({
    connection,
    namespace,
    taskQueue,
    workflowBundle: await workflowBundle(),
    activities: { ...createActivities({ ...options, actions, identity: `${process.pid}@${hostname()}` }) },
    maxCachedWorkflows: MAX_CACHED_WORKFLOWS,
    shutdownGraceTime: SHUTDOWN_GRACE_MS,
    shutdownForceTime: 2 * SHUTDOWN_GRACE_MS,
  });
  await store.manifests.publish(options.actions.map((action) => describeAction(action, taskQueue)));
  let stopping = false;
  return {
    run: () =>
      worker.run().catch((error: unknown) => {
        if (!stopping) throw error;
        // An action that listens to nobody: the ledger has its attempt, and the next worker takes it up by its mode.
        options.log("warn", "Not everything ended in time, the next worker takes it up", { error });
      }),
    shutdown: () => {
      stopping = true;
      if (worker.getState() === "RUNNING") worker.shutdown();
    },
  };
}

function indexActions(actions: readonly Action[]): ReadonlyMap<string, Action> {
  const byName = new Map<string, Action>();
  for (const action of actions) {
    if (byName.has(action.name)) throw new CountersignError("invalid_request", `Two actions are named ${action.name}`);
    byName.set(action.name, action);
  }
  return byName;
}
