import { Client } from "@temporalio/client";
import type { ReconcilerPorts } from "../activities/reconciler/ports.ts";
import type { ReconcileReport } from "../activities/reconciler/report.ts";
import { createReconciler } from "../activities/reconciler/start-reconciler.ts";
import { createLogger } from "../src/adapters/logger.ts";
import { connectLazily, temporalTargetOf } from "../src/adapters/connect-temporal.ts";
import { ensureSearchAttributes } from "../src/adapters/search-attributes.ts";
import type { Config } from "../src/config/config.ts";
import { requireShared } from "../src/config/require-shared.ts";
import { CountersignError } from "../src/core/countersign-error.ts";
import { createRedactor } from "../src/core/redaction/redactor.ts";
import { createClosers } from "../src/process/closers.ts";
import { openSharedStore } from "../src/process/open-store.ts";
import { createReconcilerPorts } from "./reconciler-ports.ts";

/** How long the store is waited for. */
const STORE_WAIT_MS = 10_000;

/** How a reconciliation by hand is carried out. */
export interface ReconcileNowOptions {
  readonly config: Config;
  /** Looks at every open call, whenever it was looked at before; default only at those whose turn it is. */
  readonly all: boolean;
  /** Ends it early, between calls. */
  readonly signal: AbortSignal;
}

/**
 * Looks now, as every worker does from time to time, without being one: nothing is decided or executed here. What is done is told
 * in the log, call by call.
 * @throws invalid_request without database, Temporal address and signing key; unavailable when one of the two can't be reached
 */
export async function reconcileNow({ config, all, signal }: ReconcileNowOptions): Promise<ReconcileReport> {
  const { databaseUrl, signingKey } = requireShared(config);
  const { redact } = createRedactor({ extraKeyPatterns: config.redactPatterns });
  const log = createLogger({ level: config.logLevel, redact });
  const closers = createClosers();
  try {
    const { encryptionKeys } = config;
    const waiting = { closers, log, signal: AbortSignal.any([signal, AbortSignal.timeout(STORE_WAIT_MS)]) };
    const store = await openSharedStore({ databaseUrl, maxConnections: 2, encryptionKeys }, waiting);
    const target = temporalTargetOf(config.temporal.environment);
    const connection = connectLazily(target);
    closers.add(() => connection.close());
    const client = new Client({ connection, namespace: target.namespace ?? "default" });
    const ports = createReconcilerPorts(client, { store, redact, signingKey, log, metrics: undefined });
    await assertReachable(ports);
    // A Temporal that was set up anew lacks them, and no run could be started again.
    await ensureSearchAttributes(connection, target.namespace ?? "default");
    const queues = new Set((await store.manifests.list()).map(({ taskQueue }) => taskQueue));
    const reconciler = createReconciler(ports, [...queues]);
    return await (all ? reconciler.lookAtAll(signal) : reconciler.look(signal));
  } finally {
    await closers.closeAll();
  }
}

async function assertReachable({ states }: Pick<ReconcilerPorts, "states">): Promise<void> {
  await states.ping().catch((cause: unknown) => {
    throw new CountersignError("unavailable", "Temporal can't be reached, so nothing was changed", { cause });
  });
}
