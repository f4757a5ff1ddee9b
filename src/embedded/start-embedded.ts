import { join, resolve } from "node:path";
import { Client } from "@temporalio/client";
import { createPoller, type PollerOptions } from "../../worker/create-poller.ts";
import type { Action } from "../action/action.ts";
import type { Credentials } from "../action/credentials.ts";
import {
  connectNative,
  installSdkLogger,
  type TemporalTarget,
  temporalTargetOf,
} from "../adapters/connect-temporal.ts";
import { createLogger } from "../adapters/logger.ts";
import { createTemporalRuns } from "../adapters/temporal-runs.ts";
import type { KeyRing } from "../core/key-ring.ts";
import { createRedactor } from "../core/redaction/redactor.ts";
import { joinSigningKeys, type SigningKey } from "../core/signing-key.ts";
import { createGateway } from "../gateway/create-gateway.ts";
import { createDirectory } from "../gateway/directory.ts";
import type { Log, LogLevel } from "../gateway/ports.ts";
import { createPolicySource } from "../gateway/policy-source.ts";
import { createApp } from "../http/index.ts";
import { listen } from "../http/listen.ts";
import { createCipher } from "../store/cipher.ts";
import { lockDataDir } from "../store/data-dir-lock.ts";
import { migrate } from "../store/migrate.ts";
import { createStore } from "../store/store.ts";
import { type Closers, startOrUndo } from "../process/closers.ts";
import { type DemoKeys, keepDemoKeys } from "./demo-keys.ts";
import { type Observed, observe } from "../process/observe.ts";
import { checkPolicyOrigin, publishPolicy } from "../process/policy-file.ts";
import { readAllowances, startRelays } from "../process/start-relays.ts";
import { startRetention } from "../process/retention.ts";
import { loadTariff } from "../process/tariff-file.ts";
import { keepPort } from "./kept-port.ts";
import { keepSecret } from "./secrets.ts";
import { findTemporalCli } from "./temporal-cli.ts";
import { superviseTemporal } from "./supervise-temporal.ts";

/** What may be chosen of an embedded Countersign. */
export interface EmbeddedOptions {
  /** The guarded actions. */
  readonly actions: readonly Action[];
  /** Where actions get the credentials from that they ask for; default nowhere: an action that asks is rejected. */
  readonly credentials?: Credentials | undefined;
  /** Text of the policy document, published for tenant `default` when it is new. */
  readonly policy?: string;
  /** File with the policy document, instead of its text; published anew whenever it changes. */
  readonly policyFile?: string;
  /** Text of the tariff, YAML or JSON: prices of models and tools. Without one, only amounts that actions report count. */
  readonly tariff?: string;
  /** File with the tariff, instead of its text; read when it starts. */
  readonly tariffFile?: string;
  /** Folder of everything that is kept; default `.countersign`. */
  readonly dataDir?: string;
  /** Address that HTTP listens on; default 127.0.0.1. */
  readonly host?: string;
  /** Port that HTTP listens on; default 7700, 0 takes a free one. */
  readonly port?: number;
  /** The operator's key; default: generated once and kept in the data folder. */
  readonly adminKey?: string;
  /** Key of the MACs of votes and grants; default: generated once and kept in the data folder. */
  readonly signingKey?: string;
  /** Keys that signed before it: what they signed is still genuine. */
  readonly previousSigningKeys?: readonly string[];
  /** Keys that seal real inputs, outputs and edits in the store, the first, and open them, all; without them they are kept as they are. */
  readonly encryptionKeys?: KeyRing;
  /** Further patterns of keys whose values are redacted. */
  readonly redactPatterns?: readonly string[];
  /** Address that links for people begin with; default: the one that HTTP listens on. */
  readonly publicUrl?: string;
  /** What webhooks may call besides public addresses over TLS: hosts, `host:port`, addresses and ranges; default nothing. */
  readonly webhookAllow?: readonly string[];
  /** Least severe log lines that are written; default `warn`. */
  readonly logLevel?: LogLevel | "fatal" | "trace" | "silent";
  /** PostgreSQL connection string; default: PGlite in the data folder. */
  readonly databaseUrl?: string;
  /** Connections to PostgreSQL at most, where it is used; default 10, one more listens. */
  readonly databaseConnections?: number;
  /** Milliseconds after its end at which a call's content is erased, once a day; default: it is kept. */
  readonly retentionMs?: number;
  /** `TEMPORAL_…` variables; with `TEMPORAL_ADDRESS` that server is used, else a development server is started as a child. */
  readonly temporal?: Readonly<Record<string, string>>;
  /** Base URL of the Temporal UI when an own server is used. */
  readonly temporalUiUrl?: string;
  /** Milliseconds within which HTTP and the worker end; default 15,000. */
  readonly shutdownGraceMs?: number;
  /** Runs that the worker keeps in memory; default 500. */
  readonly maxCachedRuns?: number;
  /** Makes two keys to try things with, an agent's and an approver's; default false. */
  readonly demo?: boolean;
}

/** A Countersign that serves. */
export interface Embedded {
  /** Base URL of HTTP. */
  readonly url: string;
  /** The operator's key. */
  readonly adminKey: string;
  /** Where it is kept; absent when it was given. */
  readonly adminKeyFile: string | undefined;
  /** Base URL of the Temporal UI; absent when an own server is used and none was named. */
  readonly temporalUiUrl: string | undefined;
  /** `host:port` of Temporal. */
  readonly temporalAddress: string;
  /** The two demo keys, when asked for. */
  readonly demoKeys: DemoKeys | undefined;
  /** Drains and ends everything, in the order HTTP, relay, worker, Temporal, store. */
  close(): Promise<void>;
}

/**
 * Starts everything in one process and one child: HTTP, worker, relay, store, and a Temporal development server.
 * Either all of it serves when this resolves, or what was started is ended and it rejects.
 * @throws unavailable when the port is taken, the data folder is held or there is no Temporal; invalid_policy; invalid_request
 */
export function startEmbedded(options: EmbeddedOptions): Promise<Embedded> {
  return startOrUndo((closers) => start(options, closers));
}

async function start(options: EmbeddedOptions, closers: Closers): Promise<Embedded> {
  const dataDir = resolve(options.dataDir ?? ".countersign");
  const { redact } = createRedactor({ extraKeyPatterns: options.redactPatterns ?? [] });
  const log = createLogger({ level: options.logLevel ?? "warn", redact });
  const { host = "127.0.0.1", port = 7_700, shutdownGraceMs = 15_000 } = options;
  const drainMs = shutdownGraceMs / 3;
  const listener = await listen({ host, port, drainMs });
  closers.add(() => listener.close());
  const lock = await lockDataDir(dataDir);
  closers.add(() => lock.release());

  const tariff = await loadTariff(options);
  await checkPolicyOrigin(options);
  const opening: Opening = { closers, log, temporalCli: findCli(options) };
  // Side by side: a first start creates a database cluster, which takes as long as Temporal does.
  const [{ store, ...observers }, temporal] = await bothOrNeither(
    openStore(options, dataDir, opening),
    openTemporal(options, dataDir, opening),
  );
  // Not before it is needed: a runtime that is installed and not used keeps a refused start from ending.
  installSdkLogger(log);
  const connection = await connectNative(temporal.target, { log, signal: AbortSignal.timeout(30_000) });
  closers.add(() => connection.close());
  const namespace = temporal.target.namespace ?? "default";
  const client = new Client({ connection, namespace });

  const { adminKey, adminKeyFile, signingKey } = await secretsOf(options, dataDir);
  const webhookAllow = readAllowances(options);
  const sources = { policies: createPolicySource(store), directory: createDirectory(store), webhookAllow };
  const parts = { store, ...sources, redact, signingKey, log, tariff, ...observers };
  closers.add(await publishPolicy(store, options, log));

  const { maxCachedRuns, credentials } = options;
  const settings = { shutdownGraceMs, maxCachedRuns, acceptIncompatible: true, credentials };
  await startWorker({ ...parts, ...settings, actions: options.actions, connection, namespace }, closers);
  const runs = createTemporalRuns({ client, uiUrl: temporal.uiUrl, startEagerly: true });
  const { gateway, drain, close } = createGateway({ ...parts, runs, adminKey });
  closers.add(close);
  closers.add(startRelays({ ...parts, runs, publicUrl: options.publicUrl ?? listener.url }));
  const demoKeys =
    options.demo === true ? await keepDemoKeys(gateway, await gateway.authenticate(adminKey), dataDir) : undefined;
  const publicUrl = options.publicUrl === undefined ? {} : { publicUrl: options.publicUrl };
  listener.serve(createApp(gateway, { log, ...observers, ...publicUrl }));
  // HTTP ends first, so its closer comes last.
  closers.add(() => {
    drain(drainMs);
    return listener.close();
  });
  return {
    url: listener.url,
    adminKey,
    adminKeyFile,
    temporalUiUrl: temporal.uiUrl,
    temporalAddress: temporal.target.connectionOptions.address ?? "",
    demoKeys,
    close: () => closers.closeAll(),
  };
}

/** What is given, or generated once and kept. */
async function secretsOf(options: EmbeddedOptions, dataDir: string) {
  const adminKeyFile = options.adminKey === undefined ? join(dataDir, "admin-key") : undefined;
  const adminKey = options.adminKey ?? (await keepSecret(join(dataDir, "admin-key")));
  return { adminKey, adminKeyFile, signingKey: await signingKeyOf(options, dataDir) };
}

async function startWorker(options: PollerOptions, closers: Closers): Promise<void> {
  const worker = await createPoller(options);
  const running = worker.run();
  running.catch((error: unknown) => options.log("error", "The worker failed", { error }));
  closers.add(async () => {
    worker.shutdown();
    await running.catch(() => undefined);
  });
}

/** What the opening of a part needs besides the options. */
interface Opening {
  readonly closers: Closers;
  readonly log: Log;
  /** The program to start Temporal with; absent when an own server is used. */
  readonly temporalCli: string | undefined;
}

/** Looked for before anything is started: a clone without it must hear of that at once. @throws unavailable */
function findCli({ temporal = {} }: EmbeddedOptions): string | undefined {
  return temporal["TEMPORAL_ADDRESS"] === undefined ? findTemporalCli({ ...process.env, ...temporal }) : undefined;
}

async function openStore(options: EmbeddedOptions, dataDir: string, { closers, log }: Opening): Promise<Observed> {
  const { databaseUrl: url, databaseConnections: maxConnections, retentionMs } = options;
  const cipher = createCipher(options.encryptionKeys);
  const db =
    url === undefined
      ? await (await import("../store/pglite.ts")).openPglite({ dataDir: join(dataDir, "store") })
      : await (await import("../store/postgres.ts")).openPostgres({ url, maxConnections });
  closers.add(() => db.close());
  await migrate(db);
  const store = createStore(db, { cipher });
  closers.add(startRetention({ store, retentionMs, log }));
  return observe(store);
}

async function signingKeyOf(
  { signingKey, previousSigningKeys = [] }: EmbeddedOptions,
  dataDir: string,
): Promise<SigningKey> {
  return joinSigningKeys(signingKey ?? (await keepSecret(join(dataDir, "signing-key"))), previousSigningKeys);
}

interface OpenTemporal {
  readonly target: TemporalTarget;
  readonly uiUrl: string | undefined;
}

async function openTemporal(
  options: EmbeddedOptions,
  dataDir: string,
  { closers, log, temporalCli }: Opening,
): Promise<OpenTemporal> {
  const environment = options.temporal ?? {};
  if (environment["TEMPORAL_ADDRESS"] !== undefined) {
    return { target: temporalTargetOf(environment), uiUrl: options.temporalUiUrl };
  }
  const server = await superviseTemporal(
    {
      ...(temporalCli === undefined ? {} : { cliPath: temporalCli }),
      dbFile: join(dataDir, "temporal.db"),
      logFile: join(dataDir, "temporal.log"),
      pidFile: join(dataDir, "temporal.json"),
      uiPort: await keepPort(join(dataDir, "temporal-ui-port")),
    },
    log,
  );
  closers.add(() => server.stop());
  return { target: { connectionOptions: { address: server.address } }, uiUrl: server.uiUrl };
}

/** Waits for both even when one fails, so that nothing is started behind the back of whoever cleans up. */
async function bothOrNeither<A, B>(one: Promise<A>, other: Promise<B>): Promise<[A, B]> {
  const settled = await Promise.allSettled([one, other]);
  const failed = settled.find((result) => result.status === "rejected");
  if (failed !== undefined) throw failed.reason;
  return [await one, await other];
}
