import { type ChildProcess, spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";

/** What `countersign start --json` says once it serves. */
interface Announcement {
  readonly url: string;
  readonly adminKeyFile: string;
  readonly demoKeys: { readonly agent: string; readonly approver: string };
  readonly temporalUiUrl: string;
}

/** `countersign start` as a process of its own, which can be killed. */
export interface DemoServer {
  /** Starts it and waits until it serves. The second time it takes the port that it had. */
  start(): Promise<void>;
  /** Ends the server and its Temporal at once, as a power cut would: SIGKILL, no chance to tidy up. */
  kill(): Promise<void>;
  /** Ends it the ordinary way; SIGKILL for what is still there after a while. */
  stop(): Promise<void>;
  /** What it announced when it was last started. */
  announced(): Announcement;
}

/** Longer than an ordinary stop takes, which drains the worker first. */
const STOP_WITHIN_MS = 20_000;

const BIN = fileURLToPath(new URL("../dist/src/cli/bin.js", import.meta.url));

/** What a server is made of. */
interface DemoServerOptions {
  /** Folder that keeps everything. */
  readonly dataDir: string;
  readonly actionsFile: string;
  readonly policyFile: string;
}

/** A server of these actions and this policy. Nothing runs yet. */
export function createDemoServer({ dataDir, actionsFile, policyFile }: DemoServerOptions): DemoServer {
  let child: ChildProcess | undefined;
  let announcement: Announcement | undefined;
  let stopped = false;

  async function start(): Promise<void> {
    if (stopped) throw new Error("The demo is over");
    const port = announcement === undefined ? "0" : new URL(announcement.url).port;
    const args = ["start", "--json", "--demo", "--actions", actionsFile, "--policy", policyFile, "--port", port];
    // A group of its own, so that a Ctrl-C in the terminal reaches the demo alone, which then stops the server.
    child = spawn(process.execPath, [BIN, ...args, "--data-dir", dataDir], {
      detached: true,
      env: cleanEnvironment(),
      stdio: ["ignore", "pipe", "pipe"],
    });
    announcement = await readAnnouncement(child);
    if (stopped) throw new Error("The demo is over");
  }

  function killNow(): void {
    signalGroup(child?.pid, "SIGKILL");
    signalGroup(readTemporalPid(dataDir), "SIGKILL");
  }

  async function stop(): Promise<void> {
    stopped = true;
    if (child === undefined) return;
    signalGroup(child.pid, "SIGTERM");
    const abort = new AbortController();
    const late = sleep(STOP_WITHIN_MS, undefined, { signal: abort.signal }).then(killNow, () => undefined);
    await Promise.race([ended(child), late]);
    abort.abort();
    await ended(child);
  }

  process.once("exit", killNow);
  return {
    start,
    stop,
    async kill() {
      killNow();
      if (child !== undefined) await ended(child);
    },
    announced() {
      if (announcement === undefined) throw new Error("The server has not been started");
      return announcement;
    },
  };
}

/** Whoever runs the demo may have a server configured; the demo's own shares nothing with it. */
function cleanEnvironment(): NodeJS.ProcessEnv {
  const foreign = /^(?:COUNTERSIGN_|DATABASE_URL$|TEMPORAL_(?!CLI_PATH$))/;
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !foreign.test(name)));
}

function readAnnouncement(child: ChildProcess): Promise<Announcement> {
  let stdout = "";
  let stderr = "";
  child.stderr?.setEncoding("utf8").on("data", (text: string) => (stderr = (stderr + text).slice(-4_000)));
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", () => reject(new Error(`The server ended before it served: ${stderr.trim()}`)));
    child.stdout?.setEncoding("utf8").on("data", (text: string) => {
      stdout += text;
      // The announcement is one indented document, closed by a brace of its own line.
      if (stdout.endsWith("\n}\n")) resolve(JSON.parse(stdout) as Announcement);
    });
  });
}

function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
  return new Promise((resolve) => child.once("exit", () => resolve()));
}

/** The server writes down its Temporal's pid, so that a later start finds an orphan. */
function readTemporalPid(dataDir: string): number | undefined {
  try {
    return (JSON.parse(readFileSync(join(dataDir, "temporal.json"), "utf8")) as { readonly pid: number }).pid;
  } catch {
    return undefined;
  }
}

function signalGroup(pid: number | undefined, signal: NodeJS.Signals): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, signal);
  } catch {
    // It has gone already.
  }
}
