import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, mkdirSync, openSync, readFileSync } from "node:fs";
import { dirname } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { CountersignError } from "../core/countersign-error.ts";
import { endOrphan, GRACE_MS, removeChildRecord, signalGroup, writeChildRecord } from "./child-record.ts";
import { findFreePort, isPortFree } from "./free-port.ts";
import { findTemporalCli } from "./temporal-cli.ts";

/** What may be chosen of a Temporal dev server. */
export interface TemporalServerOptions {
  /** The Temporal CLI's binary; searched for as {@link findTemporalCli} says when absent. */
  readonly cliPath?: string;
  /** Absolute path of the SQLite file that keeps its state; in memory when absent. */
  readonly dbFile?: string;
  /** gRPC port on 127.0.0.1; a free one when absent. */
  readonly port?: number;
  /** The UI's port on 127.0.0.1; 0 takes a free one; no UI is served when absent. */
  readonly uiPort?: number;
  /** File that its log is appended to; when absent only the last lines are kept, for error messages. */
  readonly logFile?: string;
  /** File that records its pid, so that the next start finds the orphan of a killed parent and ends it. The caller must hold the lock on `dbFile`. */
  readonly pidFile?: string;
  /** Namespace to create; default `default`. */
  readonly namespace?: string;
}

/** How a child process ended: by its own exit code or by a signal. */
export interface ChildExit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** A Temporal dev server that serves. */
export interface TemporalServer {
  /** `127.0.0.1:port` of its gRPC service; without any authentication. */
  readonly address: string;
  /** Base URL of its UI; absent without one. */
  readonly uiUrl: string | undefined;
  /** Its pid, which is also its process group's id. */
  readonly pid: number;
  /** Settles once the process has ended, for whatever reason; never rejects. */
  readonly exited: Promise<ChildExit>;
  /** Ends it: SIGTERM, then SIGKILL after 10 s. May be called again and after it has died. */
  stop(): Promise<void>;
}

interface Ports {
  readonly port: number;
  readonly uiPort: number | undefined;
}

interface Launched {
  readonly child: ChildProcess;
  readonly pid: number;
  readonly exited: Promise<ChildExit>;
  readonly logTail: () => string;
}

/** Our choice: serving takes 1 s on an idle machine, ten times that on a busy one. */
const READY_WITHIN_MS = 60_000;
const POLL_MS = 50;
/** Tries, each with freshly chosen ports: another process may bind one between its choice and the server's start. */
const MAX_LAUNCHES = 3;

/**
 * Starts a Temporal dev server as a child in its own process group, so that a Ctrl-C in the terminal doesn't reach it before
 * the worker has drained, and answers when it serves.
 * @throws unavailable when there is no CLI, or it doesn't come to serve
 */
export async function startTemporalServer(options: TemporalServerOptions = {}): Promise<TemporalServer> {
  const cliPath = options.cliPath ?? findTemporalCli();
  if (options.pidFile !== undefined) {
    mkdirSync(dirname(options.pidFile), { recursive: true });
    await endOrphan(options.pidFile);
  }
  for (let launch = 1; ; launch += 1) {
    const ports = await choosePorts(options);
    const launched = await launchServer(cliPath, options, ports);
    const handle = createHandle(launched, ports, options.pidFile);
    const fault = await waitUntilServing(launched, handle.address, options.namespace ?? "default");
    if (fault === undefined) return handle;
    const lostRace = /address already in use/i.test(fault) && (options.port === undefined || options.uiPort === 0);
    // Seldom, on a busy machine, the server itself crashes while it starts.
    const mayTryAgain = lostRace || /\bpanic:/.test(fault);
    await handle.stop();
    if (!mayTryAgain || launch === MAX_LAUNCHES) {
      throw new CountersignError("unavailable", `The Temporal dev server can't be started: ${fault}`);
    }
  }
}

async function choosePorts(options: TemporalServerOptions): Promise<Ports> {
  const port = options.port ?? (await findFreePort());
  const uiPort = options.uiPort === 0 ? await findFreePort() : options.uiPort;
  // Checked before the launch: whatever else listens there might answer like the server that we wait for.
  for (const wanted of [port, uiPort]) {
    if (wanted === undefined || (await isPortFree(wanted))) continue;
    throw new CountersignError(
      "unavailable",
      `The Temporal dev server can't be started: port ${wanted} is already in use`,
    );
  }
  return { port, uiPort };
}

function serverArguments(options: TemporalServerOptions, { port, uiPort }: Ports): string[] {
  const args = ["server", "start-dev", "--ip", "127.0.0.1", "--port", String(port)];
  // The defaults make each task wait for a 50 ms tick of its queue's poll.
  for (const [queue, rps] of [
    ["transfer", 2000],
    ["timer", 2000],
    ["visibility", 200],
  ] as const) {
    args.push("--dynamic-config-value", `history.${queue}ProcessorMaxPollRPS=${rps}`);
  }
  if (uiPort === undefined) args.push("--headless");
  else args.push("--ui-ip", "127.0.0.1", "--ui-port", String(uiPort), "--ui-disable-news-fetch");
  if (options.dbFile !== undefined) {
    args.push("--db-filename", options.dbFile);
    args.push("--sqlite-pragma", "journal_mode=WAL", "--sqlite-pragma", "synchronous=FULL");
  }
  if (options.namespace !== undefined) args.push("--namespace", options.namespace);
  return args;
}

async function launchServer(cliPath: string, options: TemporalServerOptions, ports: Ports): Promise<Launched> {
  const args = serverArguments(options, ports);
  const { child, logTail } = spawnLogged(cliPath, args, options.logFile);
  const exited = new Promise<ChildExit>((resolve) => {
    child.once("error", () => resolve({ code: null, signal: null }));
    child.once("exit", (code, signal) => resolve({ code, signal }));
  });
  if (child.pid === undefined) {
    await exited;
    throw new CountersignError("unavailable", "The Temporal CLI can't be run");
  }
  const marks = ["start-dev", ...(options.dbFile === undefined ? [] : [options.dbFile])];
  if (options.pidFile !== undefined) writeChildRecord(options.pidFile, child.pid, marks);
  return { child, pid: child.pid, exited, logTail };
}

function spawnLogged(
  cliPath: string,
  args: string[],
  logFile: string | undefined,
): Pick<Launched, "child" | "logTail"> {
  if (logFile === undefined) return spawnTailed(cliPath, args);
  mkdirSync(dirname(logFile), { recursive: true });
  const log = openSync(logFile, "a");
  try {
    const child = spawn(cliPath, args, { detached: true, stdio: ["ignore", log, log] });
    return { child, logTail: () => readFileSync(logFile, "utf8").slice(-TAIL_CHARACTERS) };
  } finally {
    closeSync(log);
  }
}

const TAIL_CHARACTERS = 2_000;

function spawnTailed(cliPath: string, args: string[]): Pick<Launched, "child" | "logTail"> {
  const child = spawn(cliPath, args, { detached: true, stdio: ["ignore", "ignore", "pipe"] });
  let tail = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    tail = (tail + text).slice(-TAIL_CHARACTERS);
  });
  return { child, logTail: () => tail };
}

function createHandle(launched: Launched, ports: Ports, pidFile: string | undefined): TemporalServer {
  const { pid, exited } = launched;
  const endWithUs = (): void => signalGroup(pid, "SIGTERM");
  process.once("exit", endWithUs);
  void exited.then(() => process.off("exit", endWithUs));
  return {
    address: `127.0.0.1:${ports.port}`,
    uiUrl: ports.uiPort === undefined ? undefined : `http://127.0.0.1:${ports.uiPort}`,
    pid,
    exited,
    async stop() {
      await endChild(launched);
      if (pidFile !== undefined) removeChildRecord(pidFile, pid);
    },
  };
}

async function endChild({ child, pid, exited }: Launched): Promise<void> {
  // Once it has been reaped its pid may be somebody else's.
  if (child.exitCode === null && child.signalCode === null) signalGroup(pid, "SIGTERM");
  const abort = new AbortController();
  const grace = sleep(GRACE_MS, "late" as const, { signal: abort.signal }).catch(() => undefined);
  if ((await Promise.race([exited, grace])) === "late") signalGroup(pid, "SIGKILL");
  abort.abort();
  await exited;
}

/** Answers with what went wrong, or with nothing once the namespace can be described. */
async function waitUntilServing(launched: Launched, address: string, namespace: string): Promise<string | undefined> {
  const endAtMs = performance.now() + READY_WITHIN_MS;
  let ended = false;
  void launched.exited.then(() => (ended = true));
  while (performance.now() < endAtMs) {
    if (ended) return describeEnd(launched.logTail());
    if (await isServing(address, namespace)) return undefined;
    await Promise.race([sleep(POLL_MS), launched.exited]);
  }
  return `it did not serve within ${READY_WITHIN_MS / 1000} s`;
}

function describeEnd(log: string): string {
  const lines = log
    .trim()
    .split("\n")
    .filter((line) => line !== "");
  const errors = lines.filter((line) => /error|in use/i.test(line));
  return (errors.at(-1) ?? lines.at(-1) ?? "it ended at once").replace(/\.$/, "");
}

async function isServing(address: string, namespace: string): Promise<boolean> {
  const { Connection } = await import("@temporalio/client");
  try {
    const connection = await Connection.connect({ address, connectTimeout: 2_000 });
    try {
      await connection.workflowService.describeNamespace({ namespace });
      return true;
    } finally {
      await connection.close();
    }
  } catch {
    return false;
  }
}
