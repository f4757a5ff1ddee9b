import { Client } from "@temporalio/client";
import { connectLazily, temporalTargetOf } from "./adapters/connect-temporal.ts";
import { createLogger } from "./adapters/logger.ts";
import { ensureSearchAttributes } from "./adapters/search-attributes.ts";
import { createTemporalRuns } from "./adapters/temporal-runs.ts";
import { type Config } from "./config/config.ts";
import { requireShared } from "./config/require-shared.ts";
import { createRedactor } from "./core/redaction/redactor.ts";
import { createClosers, type Closers } from "./process/closers.ts";
import { publishPolicy } from "./process/policy-file.ts";
import { createGateway } from "./gateway/create-gateway.ts";
import { createPolicySource } from "./gateway/policy-source.ts";
import { startRelay } from "./gateway/relay.ts";
import { createApp } from "./http/index.ts";
import { listen } from "./http/listen.ts";
import { migrate } from "./store/migrate.ts";
import { openPostgres } from "./store/postgres.ts";
import { createStore } from "./store/store.ts";

/** An HTTP process that serves. */
export interface RunningApi {
  /** Base URL of HTTP. */
  readonly url: string;
  /** Drains and ends it. */
  close(): Promise<void>;
}

/**
 * Starts an HTTP process: no action code, actions are known by the manifests that workers publish. Serves reads, votes and
 * calls even while Temporal is away; its relay hands over what was accepted meanwhile.
 * @throws invalid_request without database, Temporal address and signing key; unavailable when the port is taken or the store is away
 */
export async function runApi(config: Config): Promise<RunningApi> {
  const closers = createClosers();
  try {
    return await start(config, closers);
  } catch (error) {
    await closers.closeAll().catch(() => undefined);
    throw error;
  }
}

async function start(config: Config, closers: Closers): Promise<RunningApi> {
  const { databaseUrl, signingKey } = requireShared(config);
  const { redact } = createRedactor({ extraKeyPatterns: config.redactPatterns });
  const log = createLogger({ level: config.logLevel, redact });
  const listener = await listen({ host: config.host, port: config.port });
  closers.add(() => listener.close());
  const db = await openPostgres({ url: databaseUrl });
  closers.add(() => db.close());
  await migrate(db);
  const store = createStore(db);
  const policies = createPolicySource(store);
  closers.add(
    await publishPolicy(store, config.policyFile === undefined ? {} : { policyFile: config.policyFile }, log),
  );

  const target = temporalTargetOf(config.temporal.environment);
  const { namespace = config.temporal.namespace } = target;
  const connection = connectLazily(target);
  closers.add(() => connection.close());
  ensureSearchAttributes(connection, namespace).catch((error: unknown) =>
    log("warn", "Temporal can't be reached yet", { error }),
  );
  const client = new Client({ connection, namespace });
  const runs = createTemporalRuns({ client, uiUrl: config.temporal.uiUrl, startEagerly: false });
  const { gateway, close } = createGateway({
    store,
    runs,
    policies,
    redact,
    signingKey,
    adminKey: config.adminKey,
    log,
  });
  closers.add(close);
  const relay = startRelay({ store, runs, log });
  closers.add(() => relay.stop());
  listener.serve(
    createApp(gateway, { log, ...(config.publicUrl === undefined ? {} : { publicUrl: config.publicUrl }) }),
  );
  // HTTP ends first, so its closer comes last.
  closers.add(() => listener.close());
  return { url: listener.url, close: () => closers.closeAll() };
}
