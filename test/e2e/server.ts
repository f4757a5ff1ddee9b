import type { Credentials } from "../../src/action/credentials.ts";
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { vi } from "vitest";
import { z } from "zod";
import { actions as billing } from "../../examples/billing/actions.ts";
import type { CreatedKey, CreateKeyRequest } from "../../src/contract/principal.ts";
import { type Client, createClient, defineAction } from "../../src/index.ts";
import { startEmbedded } from "../../src/embedded/index.ts";

const BILLING_POLICY = new URL("../../examples/billing/policy.yaml", import.meta.url).pathname;

/** Rules beside those of the billing example: actions named `test.…` are allowed, `test.brief` waits two seconds for finance. */
const TEST_RULES = `
  - name: brief
    match: { action: test.brief }
    effect: require_approval
    approval: { approvers: ["group:finance"], decide_by: 2s }
  - name: tests
    match: { action: "test.*" }
    effect: allow
    priority: 200
`;

const brief = defineAction({ name: "test.brief", description: "Waits briefly", input: z.object({}), run: () => ({}) });
const doubtful = defineAction({
  name: "test.doubtful",
  description: "Errs where nobody can know",
  execution: { mode: "at_most_once" },
  input: z.object({}),
  output: z.object({ receipt: z.string() }),
  run: () => Promise.reject(new Error("Socket hang up")),
});
const traced = defineAction({
  name: "test.traced",
  description: "Errs where only its probe can know, which has a credential for that",
  execution: { mode: "at_most_once" },
  input: z.object({ trace: z.enum(["found", "lost"]) }),
  output: z.object({ receipt: z.string() }),
  run: () => Promise.reject(new Error("Socket hang up")),
  probe: async ({ trace }, { credentials }) =>
    trace === "lost" ? "unknown" : { done: { receipt: `r7 by ${await credentials.get("bank")}` } },
});

/** An answer as it came over the wire. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** The parsed body; empty when it is no JSON. */
  readonly body: Record<string, unknown>;
}

/** What a request carries; the admin's key unless told, none for `""`. */
export interface Sent {
  readonly key?: string;
  /** JSON, unless it is text. */
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** An embedded Countersign with the billing example, and callers to try it with. */
export interface TestServer {
  readonly url: string;
  readonly adminKey: string;
  /** May invoke and read, and holds the scope `finance`. */
  readonly agentKey: string;
  /** May approve and read, and belongs to the finance group. */
  readonly approverKey: string;
  /** The document that is in force; published anew when it is changed. */
  readonly policyFile: string;
  send(method: string, path: string, sent?: Sent): Promise<Answer>;
  client(key: string): Client;
  createKey(request: Partial<CreateKeyRequest> & { subject: string }): Promise<CreatedKey>;
  /** Lines in the billing example's file: the effects that it had. */
  effects(): readonly string[];
  close(): Promise<void>;
}

/** Starts a server of its own on a free port, with its data in a temporary folder. */
export async function startServer(): Promise<TestServer> {
  const dataDir = mkdtempSync(join(tmpdir(), "countersign-e2e-"));
  const billingFile = join(dataDir, "billing.jsonl");
  vi.stubEnv("COUNTERSIGN_BILLING_FILE", billingFile);
  const policyFile = join(dataDir, "policy.yaml");
  copyFileSync(BILLING_POLICY, policyFile);
  writeFileSync(policyFile, `${readFileSync(BILLING_POLICY, "utf8")}${TEST_RULES}`);
  const actions = [...billing, brief, doubtful, traced];
  const credentials: Credentials = { get: async (name, { actor }) => `${name}-token-of-${actor}` };
  const options = { actions, credentials, policyFile, dataDir, port: 0, demo: true };
  const server = await startEmbedded({ ...options, logLevel: "silent" });
  const { url, adminKey } = server;
  return {
    ...{ url, adminKey, policyFile },
    agentKey: server.demoKeys?.agent ?? "",
    approverKey: server.demoKeys?.approver ?? "",
    send: (method, path, sent = {}) => send(`${url}${path}`, method, { key: adminKey, ...sent }),
    client: (apiKey) => createClient({ baseUrl: url, apiKey }),
    createKey: (request) =>
      createClient({ baseUrl: url, apiKey: adminKey }).keys.create({
        ...{ kind: "user", permissions: ["invoke", "read"] },
        ...request,
      }),
    effects: () => readFileSync(billingFile, { encoding: "utf8", flag: "a+" }).split("\n").filter(Boolean),
    async close() {
      await server.close();
      vi.unstubAllEnvs();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}

async function send(url: string, method: string, { key, body, headers }: Sent): Promise<Answer> {
  const isText = typeof body === "string";
  const response = await fetch(url, {
    method,
    redirect: "manual",
    headers: {
      ...(key === undefined || key === "" ? {} : { authorization: `Bearer ${key}` }),
      ...(body === undefined || isText ? {} : { "content-type": "application/json" }),
      ...headers,
    },
    ...(body === undefined ? {} : { body: isText ? body : JSON.stringify(body) }),
  });
  const text = await response.text();
  return { status: response.status, headers: response.headers, text, body: parse(text) };
}

function parse(text: string): Record<string, unknown> {
  try {
    return JSON.parse(text) as Record<string, unknown>;
  } catch {
    return {};
  }
}
