import { Client } from "@temporalio/client";
import type { Action } from "../src/action/action.ts";
import { connectNative, installSdkLogger, temporalTargetOf } from "../src/adapters/connect-temporal.ts";
import { createLogger } from "../src/adapters/logger.ts";
import { createMetrics } from "../src/adapters/metrics.ts";
import { createTemporalRuns } from "../src/adapters/temporal-runs.ts";
import { createRedactor } from "../src/core/redaction/redactor.ts";
import { type Closers, startOrUndo } from "../src/process/closers.ts";
import { type MetricsAddress, serveMetrics } from "../src/process/serve-metrics.ts";
import { loadTariff } from "../src/process/tariff-file.ts";
import { createDirectory } from "../src/gateway/directory.ts";
import type { LogLevel } from "../src/gateway/ports.ts";
import { createPolicySource } from "../src/gateway/policy-source.ts";
import { migrate } from "../src/store/migrate.ts";
import { openPostgres } from "../src/store/postgres.ts";
import { createStore } from "../src/store/store.ts";
import { createPoller, type Poller } from "./create-poller.ts";

/** What a worker process is made of. */
export interface WorkerOptions {
  /** The guarded actions; no two of one name. */
  readonly actions: readonly Action[];
  /** The PostgreSQL database that doors and workers share. */
  readonly store: { readonly databaseUrl: string };
  /** `TEMPORAL_…` variables: `TEMPORAL_ADDRESS`, `TEMPORAL_NAMESPACE`, TLS and API key. */
  readonly temporal: Readonly<Record<string, string>>;
  /** Key of the votes' MAC, the same as the doors'. */
  readonly signingKey: string;
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
}

/** A worker of guarded actions, ready to poll. */
export interface CountersignWorker {
  /** Polls until `shutdown`, then closes its connections. Rejects when the worker fails for good. */
  run(): Promise<void>;
  /** Stops polling and lets activities end or hands them back; `run` resolves when that is done. */
  shutdown(): void;
}

/**
 * Makes a worker process: the actions, the decisions and the workflows. Waits for Temporal with backoff.
 * @throws invalid_request for two actions of one name, unavailable when the store can't be reached
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
  const db = await openPostgres({ url: options.store.databaseUrl });
  closers.add(() => db.close());
  await migrate(db);
  const store = createStore(db);
  const { namespace, ...target } = temporalTargetOf(options.temporal);
  const connection = await connectNative(target, { log, signal: new AbortController().signal });
  closers.add(() => connection.close());
  const shared = { store, redact, signingKey, log, tariff };
  const sources = { policies: createPolicySource(store), directory: createDirectory(store) };
  const parts = { ...shared, ...sources, metrics: createMetrics() };
  if (options.metrics !== undefined) {
    const client = new Client({ connection, ...(namespace === undefined ? {} : { namespace }) });
    const runs = createTemporalRuns({ client, uiUrl: undefined, startEagerly: false });
    const server = await serveMetrics(options.metrics, { ...parts, runs, adminKey: options.adminKey });
    closers.add(() => server.close());
  }
  const poller = await createPoller({
    ...{ ...parts, actions, connection },
    ...(namespace === undefined ? {} : { namespace }),
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
