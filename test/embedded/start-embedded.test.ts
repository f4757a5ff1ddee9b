import { existsSync, mkdtempSync, rmSync, statSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { actions } from "../../examples/billing/actions.ts";
import { createClient } from "../../src/index.ts";
import { type Embedded, type EmbeddedOptions, startEmbedded } from "../../src/embedded/index.ts";

const policyFile = new URL("../../examples/billing/policy.yaml", import.meta.url).pathname;
let dataDir: string;
const running = new Set<Embedded>();

beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), "countersign-embedded-"));
  vi.stubEnv("COUNTERSIGN_BILLING_FILE", join(dataDir, "billing.jsonl"));
});
afterEach(async () => {
  for (const server of running) await server.close();
  running.clear();
  vi.unstubAllEnvs();
  rmSync(dataDir, { recursive: true, force: true });
});

async function start(change: Partial<EmbeddedOptions> = {}): Promise<Embedded> {
  const server = await startEmbedded({
    actions,
    policyFile,
    dataDir,
    port: 0,
    logLevel: "silent",
    demo: true,
    ...change,
  });
  running.add(server);
  return server;
}

function connect(server: Embedded, apiKey: string | undefined) {
  return createClient({ baseUrl: server.url, apiKey });
}

test("startEmbedded() finds its keys, its pending approvals and its answers again when it starts anew", async () => {
  const first = await start();
  const refund = { invoiceId: "inv_1", amountCents: 100 };
  const agent = connect(first, first.demoKeys?.agent);
  const pending = await agent.invoke("billing.issue_refund", refund, { idempotencyKey: "r1" });
  const done = await agent.invoke("billing.get_invoice", { invoiceId: "inv_2" }, { idempotencyKey: "g1" });
  await first.close();
  running.delete(first);
  const second = await start();
  expect([second.adminKey, second.demoKeys]).toEqual([first.adminKey, first.demoKeys]);
  const again = connect(second, second.demoKeys?.agent);
  expect(await again.invoke("billing.get_invoice", { invoiceId: "inv_2" }, { idempotencyKey: "g1" })).toMatchObject({
    ...{ id: done.id, replayed: true, status: "executed" },
  });
  await connect(second, second.demoKeys?.approver).approvals.approve(pending.id);
  expect(await again.invocations.wait(pending.id)).toMatchObject({ status: "executed" });
});

test("startEmbedded() keeps its secrets where only their owner can read them", async () => {
  const server = await start();
  const files = [server.adminKeyFile ?? "", join(dataDir, "signing-key"), join(dataDir, "demo-keys.json")];
  expect(files.map((file) => (statSync(file).mode & 0o777).toString(8))).toEqual(["600", "600", "600"]);
});

test("startEmbedded() uses the keys that it is given, and keeps none of its own", async () => {
  const adminKey = "an-admin-key-of-more-than-32-visible-characters";
  const server = await start({ adminKey, signingKey: "s".repeat(40), demo: false });
  expect([server.adminKey, server.adminKeyFile, server.demoKeys]).toEqual([adminKey, undefined, undefined]);
  expect(["admin-key", "signing-key", "demo-keys.json"].filter((name) => existsSync(join(dataDir, name)))).toEqual([]);
  expect((await connect(server, adminKey).actions.list()).length).toBe(actions.length);
});

test("startEmbedded() says that its data folder is held, and by whom, and leaves the holder alone", async () => {
  const holder = await start();
  await expect(start()).rejects.toMatchObject({
    code: "unavailable",
    message: expect.stringContaining(String(process.pid)),
  });
  expect((await fetch(`${holder.url}/readyz`)).status).toBe(200);
});

test("startEmbedded() says that its port is taken, and starts nothing", async () => {
  const other = await occupyPort();
  const { port } = other.address() as AddressInfo;
  await expect(start({ port })).rejects.toMatchObject({
    code: "unavailable",
    message: expect.stringContaining(String(port)),
  });
  expect(existsSync(join(dataDir, "temporal.json"))).toBe(false);
  await new Promise((resolve) => other.close(resolve));
});

test("startEmbedded() ends what it had started when the policy has faults, so that the next start succeeds", async () => {
  const policy = "version: 1\nrules: 7\n";
  const failure = startEmbedded({ actions, policy, dataDir, port: 0, logLevel: "silent" });
  await expect(failure).rejects.toMatchObject({ code: "invalid_policy" });
  const server = await start();
  expect((await fetch(`${server.url}/healthz`)).status).toBe(200);
});

test("startEmbedded() refuses two actions of one name", async () => {
  const [action] = actions;
  if (action === undefined) throw new Error("The example has no action");
  await expect(start({ actions: [action, action] })).rejects.toMatchObject({ code: "invalid_request" });
});

function occupyPort(): Promise<Server> {
  const server = createServer();
  return new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve(server)));
}
