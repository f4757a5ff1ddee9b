import type { z } from "zod";
import { CountersignError } from "../core/countersign-error.ts";
import type { KeyRing } from "../core/key-ring.ts";
import { Environment } from "./environment.ts";

/** Where the Temporal server is. */
export interface TemporalConfig {
  /** `host:port` of a server to use; absent → the development server is started as a child. */
  readonly address: string | undefined;
  /** Namespace of all runs; default `default`. */
  readonly namespace: string;
  /** The Temporal CLI to run as development server, instead of one found on PATH or installed. */
  readonly cliPath: string | undefined;
  /** Where people find the Temporal UI, without trailing slash; absent → unknown, or the development server's. */
  readonly uiUrl: string | undefined;
  /** Every `TEMPORAL_…` variable as it stands, for the SDK's own reader of profiles, TLS and credentials. Holds secrets. */
  readonly environment: Readonly<Record<string, string>>;
}

/** A version of a worker as Temporal knows it, so that its runs can be sent to one version or the other. */
export interface WorkerDeployment {
  /** All versions of these workers together. */
  readonly name: string;
  /** This version. */
  readonly buildId: string;
}

/** The configuration of a process, checked. Holds secrets: never log it. */
export interface Config {
  /** Address that HTTP listens on. */
  readonly host: string;
  /** Port that HTTP listens on; 0 takes a free one. */
  readonly port: number;
  /** Folder of everything that is kept, absolute or relative to the working directory. */
  readonly dataDir: string;
  /** Module that exports `actions`. */
  readonly actionsModule: string | undefined;
  /** Policy document to publish at start and on change. */
  readonly policyFile: string | undefined;
  /** Prices of models and tools, as a YAML or JSON file; absent → only reported amounts count. */
  readonly tariffFile: string | undefined;
  /** Port on which a worker apart serves its metrics; absent → nowhere. */
  readonly metricsPort: number | undefined;
  /** The operator's key; absent → one is generated and kept in the data folder. */
  readonly adminKey: string | undefined;
  /** Key of the MACs of votes and grants; absent → generated where one process holds everything, an error elsewhere. */
  readonly signingKey: string | undefined;
  /** Keys that signed before it: what they signed is still genuine. */
  readonly previousSigningKeys: readonly string[];
  /** Keys that seal real inputs, outputs and edits, the first, and open them, all; absent → they are kept as they are. */
  readonly encryptionKeys: KeyRing | undefined;
  /** Further patterns of keys whose values are redacted. */
  readonly redactPatterns: readonly string[];
  /** Address that links for people begin with, without trailing slash. */
  readonly publicUrl: string | undefined;
  /** Hosts, addresses and ranges that webhooks may call besides public addresses over TLS. */
  readonly webhookAllow: readonly string[];
  /** Least severe log lines that are written. */
  readonly logLevel: z.output<typeof Environment>["COUNTERSIGN_LOG_LEVEL"];
  /** Whether traces are sent over OTLP; where to, and how many, OpenTelemetry's SDK reads from its own variables. */
  readonly traces: boolean;
  /** Milliseconds within which a process ends that was asked to. */
  readonly shutdownGraceMs: number;
  /** Runs that a worker keeps in memory. */
  readonly maxCachedRuns: number;
  /** Which version of which deployment a worker is to Temporal; absent → its workers have no versions. */
  readonly deployment: WorkerDeployment | undefined;
  /** Whether a worker starts although inputs of open calls don't fit its actions' schemas. */
  readonly acceptIncompatible: boolean;
  /** PostgreSQL connection string; absent → PGlite in the data folder. Holds a secret. */
  readonly databaseUrl: string | undefined;
  /** Connections to PostgreSQL that this process holds at most, the one that listens not counted; default 10. */
  readonly databaseConnections: number;
  /** Role that doors and workers connect as: `migrate` grants it what they need. */
  readonly runtimeRole: string | undefined;
  /** Role that erases and re-encrypts content: `migrate` grants it what that needs. */
  readonly retentionRole: string | undefined;
  /** Milliseconds after its end at which a call's content is erased, by this process, once a day; absent → it is kept. */
  readonly retentionMs: number | undefined;
  /** The durable side. */
  readonly temporal: TemporalConfig;
}

/** What is wrong with one variable. */
export interface ConfigFault {
  /** Its name. */
  readonly variable: string;
  /** How a sentence about it goes on. No value is repeated, since it may be a secret. */
  readonly problem: string;
}

/** A configuration without faults, or all faults of one. */
export interface ConfigCheck {
  readonly config: Config | undefined;
  readonly faults: readonly ConfigFault[];
}

/**
 * Reads the configuration from environment variables. An empty variable counts as absent.
 * @throws invalid_request with one line per fault, all of them at once
 */
export function loadConfig(env: Readonly<Record<string, string | undefined>>): Config {
  const { config, faults } = checkConfig(env);
  if (config === undefined) throw createConfigError(faults);
  return config;
}

/** As {@link loadConfig}, for whoever has more to check before anybody is told. */
export function checkConfig(env: Readonly<Record<string, string | undefined>>): ConfigCheck {
  const present = dropEmpty(env);
  const parsed = Environment.safeParse(present);
  if (parsed.success) return { config: toConfig(parsed.data, present), faults: [] };
  const faults = parsed.error.issues.map(({ path, message }) => ({
    variable: String(path[0] ?? ""),
    problem: message,
  }));
  return { config: undefined, faults };
}

function toConfig(variables: z.output<typeof Environment>, present: Readonly<Record<string, string>>): Config {
  return {
    host: variables.COUNTERSIGN_HOST,
    port: variables.COUNTERSIGN_PORT,
    dataDir: variables.COUNTERSIGN_DATA_DIR,
    actionsModule: variables.COUNTERSIGN_ACTIONS,
    policyFile: variables.COUNTERSIGN_POLICY,
    tariffFile: variables.COUNTERSIGN_TARIFF,
    metricsPort: variables.COUNTERSIGN_METRICS_PORT,
    adminKey: variables.COUNTERSIGN_ADMIN_KEY,
    signingKey: variables.COUNTERSIGN_SIGNING_KEY,
    previousSigningKeys: variables.COUNTERSIGN_PREVIOUS_SIGNING_KEYS,
    encryptionKeys: variables.COUNTERSIGN_ENCRYPTION_KEYS,
    redactPatterns: variables.COUNTERSIGN_REDACT,
    publicUrl: variables.COUNTERSIGN_PUBLIC_URL,
    webhookAllow: variables.COUNTERSIGN_WEBHOOK_ALLOW,
    logLevel: variables.COUNTERSIGN_LOG_LEVEL,
    traces: sendsTraces(variables),
    shutdownGraceMs: variables.COUNTERSIGN_SHUTDOWN_GRACE,
    maxCachedRuns: variables.COUNTERSIGN_MAX_CACHED_RUNS,
    deployment: deploymentOf(variables),
    acceptIncompatible: variables.COUNTERSIGN_ACCEPT_INCOMPATIBLE,
    databaseUrl: variables.DATABASE_URL,
    databaseConnections: variables.COUNTERSIGN_DATABASE_CONNECTIONS,
    runtimeRole: variables.COUNTERSIGN_RUNTIME_ROLE,
    retentionRole: variables.COUNTERSIGN_RETENTION_ROLE,
    retentionMs: variables.COUNTERSIGN_RETENTION,
    temporal: {
      address: variables.TEMPORAL_ADDRESS,
      namespace: variables.TEMPORAL_NAMESPACE,
      cliPath: variables.TEMPORAL_CLI_PATH,
      uiUrl: variables.TEMPORAL_UI_URL,
      environment: Object.fromEntries(Object.entries(present).filter(([name]) => name.startsWith("TEMPORAL_"))),
    },
  };
}

/** An endpoint switches traces on, unless OpenTelemetry's own switches are off. */
function sendsTraces(variables: z.output<typeof Environment>): boolean {
  const { OTEL_EXPORTER_OTLP_ENDPOINT: all, OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: traces } = variables;
  const isOff = variables.OTEL_SDK_DISABLED?.toLowerCase() === "true" || variables.OTEL_TRACES_EXPORTER === "none";
  return !isOff && (all ?? traces) !== undefined;
}

function deploymentOf({
  COUNTERSIGN_DEPLOYMENT_NAME: name,
  COUNTERSIGN_BUILD_ID: buildId,
}: z.output<typeof Environment>): WorkerDeployment | undefined {
  return name === undefined || buildId === undefined ? undefined : { name, buildId };
}

function dropEmpty(env: Readonly<Record<string, string | undefined>>): Record<string, string> {
  const present: Record<string, string> = {};
  for (const [name, value] of Object.entries(env)) {
    if (value !== undefined && value !== "") present[name] = value;
  }
  return present;
}

/** The error (`invalid_request`) for a configuration's faults, with one line for each. */
export function createConfigError(faults: readonly ConfigFault[]): CountersignError {
  const lines = faults.map(({ variable, problem }) => `  ${variable} ${problem}`);
  const count = faults.length === 1 ? "1 fault" : `${faults.length} faults`;
  return new CountersignError("invalid_request", [`The configuration has ${count}:`, ...lines].join("\n"), {
    details: { faults },
  });
}
