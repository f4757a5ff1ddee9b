import type { z } from "zod";
import { CountersignError } from "../core/countersign-error.ts";
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
  /** The operator's key; absent → one is generated and kept in the data folder. */
  readonly adminKey: string | undefined;
  /** Key of the votes' MAC; absent → generated where one process holds everything, an error elsewhere. */
  readonly signingKey: string | undefined;
  /** Further patterns of keys whose values are redacted. */
  readonly redactPatterns: readonly string[];
  /** Address that links for people begin with, without trailing slash. */
  readonly publicUrl: string | undefined;
  /** Least severe log lines that are written. */
  readonly logLevel: z.output<typeof Environment>["COUNTERSIGN_LOG_LEVEL"];
  /** PostgreSQL connection string; absent → PGlite in the data folder. Holds a secret. */
  readonly databaseUrl: string | undefined;
  /** The durable side. */
  readonly temporal: TemporalConfig;
}

/**
 * Reads the configuration from environment variables. An empty variable counts as absent.
 * @throws invalid_request with one line per fault, all of them at once; no value is repeated, since it may be a secret
 */
export function loadConfig(env: Readonly<Record<string, string | undefined>>): Config {
  const present = dropEmpty(env);
  const parsed = Environment.safeParse(present);
  if (!parsed.success) throw createConfigError(parsed.error);
  const variables = parsed.data;
  return {
    host: variables.COUNTERSIGN_HOST,
    port: variables.COUNTERSIGN_PORT,
    dataDir: variables.COUNTERSIGN_DATA_DIR,
    actionsModule: variables.COUNTERSIGN_ACTIONS,
    policyFile: variables.COUNTERSIGN_POLICY,
    adminKey: variables.COUNTERSIGN_ADMIN_KEY,
    signingKey: variables.COUNTERSIGN_SIGNING_KEY,
    redactPatterns: variables.COUNTERSIGN_REDACT,
    publicUrl: variables.COUNTERSIGN_PUBLIC_URL,
    logLevel: variables.COUNTERSIGN_LOG_LEVEL,
    databaseUrl: variables.DATABASE_URL,
    temporal: {
      address: variables.TEMPORAL_ADDRESS,
      namespace: variables.TEMPORAL_NAMESPACE,
      cliPath: variables.TEMPORAL_CLI_PATH,
      uiUrl: variables.TEMPORAL_UI_URL,
      environment: Object.fromEntries(Object.entries(present).filter(([name]) => name.startsWith("TEMPORAL_"))),
    },
  };
}

function dropEmpty(env: Readonly<Record<string, string | undefined>>): Record<string, string> {
  const present: Record<string, string> = {};
  for (const [name, value] of Object.entries(env)) {
    if (value !== undefined && value !== "") present[name] = value;
  }
  return present;
}

function createConfigError(error: z.ZodError): CountersignError {
  const faults = error.issues.map((issue) => ({ variable: String(issue.path[0] ?? ""), problem: issue.message }));
  const lines = faults.map(({ variable, problem }) => `  ${variable} ${problem}`);
  const count = faults.length === 1 ? "1 fault" : `${faults.length} faults`;
  return new CountersignError("invalid_request", [`The configuration has ${count}:`, ...lines].join("\n"), {
    details: { faults },
  });
}
