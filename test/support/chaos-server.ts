import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { signalGroup } from "../../src/embedded/child-record.ts";
import {
  type CommandProcess,
  createWorkspace,
  type EndedProcess,
  eventually,
  isRunning,
  launchCommand,
  findTemporalPid,
  type Workspace,
} from "./processes.ts";
import { createCaller, type WireCaller } from "./wire-caller.ts";

/** The operator's key of every server that these tests start. */
export const ADMIN_KEY = "admin-key-of-the-tests-0123456789abcdef";
/** The module of actions that write down what they do. */
export const ACTIONS_MODULE = fileURLToPath(new URL("../chaos/fixtures/actions.ts", import.meta.url));
/** Its policy. */
export const POLICY_FILE = fileURLToPath(new URL("../chaos/fixtures/policy.yaml", import.meta.url));

/** A line that an action wrote. */
export interface EffectLine {
  readonly kind: "begun" | "effect";
  /** The idempotency key that it was given, which is the invocation's id. */
  readonly key: string;
  readonly pid: number;
  readonly attempt: number;
  readonly text: string;
}

/** What the actions wrote down, in the order it happened. */
export function readEffects({ effectsFile }: Workspace): EffectLine[] {
  if (!existsSync(effectsFile)) return [];
  const lines = readFileSync(effectsFile, "utf8").split("\n").slice(0, -1);
  return lines.map((line) => JSON.parse(line) as EffectLine);
}

/** How often an invocation had its effect. */
export function countEffects(workspace: Workspace, id: string): number {
  return readEffects(workspace).filter(({ kind, key }) => kind === "effect" && key === id).length;
}

/** Environment of a server over a workspace. */
export function serverEnvironment({ dataDir, effectsFile }: Workspace): Record<string, string> {
  return {
    COUNTERSIGN_DATA_DIR: dataDir,
    COUNTERSIGN_PORT: "0",
    COUNTERSIGN_ADMIN_KEY: ADMIN_KEY,
    COUNTERSIGN_ACTIONS: ACTIONS_MODULE,
    COUNTERSIGN_POLICY: POLICY_FILE,
    CHAOS_EFFECTS: effectsFile,
  };
}

/** The embedded form as a tree of real processes over one data folder, killed and started again as a test likes. */
export interface ChaosServer {
  readonly workspace: Workspace;
  readonly admin: WireCaller;
  /** Starts it (again) and waits until it is ready; answers with the milliseconds that took. */
  start(): Promise<number>;
  /** The server's own process. */
  process(): CommandProcess;
  /** Base URL; another after each start. */
  url(): string;
  /** The Temporal child's pid, once there is one. */
  temporalPid(): Promise<number>;
  /** `kill -9` of the Temporal child alone. */
  killTemporal(): Promise<void>;
  /** `kill -9` of the server's process and of the Temporal child at once. */
  killTree(): Promise<void>;
  /** Asks it to end. */
  stop(signal: "SIGINT" | "SIGTERM"): Promise<EndedProcess>;
  /** A caller with a key of its own. */
  caller(subject: string, request?: object): Promise<WireCaller>;
}

/** An embedded server that has not been started yet. */
export function createChaosServer(): ChaosServer {
  const workspace = createWorkspace();
  let command: CommandProcess | undefined;
  let url = "";
  const admin = createCaller(() => url, ADMIN_KEY);
  const running = (): CommandProcess => {
    if (command === undefined) throw new Error("The server was not started");
    return command;
  };
  const killTemporal = async (): Promise<void> => {
    const pid = findTemporalPid(workspace);
    if (pid === undefined || !isRunning(pid)) return;
    signalGroup(pid, "SIGKILL");
    await eventually(() => !isRunning(pid), { what: "Temporal's end" });
  };
  const temporalPid = (): Promise<number> =>
    eventually(() => findTemporalPid(workspace), { what: "The record of Temporal's pid" });
  return {
    ...{ workspace, admin, temporalPid, killTemporal },
    process: running,
    url: () => url,
    async start() {
      const startedAtMs = performance.now();
      command = launchCommand(["start", "--json"], serverEnvironment(workspace));
      url = await waitUntilListening(command);
      await waitUntilReady(url);
      return Math.round(performance.now() - startedAtMs);
    },
    async killTree() {
      const ended = running().end("SIGKILL");
      await killTemporal();
      await ended;
      // The server may have been about to start another one.
      await killTemporal();
    },
    stop: (signal) => running().end(signal),
    caller: async (subject, request) => createKeyedCaller(admin, () => url, { subject, ...request }),
  };
}

/** Makes a key and a caller who has it: `invoke` and `read` unless the request says otherwise. */
export async function createKeyedCaller(
  admin: WireCaller,
  url: () => string,
  request: { readonly subject: string },
): Promise<WireCaller> {
  const body = { kind: "user", permissions: ["invoke", "read"], ...request };
  const made = await admin.call<{ key: string }>("/v1/keys", { body });
  if (made.status !== 201) throw new Error(`No key was made: ${JSON.stringify(made.body)}`);
  return createCaller(url, made.body.key);
}

/** What a reviewer's key is made with. */
export const REVIEWER = { permissions: ["approve", "read"], groups: ["reviewers"] };

/** Waits until a server prints the address that it listens at. */
export async function waitUntilListening(command: CommandProcess): Promise<string> {
  let ended: EndedProcess | undefined;
  void command.ended.then((result) => (ended = result));
  return eventually(
    () => {
      if (ended !== undefined) throw new Error(`It ended before it served: ${JSON.stringify(ended)}`);
      return /http:\/\/[\w.:]+(?=["\s])/.exec(command.output().stdout)?.[0];
    },
    { timeoutMs: 60_000, what: "The server's address" },
  );
}

/** Waits until `/readyz` is 200. */
export async function waitUntilReady(url: string): Promise<void> {
  await eventually(() => fetch(`${url}/readyz`).then((response) => response.ok), {
    timeoutMs: 60_000,
    what: "Readiness",
  });
}
