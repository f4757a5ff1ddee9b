import { Client } from "@temporalio/client";
import type { Action } from "../src/action/action.ts";
import type { Credentials } from "../src/action/credentials.ts";
import { connectLazily, connectNative, installSdkLogger, temporalTargetOf } from "../src/adapters/connect-temporal.ts";
import { createLogger } from "../src/adapters/logger.ts";
import { createTemporalRuns } from "../src/adapters/temporal-runs.ts";
import { createRedactor } from "../src/core/redaction/redactor.ts";
import type { SigningKey } from "../src/core/signing-key.ts";
import { type Closers, startOrUndo } from "../src/process/closers.ts";
import { observe } from "../src/process/observe.ts";
import { openSharedStore, type SharedStoreOptions } from "../src/process/open-store.ts";
import { type MetricsAddress, serveMetrics } from "../src/process/serve-metrics.ts";
import { loadTariff } from "../src/process/tariff-file.ts";
import { createDirectory } from "../src/gateway/directory.ts";
import type { LogLevel } from "../src/gateway/ports.ts";
import { createPolicySource } from "../src/gateway/policy-source.ts";
import { createPoller, type Poller } from "./create-poller.ts";
import type { DeploymentVersion } from "./worker-settings.ts";

/** Of a process that nobody stops while it waits. */
const NEVER = new AbortController().signal;

/** What a worker process is made of. */
export interface WorkerOptions {
  /** The guarded actions; no two of one name. */
  readonly actions: readonly Action[];
  /** Where actions get the credentials from that they ask for; default nowhere: an action that asks is rejected. */
  readonly credentials?: Credentials;
  /** The PostgreSQL database that doors and workers share. */
  readonly store: SharedStoreOptions;
  /** `TEMPORAL_…` variables: `TEMPORAL_ADDRESS`, `TEMPORAL_NAMESPACE`, TLS and API key. */
  readonly temporal: Readonly<Record<string, string>>;
  /** Key, or ring of keys, of the MACs of votes and grants, the same as the doors'. */
  readonly signingKey: SigningKey;
  /** Text of the tariff, YAML or JSON: prices of models and tools. Without one, only amounts that actions report count. */
  readonly tariff?: string;
  /** File with the tariff, instead of its text; read when the worker is made. */
  readonly tariffFile?: string;
  /** Default `countersign`. */
  readonly taskQueue?: string;
  /** Where `GET /metrics` tells keys with `operator` what this process counted; default nowhere. */
  readonly metrics?: MetricsAddress;
  /** The operator's key, which opens `/metrics` beside the stored ones. */
  readonly adminKey?: string;
  /** Further patterns of keys whose values are redacted. */
  readonly redactPatterns?: readonly string[];
  /** Least severe log lines that are written; default `info`. */
  readonly logLevel?: LogLevel | "fatal" | "trace" | "silent";
  /** Runs kept in memory; default 500. */
  readonly maxCachedRuns?: number;
  /** Milliseconds within which it ends that was asked to; default 15,000. */
  readonly shutdownGraceMs?: number;
  /** Its version, if it has one: runs then go to the version that Temporal is told to be the current one, open runs included. */
  readonly deployment?: DeploymentVersion;
  /** Start although inputs of open calls don't fit the actions' schemas, and only log them; default false. */
  readonly acceptIncompatible?: boolean;
  /** Gives up waiting for the store and for Temporal. */
  readonly signal?: AbortSignal;
}

/** A worker of guarded actions, ready to poll. */
export interface CountersignWorker {
  /** Polls until `shutdown`, then closes its connections. Rejects when the worker fails for good. */
  run(): Promise<void>;
  /** Stops polling and lets activities end or hands them back; `run` resolves when that is done. */
  shutdown(): void;
}

/**
 * Makes a worker process: the actions, the decisions and the workflows. Waits for the store, its schema, Temporal and its search
 * attributes with backoff.
 * @throws invalid_request for two actions of one name, for open calls whose inputs the schemas don't take any more, and when store or
 * Temporal refuse this process; the last error when the wait is given up
 */
export function createWorker(options: WorkerOptions): Promise<CountersignWorker> {
  return startOrUndo((closers) => create(options, closers));
}

async function create(options: WorkerOptions, closers: Closers): Promise<CountersignWorker> {
  const { actions, signingKey, taskQueue } = options;
  const { redact } = createRedactor({ extraKeyPatterns: options.redactPatterns ?? [] });
  const log = createLogger({ level: options.logLevel ?? "info", redact });
  const tariff = await loadTariff(options);
  installSdkLogger(log);
  const waiting = { log, signal: options.signal ?? NEVER };
  const server = options.metrics && (await serveMetrics(options.metrics));
  if (server !== undefined) closers.add(() => server.close());
  const { store, ...observers } = observe(await openSharedStore(options.store, { closers, ...waiting }));
  const { namespace = "default", ...target } = temporalTargetOf(options.temporal);
  const shared = { store, redact, signingKey, log, tariff, credentials: options.credentials };
  const sources = { policies: createPolicySource(store), directory: createDirectory(store) };
  const parts = { ...shared, ...sources, ...observers };
  if (server !== undefined) {
    // What is counted can be read before Temporal is found.
    const ownConnection = connectLazily(target);
    closers.add(() => ownConnection.close());
    const client = new Client({ connection: ownConnection, namespace });
    const runs = createTemporalRuns({ client, uiUrl: undefined, startEagerly: false });
    server.serve({ ...parts, runs, adminKey: options.adminKey });
  }
  const connection = await connectNative(target, waiting);
  closers.add(() => connection.close());
  const poller = await createPoller({
    ...{ ...parts, actions, connection, namespace, scalesPollers: true },
    ...{
      maxCachedRuns: options.maxCachedRuns,
      shutdownGraceMs: options.shutdownGraceMs,
      deployment: options.deployment,
    },
    ...{ acceptIncompatible: options.acceptIncompatible ?? false, waiting },
    ...(taskQueue === undefined ? {} : { taskQueue }),
  });
  return { run: () => runAndClose(poller, closers), shutdown: () => poller.shutdown() };
}

async function runAndClose(poller: Poller, closers: Closers): Promise<void> {
  try {
    await poller.run();
  } finally {
    await closers.closeAll();
  }
}
