import type { Command } from "commander";
import { createClient } from "../client/create-client.ts";
import { CountersignError } from "../core/countersign-error.ts";
import { type Connection, type ConnectionOptions, findConnection } from "./connection.ts";
import type { CommandContext } from "./context.ts";
import { printJson } from "./output.ts";
import { type Terminal, toPrintable } from "./terminal.ts";

/** What was looked at, whether it is well, and otherwise how to make it so. */
interface Finding {
  readonly check: string;
  readonly ok: boolean;
  readonly detail: string;
  readonly fix?: string;
}

const MIN_NODE = { major: 20, minor: 19 };
const TIMEOUT_MS = 5_000;

/** Adds `doctor`: finds out why it doesn't work. */
export function addDoctorCommand(program: Command, { terminal, refuse }: CommandContext): void {
  program
    .command("doctor")
    .description("check this machine, the server, the key, policy and workers, and say how to fix what is wrong")
    .action(async (_: unknown, command: Command) => {
      const options = command.optsWithGlobals<ConnectionOptions>();
      const findings = await examine(findConnection(options, terminal.env));
      if (findings.some(({ ok }) => !ok)) refuse();
      if (options.json === true) return printJson(terminal, { findings });
      for (const finding of findings) printFinding(terminal, finding);
    });
}

async function examine(connection: Connection): Promise<Finding[]> {
  const reach = await checkReach(connection);
  if (!reach.ok) return [checkNode(), reach];
  return [checkNode(), reach, await checkReady(connection), ...(await checkKey(connection))];
}

function checkNode(): Finding {
  const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
  const ok = major > MIN_NODE.major || (major === MIN_NODE.major && minor >= MIN_NODE.minor);
  const detail = `Node ${process.versions.node}`;
  return ok ? { check: "node", ok, detail } : { check: "node", ok, detail, fix: "Install Node 20.19 or newer" };
}

async function checkReach({ url }: Connection): Promise<Finding> {
  const answer = await look(url, "/healthz");
  if (answer?.status === 200) return { check: "server", ok: true, detail: `${url} answers` };
  const detail = answer === undefined ? `Nothing answers at ${url}` : `${url} answers ${answer.status}`;
  const fix = "Start one with countersign start, or name yours with COUNTERSIGN_URL";
  return { check: "server", ok: false, detail, fix };
}

/** What is missing for calls to be served comes from the server itself: store, worker, manifests, policy. */
async function checkReady({ url }: Connection): Promise<Finding> {
  const answer = await look(url, "/readyz");
  if (answer?.status === 200) {
    return { check: "ready", ok: true, detail: "The store answers, a worker polls, actions and policy are in force" };
  }
  const missing = Array.isArray(answer?.body["missing"]) ? answer.body["missing"].map(String) : [];
  const detail = missing.length === 0 ? "The server isn't ready" : missing.join("; ");
  const fix =
    "Start a worker (countersign worker), publish a policy (countersign policy publish), see the server's log";
  return { check: "ready", ok: false, detail, fix };
}

async function checkKey({ url, apiKey }: Connection): Promise<Finding[]> {
  const fix = "Set COUNTERSIGN_API_KEY to a key of countersign keys create, or write a profile file";
  if (apiKey === undefined) return [{ check: "key", ok: false, detail: "No key is known", fix }];
  const client = createClient({ baseUrl: url, apiKey, timeoutMs: TIMEOUT_MS, maxRetries: 0 });
  try {
    const actions = await client.actions.list();
    const detail = `The key is valid; ${actions.length} actions are published`;
    return [{ check: "key", ok: true, detail }, await checkPolicy(client)];
  } catch (error) {
    if (error instanceof CountersignError && error.code === "forbidden") {
      return [{ check: "key", ok: true, detail: "The key is valid" }, await checkPolicy(client)];
    }
    return [{ check: "key", ok: false, detail: error instanceof Error ? error.message : String(error), fix }];
  }
}

async function checkPolicy(client: ReturnType<typeof createClient>): Promise<Finding> {
  try {
    const { version, publishedAt } = await client.policy.get();
    return { check: "policy", ok: true, detail: `Version ${version} of ${publishedAt} is in force` };
  } catch (error) {
    const code = error instanceof CountersignError ? error.code : "internal";
    if (code === "forbidden") return { check: "policy", ok: true, detail: "The key may not look at policy" };
    const fix = "Publish one: countersign policy publish policy.yaml";
    return { check: "policy", ok: false, detail: "No policy is in force, so every call is denied", fix };
  }
}

/** A plain look without a key, at what answers anyone. */
async function look(url: string, path: string): Promise<{ status: number; body: Record<string, unknown> } | undefined> {
  try {
    const response = await fetch(`${url.replace(/\/+$/, "")}${path}`, { signal: AbortSignal.timeout(TIMEOUT_MS) });
    const body: unknown = await response.json().catch(() => undefined);
    const isObject = typeof body === "object" && body !== null;
    return { status: response.status, body: isObject ? (body as Record<string, unknown>) : {} };
  } catch {
    return undefined;
  }
}

function printFinding(terminal: Terminal, { check, ok, detail, fix }: Finding): void {
  terminal.print(toPrintable(`${ok ? "ok    " : "wrong "} ${check.padEnd(6)}  ${detail}`));
  if (fix !== undefined) terminal.print(`               ${fix}`);
}
