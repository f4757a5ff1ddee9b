import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { z } from "zod";
import { type Embedded, startEmbedded } from "../../src/embedded/index.ts";
import type { Log } from "../../src/gateway/ports.ts";
import { sweepGuards } from "../../src/gateway/sweep-guards.ts";
import { type Client, createClient, defineAction } from "../../src/index.ts";
import type { Db } from "../../src/store/db.ts";
import { migrate } from "../../src/store/migrate.ts";
import { openPostgres } from "../../src/store/postgres.ts";
import { eraseContent } from "../../src/store/retention.ts";
import { grantRoles } from "../../src/store/roles.ts";
import { createStore } from "../../src/store/store.ts";
import { type PostgresServer, startPostgres } from "../../fleet/postgres-server.ts";

const POLICY = `
version: 1
rules:
  - name: asked
    match: { action: role.asked }
    effect: require_approval
    approval: { approvers: ["role:approver"], decide_by: 1h, edit: { allow: ["/text"] } }
  - name: rest
    match: { action: "role.*" }
    effect: allow
`;

const input = z.object({ text: z.string() });
const common = { description: "Answers", input, output: z.object({ said: z.string() }) };
const run = ({ text }: { text: string }) => (text === "fail" ? Promise.reject(new Error("No")) : { said: text });
const guarded = defineAction({
  ...{ ...common, name: "role.guarded", run, proves: () => [{ kind: "said", value: "yes" }] },
  limits: {
    attempts: { perRun: 100 },
    breaker: { dependency: "role" },
    rate: { limit: 3, per: "1h", scope: "actor" },
    budget: { name: "role", limit: 100, unit: "usd", scope: "run", per: "day", estimate: 1 },
  },
});
const actions = [
  guarded,
  defineAction({ ...common, name: "role.asked", run }),
  defineAction({ ...common, name: "role.inline", run, execution: { mode: "inline" } }),
  defineAction({ ...common, name: "role.once", run, execution: { mode: "at_most_once", maxAttempts: 1 } }),
];

let postgres: PostgresServer;
let owner: Db;
let server: Embedded;
let admin: Client;
let agent: Client;
let approver: Client;
let second: Client;
const dataDir = mkdtempSync(join(tmpdir(), "countersign-role-"));
const log = vi.fn<Log>();

/** Everything in one process, connected as a role that can change no evidence. */
beforeAll(async () => {
  postgres = await startPostgres();
  owner = await openPostgres({ url: postgres.url });
  await owner.query("create role app login");
  await migrate(owner);
  await grantRoles(owner, { runtime: "app" });
  server = await startEmbedded({
    actions,
    policy: POLICY,
    dataDir,
    port: 0,
    logLevel: "silent",
    databaseUrl: runtimeUrl(),
  });
  admin = createClient({ baseUrl: server.url, apiKey: server.adminKey });
  agent = await createCaller("agent", ["invoke", "read"]);
  approver = await createCaller("ann", ["approve", "read"], ["approver"]);
  second = await createCaller("bob", ["approve", "read"], ["approver"]);
});
afterAll(async () => {
  await server.close();
  await owner.close();
  await postgres.stop();
  rmSync(dataDir, { recursive: true, force: true });
});

function runtimeUrl(): string {
  const url = new URL(postgres.url);
  url.username = "app";
  return url.href;
}

async function createCaller(subject: string, permissions: ("invoke" | "read" | "approve")[], roles: string[] = []) {
  const { key } = await admin.keys.create({ subject, kind: "user", permissions, roles });
  return createClient({ baseUrl: server.url, apiKey: key });
}

const wait = { waitMs: 20_000 };

test.each(["role.guarded", "role.inline", "role.once"])("The runtime role lets %s run", async (action) => {
  const call = { ...wait, run: "r1", session: "s1" };
  expect(await agent.invoke(action, { text: "hi" }, call)).toMatchObject({
    status: "executed",
    output: { said: "hi" },
  });
});

test("The runtime role lets guards refuse, which frees the key, and be swept", async () => {
  const refused = async () => agent.invoke("role.guarded", { text: "again" }, { ...wait, run: "r1" });
  await vi.waitFor(async () => expect(await refused()).toMatchObject({ error: { code: "rate_limited" } }), 20_000);
  const store = createStore(await openPostgres({ url: runtimeUrl() }));
  await sweepGuards(store, log);
  expect(log).not.toHaveBeenCalled();
  await store.close();
});

test("The runtime role lets people approve with an edit, reject, and cancel", async () => {
  const asked = await agent.invoke("role.asked", { text: "one" });
  await approver.approvals.approve(asked.id, { edit: { "/text": "two" } });
  await vi.waitFor(async () => expect((await approver.approvals.get(asked.id)).round).toBe(2), 20_000);
  await second.approvals.approve(asked.id);
  const other = await agent.invoke("role.asked", { text: "three" });
  await agent.invocations.cancel(other.id);
  const third = await agent.invoke("role.asked", { text: "four" });
  await approver.approvals.reject(third.id, { reason: "No" });
  expect(await agent.invocations.wait(asked.id)).toMatchObject({ status: "executed", output: { said: "two" } });
  expect(await agent.invocations.wait(other.id)).toMatchObject({ status: "canceled" });
  expect(await agent.invocations.wait(third.id)).toMatchObject({ status: "rejected" });
});

test("The runtime role lets what failed be tried again, and what is uncertain be reconciled", async () => {
  const doubtful = await agent.invoke("role.once", { text: "fail" }, wait);
  expect(doubtful.status).toBe("uncertain");
  await admin.invocations.reconcile(doubtful.id, { outcome: "failed", note: "Looked it up" });
  const again = await agent.invocations.retry(doubtful.id, wait);
  expect(again).toMatchObject({ retryOf: doubtful.id, status: "uncertain" });
});

test("The runtime role lets keys be revoked, policy be published and the record be whole", async () => {
  const { id } = await admin.keys.create({ subject: "brief", kind: "service", permissions: ["read"] });
  await admin.keys.revoke(id);
  expect((await admin.audit.list({ type: "key.revoked" })).items).toHaveLength(1);
  expect(await createStore(owner).audit.verify("default")).toMatchObject({ ok: true });
});

test("A call whose content was erased is still shown, and its key still answers with it", async () => {
  const call = { ...wait, idempotencyKey: "kept", reason: "Private" };
  const { id } = await agent.invoke("role.inline", { text: "private" }, call);
  await owner.query("update invocation set closed_at = closed_at - interval '2 days' where id = $1", [id]);
  expect(await eraseContent(owner, { olderThanMs: 86_400_000 })).toMatchObject({ invocations: 1 });
  const erased = { id, status: "executed", input: null, erasedAt: expect.any(String) as string };
  const view = await agent.invocations.get(id);
  expect(view).toMatchObject(erased);
  expect(JSON.stringify(view)).not.toMatch(/private/i);
  expect(await agent.invoke("role.inline", { text: "private" }, call)).toMatchObject({ ...erased, replayed: true });
  const { items } = await admin.audit.list({ invocation: id });
  expect(items.map(({ type, erasedAt }) => [type, erasedAt !== undefined])).toContainEqual([
    "invocation.erased",
    false,
  ]);
  expect(items.filter(({ erasedAt }) => erasedAt === undefined)).toHaveLength(1);
});
