import { randomUUID } from "node:crypto";
import type { TestWorkflowEnvironment } from "@temporalio/testing";
import { Worker } from "@temporalio/worker";
import { createActivities } from "../../activities/index.ts";
import type { Action } from "../../src/action/action.ts";
import { describeAction } from "../../src/action/describe-action.ts";
import { installSdkLogger } from "../../src/adapters/connect-temporal.ts";
import { createTemporalRuns } from "../../src/adapters/temporal-runs.ts";
import type { CreateKeyRequest } from "../../src/contract/principal.ts";
import { createRedactor } from "../../src/core/redaction/redactor.ts";
import { createGateway } from "../../src/gateway/create-gateway.ts";
import { createDirectory } from "../../src/gateway/directory.ts";
import type { Caller, Gateway } from "../../src/gateway/gateway.ts";
import { publishFileDocument } from "../../src/gateway/policy-documents.ts";
import { createPolicySource } from "../../src/gateway/policy-source.ts";
import type { GatewayPorts } from "../../src/gateway/ports.ts";
import type { Db } from "../../src/store/db.ts";
import { createStore, type Store } from "../../src/store/store.ts";
import { workflowBundle } from "../../worker/bundle.ts";
import { openTestDb } from "./pglite.ts";
import { startTimeSkippingServer } from "./time-skipping-server.ts";

/** A guard whose Temporal and whose database share one clock, which a test moves on. */
export interface TimeSkippingGuard {
  readonly gateway: Gateway;
  readonly admin: Caller;
  /** Temporal's present time, epoch milliseconds. */
  readNowMs(): Promise<number>;
  /** Lets so much time pass: every timer on the way fires, and what it leads to is done, before the next. Needs the worker. */
  skip(durationMs: number): Promise<void>;
  /** Puts the database's clock so much further ahead of Temporal's than it is, as if the run's timers had been kept from firing. */
  delayTimers(durationMs: number): void;
  /** A caller with a key of its own; `invoke` and `read` unless told. */
  caller(request: Partial<CreateKeyRequest> & { subject: string }): Promise<Caller>;
  /** Stops the worker and waits until it has gone. */
  stopWorker(): Promise<void>;
  /** Starts a worker again. */
  startWorker(): Promise<void>;
  close(): Promise<void>;
}

/** Starts a guard of its own on a time-skipping server of its own. */
export async function startTimeSkippingGuard(actions: readonly Action[], policy: string): Promise<TimeSkippingGuard> {
  installSdkLogger(() => undefined);
  const db = await openTestDb();
  const environment = await startTimeSkippingServer();
  try {
    return await openGuard({ db, environment, actions, policy });
  } catch (error) {
    await environment.teardown();
    throw error;
  }
}

interface GuardParts {
  readonly db: Db;
  readonly environment: TestWorkflowEnvironment;
  readonly actions: readonly Action[];
  readonly policy: string;
}

async function openGuard({ db, environment, actions, policy }: GuardParts): Promise<TimeSkippingGuard> {
  let aheadMs = 0;
  const store = createStore(followClock(db, async () => (await environment.currentTimeMs()) + aheadMs));
  await publishFileDocument(store, policy);
  const ports = createPorts(store, environment);
  const { gateway, close } = createGateway(ports);
  const admin = await gateway.authenticate("a".repeat(40));
  const taskQueue = randomUUID();
  await store.manifests.publish(actions.map((action) => describeAction(action, taskQueue)));
  let stop: (() => Promise<void>) | undefined;
  const startWorker = async (): Promise<void> =>
    void (stop = await runWorker({ ports, environment, actions, taskQueue }));
  const stopWorker = async (): Promise<void> => {
    await stop?.();
    stop = undefined;
  };
  await startWorker();
  return {
    ...{ gateway, admin, startWorker, stopWorker },
    readNowMs: () => environment.currentTimeMs(),
    skip: (durationMs) => environment.sleep(durationMs),
    delayTimers: (durationMs) => void (aheadMs += durationMs),
    async caller(request) {
      const key = await gateway.createKey(admin, { kind: "user", permissions: ["invoke", "read"], ...request });
      return gateway.authenticate(key.key);
    },
    async close() {
      await stopWorker();
      close();
      await environment.teardown();
      await db.close();
    },
  };
}

/** The database, its session's clock set to the given time before whatever is asked of it. It never runs backwards. */
function followClock(db: Db, readNowMs: () => Promise<number>): Db {
  const follow = async (): Promise<void> => {
    const now = new Date(await readNowMs());
    await db.query(`select set_config('countersign.last_ms', greatest($1::timestamptz, ms_now())::text, false)`, [now]);
  };
  return {
    ...db,
    query: async (text, params) => {
      await follow();
      return db.query(text, params);
    },
    transaction: async (work) => {
      await follow();
      return db.transaction(work);
    },
  };
}

function createPorts(store: Store, { client }: TestWorkflowEnvironment): GatewayPorts {
  return {
    store,
    runs: createTemporalRuns({ client, uiUrl: undefined, startEagerly: false }),
    policies: createPolicySource(store),
    directory: createDirectory(store),
    redact: createRedactor().redact,
    signingKey: "k".repeat(40),
    adminKey: "a".repeat(40),
    log: () => undefined,
  };
}

interface WorkerParts {
  readonly ports: GatewayPorts;
  readonly environment: TestWorkflowEnvironment;
  readonly actions: readonly Action[];
  readonly taskQueue: string;
}

/**
 * Not the project's own poller, which asks for search attributes that this server can't list. It keeps no run in memory, so that the
 * next worker needn't wait for a dead one's queue, and each step replays all before it.
 * @returns what stops it
 */
async function runWorker({ ports, environment, actions, taskQueue }: WorkerParts): Promise<() => Promise<void>> {
  const byName = new Map(actions.map((action) => [action.name, action]));
  const worker = await Worker.create({
    connection: environment.nativeConnection,
    taskQueue,
    workflowBundle: await workflowBundle(),
    activities: { ...createActivities({ ...ports, actions: byName, identity: "time-skipping" }) },
    maxCachedWorkflows: 0,
  });
  const ended = worker.run();
  return async () => {
    worker.shutdown();
    await ended;
  };
}
