import type { Action } from "../src/action/action.ts";
import type { Credentials } from "../src/action/credentials.ts";
import type { Config } from "../src/config/config.ts";
import { requireShared } from "../src/config/require-shared.ts";
import { startTracing } from "../src/process/start-tracing.ts";
import { type CountersignWorker, createWorker } from "./create-worker.ts";

/** What a worker process runs. */
export interface WorkerProcessOptions {
  readonly config: Config;
  readonly actions: readonly Action[];
  /** Where they get their credentials from; default nowhere. */
  readonly credentials?: Credentials;
  /** Default `countersign`. */
  readonly taskQueue?: string;
  /** Gives up waiting for the store and for Temporal. */
  readonly signal?: AbortSignal;
}

/**
 * The worker that the configuration describes.
 * @throws invalid_request without database, Temporal address and signing key, and as {@link createWorker} does
 */
export async function createConfiguredWorker({
  config,
  actions,
  credentials,
  taskQueue,
  signal,
}: WorkerProcessOptions): Promise<CountersignWorker> {
  const { databaseUrl, signingKey } = requireShared(config);
  const stopTracing = await startTracing(config);
  const worker = await createWorker({
    actions,
    store: { databaseUrl, maxConnections: config.databaseConnections, encryptionKeys: config.encryptionKeys },
    temporal: config.temporal.environment,
    signingKey,
    redactPatterns: config.redactPatterns,
    logLevel: config.logLevel,
    maxCachedRuns: config.maxCachedRuns,
    shutdownGraceMs: config.shutdownGraceMs,
    acceptIncompatible: config.acceptIncompatible,
    ...(config.deployment === undefined ? {} : { deployment: config.deployment }),
    ...(config.adminKey === undefined ? {} : { adminKey: config.adminKey }),
    ...(config.metricsPort === undefined ? {} : { metrics: { host: config.host, port: config.metricsPort } }),
    ...(config.tariffFile === undefined ? {} : { tariffFile: config.tariffFile }),
    ...(credentials === undefined ? {} : { credentials }),
    ...(taskQueue === undefined ? {} : { taskQueue }),
    ...(signal === undefined ? {} : { signal }),
  }).catch(async (error: unknown) => {
    await stopTracing();
    throw error;
  });
  const run = async (): Promise<void> => {
    try {
      await worker.run();
    } finally {
      await stopTracing();
    }
  };
  return { ...worker, run };
}
