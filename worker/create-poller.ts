import { hostname } from "node:os";
import { Client } from "@temporalio/client";
import { type NativeConnection, TransportError, Worker } from "@temporalio/worker";
import type { Action } from "../src/action/action.ts";
import { type ActivityPorts, createActivities } from "../activities/index.ts";
import { type Reconciler, startReconciler } from "../activities/reconciler/start-reconciler.ts";
import { ensureSearchAttributes, waitForSearchAttributes } from "../src/adapters/search-attributes.ts";
import { waitFor, type Waiting } from "../src/adapters/wait-for.ts";
import { CountersignError } from "../src/core/countersign-error.ts";
import { workflowBundle } from "./bundle.ts";
import { publishActions, takeBackActions, versionsOf } from "./publish-actions.ts";
import { createReconcilerPorts } from "./reconciler-ports.ts";
import { type Presence, signPresence } from "./sign-presence.ts";
import { withCompensations } from "./with-compensations.ts";
import { slotsOf } from "./worker-slots.ts";
import { toSdkSettings, type WorkerSettings } from "./worker-settings.ts";

/** Task queue of actions unless a worker names another. */
export const DEFAULT_TASK_QUEUE = "countersign";

/** What a poller is made of. */
export interface PollerOptions extends Omit<ActivityPorts, "actions" | "identity">, WorkerSettings {
  readonly actions: readonly Action[];
  readonly connection: NativeConnection;
  /** Default `default`. */
  readonly namespace?: string;
  /** Default `countersign`. */
  readonly taskQueue?: string;
  /** Begin although inputs of open calls don't fit the actions' schemas, and only tell of them; default false. */
  readonly acceptIncompatible?: boolean;
  /** How a store that is away is waited for; without it that is an error. */
  readonly waiting?: Waiting;
}

/** The part of a worker that polls Temporal, over connections that somebody else opens and closes. */
export interface Poller {
  /** Polls until `shutdown`; rejects when the worker fails for good. */
  run(): Promise<void>;
  /** Stops polling, lets activities end or hands them back. Resolves at once; `run` resolves when it is done. */
  shutdown(): void;
}

/**
 * Makes what decides, waits and executes: ensures Temporal's search attributes, checks the inputs of open calls, publishes the actions'
 * manifests, and is ready to run.
 * @throws invalid_request for two actions of one name and for open calls that the schemas don't take any more; unavailable when store or
 * Temporal can't be reached
 */
export async function createPoller(given: PollerOptions): Promise<Poller> {
  const options = { ...given, actions: withCompensations(given.actions, given.store) };
  const { connection, store, log, namespace = "default", taskQueue = DEFAULT_TASK_QUEUE } = options;
  const actions = indexActions(options.actions);
  const identity = `${process.pid}@${hostname()}`;
  const buildId = options.deployment?.buildId;
  // Several workers of one process poll a queue each, or the same one.
  const sign = {
    ...{ identity: `${identity}:${taskQueue}:${(made += 1)}`, taskQueue, buildId },
    versions: versionsOf(options.actions),
  };
  if (options.waiting === undefined) await ensureSearchAttributes(connection, namespace);
  else await waitForSearchAttributes({ connection, namespace }, options.waiting);
  await publishActions({ ...options, sign });
  const worker = await createSdkWorker(
    { ...options, namespace, taskQueue },
    { ...options, actions, identity, buildId },
  ).catch(async (error: unknown) => {
    // Nobody is to leave work to it.
    await store.workers.stop(sign.identity).catch(() => undefined);
    throw error;
  });
  const ports = createReconcilerPorts(new Client({ connection, namespace }), options);
  return startOnce(worker, {
    log,
    present: () => signPresence({ store, log, sign, onSign: () => takeBackActions({ ...options, sign }) }),
    reconcile: () => startReconciler(ports, [taskQueue]),
  });
}

/** Workers that this process has made: each has a name of its own. */
let made = 0;

/** Makes the SDK's worker. It asks Temporal about the namespace first, so that Temporal is waited for. */
async function createSdkWorker(
  options: PollerOptions & { readonly namespace: string; readonly taskQueue: string },
  ports: ActivityPorts,
): Promise<Worker> {
  const { connection, namespace, taskQueue, waiting } = options;
  const settings = toSdkSettings(options);
  const bundle = await workflowBundle();
  const activities = { ...createActivities(ports) };
  const attempt = (): Promise<Worker> =>
    Worker.create({ connection, namespace, taskQueue, workflowBundle: bundle, activities, ...settings });
  const worker = await (waiting === undefined
    ? attempt()
    : waitFor({ what: "Temporal", attempt, isTemporary: (error) => error instanceof TransportError }, waiting));
  options.metrics?.watchSlots(() => slotsOf(worker, settings));
  return worker;
}

/** What goes on beside the SDK's worker. */
interface Beside {
  readonly log: PollerOptions["log"];
  readonly present: () => Presence;
  readonly reconcile: () => Reconciler;
}

/** A poller of the SDK's worker. It signs its presence, and brings rows and runs together, from its run until it is told to end. */
function startOnce(worker: Worker, { log, present, reconcile }: Beside): Poller {
  let presence: Presence | undefined;
  let reconciler: Reconciler | undefined;
  let stopping = false;
  return {
    run: async () => {
      presence = present();
      reconciler = reconcile();
      try {
        await worker.run();
      } catch (error) {
        if (!stopping) throw error;
        // An action that listens to nobody: the ledger has its attempt, and the next worker takes it up by its mode.
        log("warn", "Not everything ended in time, the next worker takes it up", { error });
      } finally {
        await Promise.all([presence.stop(), reconciler.stop()]);
      }
    },
    shutdown: () => {
      stopping = true;
      // Doors hear at once that it takes no more work, although what is under way may go on for a while.
      void presence?.stop();
      void reconciler?.stop();
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
