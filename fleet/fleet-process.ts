import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { createWriteStream } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const BIN = fileURLToPath(new URL("../dist/src/cli/bin.js", import.meta.url));

/** Longer than an ordinary stop takes. */
const ENDS_WITHIN_MS = 30_000;

/** How to run one process of a fleet. */
export interface FleetProcessOptions {
  /** Names it in messages. */
  readonly name: string;
  /** Arguments of `countersign`. */
  readonly args: readonly string[];
  /** All of its environment but PATH and HOME, asked for at each start. */
  readonly env: () => Readonly<Record<string, string>>;
  /** File that everything it writes is appended to. */
  readonly logFile: string;
}

/** A process of the built `countersign` that can be killed and started again. */
export interface FleetProcess {
  readonly name: string;
  /** Its pid, 0 while it doesn't run. */
  pid(): number;
  /** Starts it, unless it runs. */
  start(): void;
  /** Sends a signal and waits until it has ended: its exit code, or the signal that ended it; `undefined` when it didn't run. */
  end(signal: NodeJS.Signals): Promise<number | NodeJS.Signals | undefined>;
  /** Resolves when it ends by itself or by a signal. */
  exited(): Promise<void>;
}

/** A process that has not been started yet. */
export function createFleetProcess({ name, args, env, logFile }: FleetProcessOptions): FleetProcess {
  let child: ChildProcess | undefined;
  const isRunning = (): boolean => child !== undefined && child.exitCode === null && child.signalCode === null;
  return {
    name,
    pid: () => (isRunning() ? (child?.pid ?? 0) : 0),
    start() {
      if (isRunning()) return;
      const log = createWriteStream(logFile, { flags: "a" });
      // A group of its own, so that a Ctrl-C in the terminal reaches the fleet alone, which then ends its processes in order.
      const started = spawn(process.execPath, [BIN, ...args], {
        detached: true,
        env: environmentOf(env()),
        stdio: ["ignore", "pipe", "pipe"],
      });
      started.stdout.pipe(log, { end: false });
      started.stderr.pipe(log, { end: false });
      started.once("close", () => log.end());
      child = started;
    },
    async end(signal) {
      if (child === undefined || !isRunning()) return undefined;
      const ending = child;
      const exited = once(ending, "exit");
      ending.kill(signal);
      const late = sleep(ENDS_WITHIN_MS, "late", { ref: false });
      if ((await Promise.race([exited, late])) === "late") {
        ending.kill("SIGKILL");
        await exited;
        throw new Error(`${name} did not end within ${ENDS_WITHIN_MS} ms of ${signal}`);
      }
      return ending.exitCode ?? ending.signalCode ?? undefined;
    },
    async exited() {
      if (child !== undefined && isRunning()) await once(child, "exit");
    },
  };
}

/** Runs the built `countersign` to its end; what it wrote to standard output. Rejects, with all that it wrote, unless it ends with 0. */
export async function runCommand(args: readonly string[], env: Readonly<Record<string, string>>): Promise<string> {
  const { stdout } = await promisify(execFile)(process.execPath, [BIN, ...args], {
    env: environmentOf(env),
  });
  return stdout;
}

function environmentOf(env: Readonly<Record<string, string>>): NodeJS.ProcessEnv {
  return { PATH: process.env["PATH"] ?? "", HOME: process.env["HOME"] ?? "/nonexistent", ...env };
}
