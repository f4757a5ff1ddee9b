import { randomUUID } from "node:crypto";
import { ADMIN_KEY, createKeyedCaller, serverEnvironment, waitUntilListening, waitUntilReady } from "./chaos-server.ts";
import { type PostgresServer, startPostgres } from "./postgres-server.ts";
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
  /** Base URLs of the HTTP processes. */
  readonly urls: readonly string[];
  readonly apis: readonly CommandProcess[];
  readonly admin: WireCaller;
  /** Starts a worker, beside one that runs already or in its place, and waits until it runs. */
  startWorker(): Promise<void>;
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
  const startWorker = async (): Promise<void> => {
    const started = launchCommand(["worker", "--task-queue", taskQueue], env);
    worker = started;
    await eventually(() => started.output().stdout.includes("The worker runs"), { what: "The worker's start" });
  };
  const running = (): CommandProcess => {
    if (worker === undefined) throw new Error("No worker was started");
    return worker;
  };

  await startWorker();
  const apis = Array.from({ length: options.apiCount }, () => launchCommand(["api"], env));
  const urls = await Promise.all(apis.map(waitUntilListening));
  await Promise.all(urls.map(waitUntilReady));
  const [first = ""] = urls;
  const admin = createCaller(() => first, ADMIN_KEY);
  return {
    ...{ workspace, database, urls, apis, admin, startWorker, worker: running },
    stopWorker: (signal = "SIGTERM") => running().end(signal),
    async callers(subject, request) {
      const { apiKey } = await createKeyedCaller(admin, () => first, { subject, ...request });
      return urls.map((url) => createCaller(() => url, apiKey));
    },
  };
}
