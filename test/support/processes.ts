import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, vi } from "vitest";
import { ensureBuild } from "../../scripts/build.mjs";
import { endOrphan, signalGroup } from "../../src/embedded/child-record.ts";

const CLONE = fileURLToPath(new URL("../..", import.meta.url));
const ENDS_WITHIN_MS = 30_000;

/** How a process of the built command line ended, and what it wrote. */
export interface EndedProcess {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A process of the built command line. */
export interface CommandProcess {
  readonly pid: number;
  readonly ended: Promise<EndedProcess>;
  /** What it has written so far. */
  output(): Pick<EndedProcess, "stdout" | "stderr">;
  /** Sends a signal to it alone, and waits until it has ended. */
  end(signal: NodeJS.Signals): Promise<EndedProcess>;
}

/** Where a test's processes keep what they keep, and what its actions' effects are counted in. */
export interface Workspace {
  readonly dataDir: string;
  readonly effectsFile: string;
  /** A path inside of it. */
  path(name: string): string;
}

// A stop that has to wait for an action that listens to nobody takes 15 s alone, and a busy machine several times as long.
vi.setConfig({ testTimeout: 180_000 });

// Once per file: what is killed and started again in between has to be the same.
beforeAll(ensureBuild);

/** What is undone, last first, when the test file is over. */
const undo: (() => Promise<void> | void)[] = [];
afterAll(async () => {
  for (const step of undo.splice(0).toReversed()) await step();
});

/** Registers what is to be undone when the test file is over, whatever happened in it. */
export function undoLater(step: () => Promise<void> | void): void {
  undo.push(step);
}

/** A folder that is removed when the test file is over; a Temporal child left behind by a killed parent in it is ended first. */
export function createWorkspace(): Workspace {
  const folder = mkdtempSync(join(tmpdir(), "countersign-chaos-"));
  const path = (name: string): string => join(folder, name);
  undoLater(async () => {
    await endOrphan(path("data/temporal.json"));
    // A server with a fault may have lost the record; nobody but its children has this folder in the command line.
    for (const pid of findProcesses(folder)) signalGroup(pid, "SIGKILL");
    rmSync(folder, { recursive: true, force: true });
  });
  return { dataDir: path("data"), effectsFile: path("effects.jsonl"), path };
}

function findProcesses(mark: string): number[] {
  if (!existsSync("/proc")) return [];
  const pids = readdirSync("/proc").map(Number).filter(Number.isInteger);
  return pids.filter((pid) => readCommandLine(pid).includes(mark));
}

function readCommandLine(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8");
  } catch {
    return "";
  }
}

/** Starts the built `countersign` with only the environment given; it is killed when the test file is over. */
export function launchCommand(args: readonly string[], env: Readonly<Record<string, string>> = {}): CommandProcess {
  const child = spawn(process.execPath, [join(CLONE, "dist/src/cli/bin.js"), ...args], {
    cwd: CLONE,
    env: { PATH: process.env["PATH"] ?? "", HOME: "/nonexistent", COUNTERSIGN_LOG_LEVEL: "error", ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const ended = collect(child);
  const end = async (signal: NodeJS.Signals): Promise<EndedProcess> => {
    child.kill(signal);
    return within(ENDS_WITHIN_MS, ended.result, () => `It didn't end on ${signal}: ${JSON.stringify(ended.chunks)}`);
  };
  undoLater(async () => void (await end("SIGKILL")));
  return { pid: child.pid ?? 0, ended: ended.result, output: () => ({ ...ended.chunks }), end };
}

/** Runs the built `countersign` to its end; fails when it doesn't come to one. */
export async function runCommand(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<EndedProcess> {
  const command = launchCommand(args, env);
  return within(ENDS_WITHIN_MS, command.ended, () => `It goes on: ${JSON.stringify(command.output())}`);
}

function collect(child: ChildProcess) {
  const chunks = { stdout: "", stderr: "" };
  child.stdout?.setEncoding("utf8").on("data", (text: string) => (chunks.stdout += text));
  child.stderr?.setEncoding("utf8").on("data", (text: string) => (chunks.stderr += text));
  const result = new Promise<EndedProcess>((resolve, reject) => {
    child.once("error", reject);
    // Not `close`: a child of a killed process may hold the pipes open.
    child.once("exit", (code, signal) => setImmediate(() => resolve({ code, signal, ...chunks })));
  });
  return { chunks, result };
}

/** The Temporal child's pid, which is its process group too, as the data folder records it; none while there is no such record. */
export function findTemporalPid({ dataDir }: Workspace): number | undefined {
  try {
    return (JSON.parse(readFileSync(join(dataDir, "temporal.json"), "utf8")) as { pid: number }).pid;
  } catch {
    return undefined;
  }
}

/** Whether a process runs; on Linux one that has ended and wasn't reaped doesn't. */
export function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    if (!existsSync("/proc")) return true;
    return !/^\d+ \(.*\) Z/s.test(readFileSync(`/proc/${pid}/stat`, "utf8"));
  } catch {
    return false;
  }
}

/** Waits until the answer is there (anything but `undefined` and `false`). */
export async function eventually<T>(
  look: () => Promise<T | undefined | false> | T | undefined | false,
  { timeoutMs = 30_000, what = "It" }: { readonly timeoutMs?: number; readonly what?: string } = {},
): Promise<T> {
  for (const deadlineMs = performance.now() + timeoutMs; ;) {
    const answer = await look();
    if (answer !== undefined && answer !== false) return answer;
    if (performance.now() > deadlineMs) throw new Error(`${what} didn't come about within ${timeoutMs} ms`);
    await sleep(25);
  }
}

/** Waits for a promise at most so long. */
export async function within<T>(timeoutMs: number, promise: Promise<T>, describe: () => string): Promise<T> {
  const abort = new AbortController();
  const late = sleep(timeoutMs, undefined, { signal: abort.signal }).then(
    () => Promise.reject(new Error(describe())),
    () => promise,
  );
  try {
    return await Promise.race([promise, late]);
  } finally {
    abort.abort();
  }
}
