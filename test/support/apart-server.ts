import { randomUUID } from "node:crypto";
import { ADMIN_KEY, createKeyedCaller, serverEnvironment, waitUntilListening, waitUntilReady } from "./chaos-server.ts";
import { type PostgresServer, startPostgres } from "../../fleet/postgres-server.ts";
import {
  type CommandProcess,
  createWorkspace,
  type EndedProcess,
  eventually,
  launchCommand,
  undoLater,
  type Workspace,
} from "./processes.ts";
import { createCaller, type WireCaller } from "./wire-caller.ts";

/** The form in parts, as real processes: PostgreSQL, any number of HTTP processes, and a worker that comes and goes. */
export interface ApartServer {
  readonly workspace: Workspace;
  readonly database: PostgresServer;
  /** Base URLs of the HTTP processes; another one after a restart. */
  readonly urls: readonly string[];
  readonly apis: readonly CommandProcess[];
  readonly admin: WireCaller;
  /** `kill -9` of an HTTP process, and another one in its place; whoever called the old one calls the new one. */
  replaceApi(index: number): Promise<void>;
  /** Starts a worker, beside one that runs already or in its place, and waits until it runs. */
  startWorker(): Promise<CommandProcess>;
  worker(): CommandProcess;
  /** Asks the worker to end, and waits until it has. */
  stopWorker(signal?: NodeJS.Signals): Promise<EndedProcess>;
  /** A caller with a key of its own, at one HTTP process or, with the same key, at each. */
  callers(subject: string, request?: object): Promise<readonly WireCaller[]>;
}

/** Starts all parts on a Temporal server that runs already; they have a task queue of their own. */
export async function startApart(options: {
  readonly temporalAddress: string;
  readonly apiCount: number;
  /** Variables of every process besides, or instead of the usual ones. */
  readonly env?: Readonly<Record<string, string>>;
}): Promise<ApartServer> {
  const workspace = createWorkspace();
  const database = await startPostgres();
  undoLater(() => database.stop());
  const env = {
    ...serverEnvironment(workspace),
    COUNTERSIGN_SIGNING_KEY: "signing-key-of-the-tests-0123456789abcdef",
    DATABASE_URL: database.url,
    TEMPORAL_ADDRESS: options.temporalAddress,
    ...options.env,
  };
  const taskQueue = randomUUID();
  let worker: CommandProcess | undefined;
  const startWorker = async (): Promise<CommandProcess> => {
    const started = launchCommand(["worker", "--task-queue", taskQueue], env);
    worker = started;
    await eventually(() => started.output().stdout.includes("The worker runs"), { what: "The worker's start" });
    return started;
  };
  const running = (): CommandProcess => {
    if (worker === undefined) throw new Error("No worker was started");
    return worker;
  };

  await startWorker();
  const apis = Array.from({ length: options.apiCount }, () => launchCommand(["api"], env));
  const urls = await Promise.all(apis.map(waitUntilListening));
  await Promise.all(urls.map(waitUntilReady));
  const first = (): string => urls[0] ?? "";
  const admin = createCaller(first, ADMIN_KEY);
  const replaceApi = async (index: number): Promise<void> => {
    await apis[index]?.end("SIGKILL");
    const started = launchCommand(["api"], env);
    apis[index] = started;
    urls[index] = await waitUntilListening(started);
    await waitUntilReady(urls[index]);
  };
  return {
    ...{ workspace, database, urls, apis, admin, replaceApi, startWorker, worker: running },
    stopWorker: (signal = "SIGTERM") => running().end(signal),
    async callers(subject, request) {
      const { apiKey } = await createKeyedCaller(admin, first, { subject, ...request });
      return urls.map((_, index) => createCaller(() => urls[index] ?? "", apiKey));
    },
  };
}
