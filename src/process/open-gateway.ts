import { Client } from "@temporalio/client";
import { connectLazily, temporalTargetOf } from "../adapters/connect-temporal.ts";
import { createLogger } from "../adapters/logger.ts";
import { createMetrics } from "../adapters/metrics.ts";
import { ensureSearchAttributes } from "../adapters/search-attributes.ts";
import { createTemporalRuns } from "../adapters/temporal-runs.ts";
import { createRedactor } from "../core/redaction/redactor.ts";
import { createGateway } from "../gateway/create-gateway.ts";
import { createDirectory } from "../gateway/directory.ts";
import type { Gateway } from "../gateway/gateway.ts";
import type { Log, LogLevel } from "../gateway/ports.ts";
import { createPolicySource } from "../gateway/policy-source.ts";
import { startRelay } from "../gateway/relay.ts";
import { migrate } from "../store/migrate.ts";
import { openPostgres } from "../store/postgres.ts";
import { createStore } from "../store/store.ts";
import { type Closers, startOrUndo } from "./closers.ts";
import { publishPolicy } from "./policy-file.ts";
import { loadTariff } from "./tariff-file.ts";

/** What an application service apart from its workers is made of. */
export interface GatewayOptions {
  /** The PostgreSQL database that doors and workers share. */
  readonly store: { readonly databaseUrl: string };
  /** `TEMPORAL_…` variables: `TEMPORAL_ADDRESS`, `TEMPORAL_NAMESPACE`, TLS and API key. */
  readonly temporal: Readonly<Record<string, string>>;
  /** Key of the votes' MAC, the same as the workers'. */
  readonly signingKey: string;
  /** The operator's key; without one only stored keys open the door. */
  readonly adminKey?: string | undefined;
  /** File with the policy document of tenant `default`; published anew whenever it changes. */
  readonly policyFile?: string | undefined;
  /** Text of the tariff, YAML or JSON: prices of models and tools. */
  readonly tariff?: string | undefined;
  /** File with the tariff, instead of its text; read when it opens. */
  readonly tariffFile?: string | undefined;
  /** Base URL of the Temporal UI, for links. */
  readonly temporalUiUrl?: string | undefined;
  /** Further patterns of keys whose values are redacted. */
  readonly redactPatterns?: readonly string[];
  /** Least severe log lines that are written; default `info`. */
  readonly logLevel?: LogLevel | "fatal" | "trace" | "silent";
}

/** An application service, its relay included. */
export interface OpenedGateway {
  /** What `createApp` puts HTTP in front of. */
  readonly gateway: Gateway;
  /** The log that it writes to. */
  readonly log: Log;
  /** Ends the relay and closes every connection. */
  close(): Promise<void>;
}

/**
 * Opens the application service of a process without action code: actions are known by the manifests that workers publish.
 * It serves reads, votes and calls even while Temporal is away; its relay hands over what was accepted meanwhile.
 * @throws unavailable when the store can't be reached, invalid_policy, invalid_request
 */
export function openGateway(options: GatewayOptions): Promise<OpenedGateway> {
  return startOrUndo((closers) => open(options, closers));
}

async function open(options: GatewayOptions, closers: Closers): Promise<OpenedGateway> {
  const { signingKey, adminKey, policyFile } = options;
  const { redact } = createRedactor({ extraKeyPatterns: options.redactPatterns ?? [] });
  const log = createLogger({ level: options.logLevel ?? "info", redact });
  const tariff = await loadTariff(options);
  const db = await openPostgres({ url: options.store.databaseUrl });
  closers.add(() => db.close());
  await migrate(db);
  const store = createStore(db);
  closers.add(await publishPolicy(store, policyFile === undefined ? {} : { policyFile }, log));

  const target = temporalTargetOf(options.temporal);
  const { namespace = "default" } = target;
  const connection = connectLazily(target);
  closers.add(() => connection.close());
  ensureSearchAttributes(connection, namespace).catch((error: unknown) => {
    log("warn", "Temporal can't be reached yet", { error });
  });
  const client = new Client({ connection, namespace });
  const runs = createTemporalRuns({ client, uiUrl: options.temporalUiUrl, startEagerly: false });
  const policies = createPolicySource(store);
  const directory = createDirectory(store);
  const metrics = createMetrics();
  const parts = { store, runs, policies, directory, redact, signingKey, adminKey, log, tariff, metrics };
  const { gateway, close } = createGateway(parts);
  closers.add(close);
  const relay = startRelay({ store, runs, log });
  closers.add(() => relay.stop());
  return { gateway, log, close: () => closers.closeAll() };
}
