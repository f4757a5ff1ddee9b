import type { Action } from "../src/action/action.ts";
import type { Config } from "../src/config/config.ts";
import { requireShared } from "../src/config/require-shared.ts";
import { type CountersignWorker, createWorker } from "./create-worker.ts";

/** What a worker process runs. */
export interface WorkerProcessOptions {
  readonly config: Config;
  readonly actions: readonly Action[];
  /** Default `countersign`. */
  readonly taskQueue?: string;
}

/**
 * The worker that the configuration describes.
 * @throws invalid_request without database, Temporal address and signing key; unavailable when the store is away
 */
export async function createConfiguredWorker({
  config,
  actions,
  taskQueue,
}: WorkerProcessOptions): Promise<CountersignWorker> {
  const { databaseUrl, signingKey } = requireShared(config);
  return createWorker({
    actions,
    store: { databaseUrl },
    temporal: config.temporal.environment,
    signingKey,
    redactPatterns: config.redactPatterns,
    logLevel: config.logLevel,
    ...(config.adminKey === undefined ? {} : { adminKey: config.adminKey }),
    ...(config.metricsPort === undefined ? {} : { metrics: { host: config.host, port: config.metricsPort } }),
    ...(config.tariffFile === undefined ? {} : { tariffFile: config.tariffFile }),
    ...(taskQueue === undefined ? {} : { taskQueue }),
  });
}
