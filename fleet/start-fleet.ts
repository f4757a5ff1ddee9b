import { randomBytes } from "node:crypto";
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Client } from "pg";
import { findFreePort } from "../src/embedded/free-port.ts";
import { startTemporalServer, type TemporalServer } from "../src/embedded/temporal-server.ts";
import { signalGroup } from "../src/embedded/child-record.ts";
import { createFleetProcess, type FleetProcess, runCommand } from "./fleet-process.ts";
import { type PostgresServer, startPostgres } from "./postgres-server.ts";
import { startTcpProxy, type TcpProxy } from "./tcp-proxy.ts";

/** How long a process may take until it serves, on a busy machine. */
const READY_WITHIN_MS = 90_000;

/** The role that owns the tables, and the one that the processes run as. */
const OWNER_ROLE = "countersign_owner";
const RUNTIME_ROLE = "countersign_app";

/** What a fleet is made of. */
export interface FleetOptions {
  /** Folder for logs and Temporal's file; must exist. */
  readonly folder: string;
  /** Module of the actions that every worker runs. */
  readonly actionsModule: string;
  readonly policyFile: string;
  /** HTTP processes, default 2. */
  readonly apiCount?: number;
  /** Workers, default 2. */
  readonly workerCount?: number;
  /** Variables of every process besides. */
  readonly env?: Readonly<Record<string, string>>;
  /** Whether Temporal serves its UI; default false. */
  readonly hasUi?: boolean;
}

/** An HTTP process and its address, which stays the same over its lives. */
export interface FleetApi extends FleetProcess {
  readonly url: string;
}

/** Every part of Countersign as a plain process: PostgreSQL, Temporal, HTTP processes and workers, on loopback only. */
export interface Fleet {
  readonly apis: readonly FleetApi[];
  readonly workers: readonly FleetProcess[];
  /** The operator's key. */
  readonly adminKey: string;
  /** Connection string of the owner of the tables; not through the proxy. */
  readonly ownerUrl: string;
  /** Connection string that the processes have, but not through the proxy. */
  readonly databaseUrl: string;
  readonly database: PostgresServer;
  /** Between the processes and PostgreSQL, and between them and Temporal. */
  readonly network: { readonly database: TcpProxy; readonly temporal: TcpProxy };
  /** Temporal as it runs at present. */
  temporal(): TemporalServer;
  /** Ends Temporal at once, waits for `whileAway`, and starts it again over the same file. */
  restartTemporal(whileAway?: () => Promise<void>): Promise<void>;
  /** Sets variables for whatever is started from now on. */
  configure(variables: Readonly<Record<string, string>>): void;
  /** A variable of the processes; empty when they don't have it. */
  variable(name: string): string;
  /** Runs `countersign` once, with the environment of the processes and the variables that are given; what it writes to standard output. */
  run(args: readonly string[], variables?: Readonly<Record<string, string>>): Promise<string>;
  /** Waits until every HTTP process says that it can serve. */
  ready(): Promise<void>;
  /** What a process has written. */
  logOf(process: FleetProcess): string;
  /** Ends everything and deletes the database. */
  close(): Promise<void>;
}

/** Starts a fleet and waits until it serves. What was started is ended when it can't be completed. */
export async function startFleet(options: FleetOptions): Promise<Fleet> {
  const undo: (() => Promise<unknown>)[] = [];
  const close = async (): Promise<void> => {
    for (const step of undo.splice(0).toReversed()) await step().catch(() => undefined);
  };
  try {
    const fleet = await start(options, undo);
    await fleet.ready();
    return { ...fleet, close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function start(options: FleetOptions, undo: (() => Promise<unknown>)[]): Promise<Omit<Fleet, "close">> {
  const { folder, apiCount = 2, workerCount = 2 } = options;
  mkdirSync(folder, { recursive: true });
  const database = await startPostgres({ isDurable: true });
  undo.push(() => database.stop());
  const temporalOptions = { dbFile: join(folder, "temporal.db"), port: await findFreePort(), ...uiOf(options) };
  let temporal = await startTemporalServer(temporalOptions);
  undo.push(() => temporal.stop());
  const network = await startNetwork(Number(new URL(database.url).port), temporalOptions.port);
  undo.push(() => Promise.all([network.database.close(), network.temporal.close()]));

  const urls = await createDatabase(database.url);
  const adminKey = `admin-${randomBytes(24).toString("hex")}`;
  const env: Record<string, string> = {
    COUNTERSIGN_SIGNING_KEY: randomBytes(32).toString("hex"),
    COUNTERSIGN_ADMIN_KEY: adminKey,
    COUNTERSIGN_ACTIONS: options.actionsModule,
    COUNTERSIGN_LOG_LEVEL: "warn",
    DATABASE_URL: withPort(urls.runtime, network.database.port),
    TEMPORAL_ADDRESS: `127.0.0.1:${network.temporal.port}`,
    ...(temporal.uiUrl === undefined ? {} : { TEMPORAL_UI_URL: temporal.uiUrl }),
    // Receivers of webhooks that try things out listen on this machine as well.
    COUNTERSIGN_WEBHOOK_ALLOW: "127.0.0.1",
    ...options.env,
  };
  const make = (name: string, args: readonly string[], more: Readonly<Record<string, string>> = {}): FleetProcess =>
    createFleetProcess({ name, args, env: () => ({ ...env, ...more }), logFile: join(folder, `${name}.log`) });
  await runCommand(["migrate", "--runtime-role", RUNTIME_ROLE], { ...env, DATABASE_URL: urls.owner });

  const policy = { COUNTERSIGN_POLICY: options.policyFile };
  const apis: FleetApi[] = [];
  for (let index = 1; index <= apiCount; index += 1) {
    const port = await findFreePort();
    const made = make(`api-${index}`, ["api"], { ...policy, COUNTERSIGN_PORT: String(port) });
    apis.push({ ...made, url: `http://127.0.0.1:${port}` });
  }
  const workers = Array.from({ length: workerCount }, (_, index) => make(`worker-${index + 1}`, ["worker"]));
  for (const process of [...workers, ...apis]) {
    process.start();
    undo.push(() => process.end("SIGTERM"));
  }
  return {
    ...{ apis, workers, adminKey, ownerUrl: urls.owner, databaseUrl: urls.runtime, database, network },
    temporal: () => temporal,
    restartTemporal: async (whileAway) => {
      signalGroup(temporal.pid, "SIGKILL");
      await temporal.exited;
      await whileAway?.();
      temporal = await startTemporalServer(temporalOptions);
    },
    configure: (variables) => void Object.assign(env, variables),
    variable: (name) => env[name] ?? "",
    run: (args, variables = {}) => runCommand(args, { ...env, ...variables }),
    ready: async () => void (await Promise.all(apis.map((api) => waitUntilReady(api)))),
    logOf: ({ name }) => readLog(join(folder, `${name}.log`)),
  };
}

async function startNetwork(databasePort: number, temporalPort: number): Promise<Fleet["network"]> {
  return { database: await startTcpProxy(databasePort), temporal: await startTcpProxy(temporalPort) };
}

function uiOf({ hasUi }: FleetOptions): { readonly uiPort?: number } {
  return hasUi === true ? { uiPort: 0 } : {};
}

/** A database whose tables belong to one role, while the processes have another one that can't change the record. */
async function createDatabase(adminUrl: string): Promise<{ readonly owner: string; readonly runtime: string }> {
  const admin = new Client({ connectionString: adminUrl });
  await admin.connect();
  try {
    await admin.query(`create role ${OWNER_ROLE} login`);
    await admin.query(`create role ${RUNTIME_ROLE} login`);
    await admin.query(`create database countersign owner ${OWNER_ROLE}`);
  } finally {
    await admin.end();
  }
  const urlOf = (role: string): string => {
    const url = new URL(adminUrl);
    url.username = role;
    url.pathname = "/countersign";
    return url.href;
  };
  return { owner: urlOf(OWNER_ROLE), runtime: urlOf(RUNTIME_ROLE) };
}

function withPort(text: string, port: number): string {
  const url = new URL(text);
  url.port = String(port);
  return url.href;
}

/** Waits until an HTTP process says that it can serve. */
async function waitUntilReady(api: FleetApi): Promise<void> {
  const endAtMs = performance.now() + READY_WITHIN_MS;
  let answer = "nothing";
  while (performance.now() < endAtMs) {
    const response = await fetch(`${api.url}/readyz`).catch(() => undefined);
    if (response?.ok === true) return;
    answer = response === undefined ? "nothing" : await response.text();
    if (api.pid() === 0) throw new Error(`${api.name} ended before it served`);
    await sleep(100);
  }
  throw new Error(`${api.name} doesn't come to serve: ${answer}`);
}

function readLog(file: string): string {
  return existsSync(file) ? readFileSync(file, "utf8") : "";
}
