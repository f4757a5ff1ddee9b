import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { z } from "zod";
import { ActionRejected, type Client, createClient, defineAction } from "../../src/index.ts";
import { type Embedded, startEmbedded } from "../../src/embedded/index.ts";

const POLICY = `
version: 1
rules:
  - name: asked
    match: { action: test.asked }
    effect: require_approval
    approval: { approvers: ["role:approver"] }
  - name: tests
    match: { action: "test.*" }
    effect: allow
    priority: 200
`;

/** What the world looks like: whether it lets anything happen, and what did. */
const world = { isBroken: true, acts: [] as string[] };

const input = z.object({ what: z.string() });
const failing = (name: string) =>
  defineAction({
    ...{ name: `test.${name}`, description: name, input, secretFields: ["/what"] },
    run: ({ what }, { idempotencyKey }) => {
      if (world.isBroken) throw new ActionRejected("The world is broken");
      world.acts.push(what);
      return { idempotencyKey };
    },
  });

let dataDir: string;
let server: Embedded;
let admin: Client;
let agent: Client;
let approver: Client;

beforeAll(async () => {
  dataDir = mkdtempSync(join(tmpdir(), "countersign-retry-"));
  const actions = [failing("plain"), failing("asked")];
  server = await startEmbedded({ actions, policy: POLICY, dataDir, port: 0, logLevel: "silent" });
  admin = connect(server.adminKey);
  agent = connect((await admin.keys.create({ subject: "agent", kind: "agent", permissions: ["invoke", "read"] })).key);
  const rights = { roles: ["approver"], permissions: ["approve" as const, "read" as const] };
  approver = connect((await admin.keys.create({ subject: "boss", kind: "user", ...rights })).key);
});
afterAll(async () => {
  await server.close();
  rmSync(dataDir, { recursive: true, force: true });
});
beforeEach(() => {
  world.isBroken = true;
  world.acts = [];
});

function connect(apiKey: string): Client {
  return createClient({ baseUrl: server.url, apiKey });
}

test("retry() of a failed keyed call runs it with the input as sent, and the key answers with the newest", async () => {
  const call = [{ what: "secret" }, { idempotencyKey: "k1", run: "r", reason: "First" }] as const;
  const failed = await agent.invoke("test.plain", ...call);
  expect(failed.status).toBe("failed");
  world.isBroken = false;
  const retried = await agent.invocations.retry(failed.id, { reason: "Once more" });
  expect(retried).toMatchObject({
    ...{ status: "executed", retryOf: failed.id, idempotencyKey: "k1", run: "r", reason: "Once more", actor: "agent" },
    ...{ output: { idempotencyKey: retried.id }, input: failed.input },
  });
  expect(retried.digest).not.toBe(failed.digest);
  expect(world.acts).toEqual(["secret"]);
  expect(await agent.invoke("test.plain", ...call)).toMatchObject({ id: retried.id, replayed: true });
  const events = await admin.invocations.events(failed.id);
  expect(events.at(-1)).toMatchObject({
    ...{ type: "invocation.retried", principal: "agent", data: { by: retried.id, reason: "Once more" } },
  });
  const [requested] = await admin.invocations.events(retried.id);
  expect(requested).toMatchObject({ type: "invocation.requested", data: { retryOf: failed.id } });
});

test("retry() answers with the try that stands, whichever of the tries is named", async () => {
  const first = await agent.invoke("test.plain", { what: "a" }, { idempotencyKey: "k2" });
  const second = await agent.invocations.retry(first.id);
  expect(second).toMatchObject({ status: "failed", retryOf: first.id });
  world.isBroken = false;
  const third = await agent.invocations.retry(first.id);
  expect(third).toMatchObject({ status: "executed", retryOf: first.id });
  for (const { id } of [first, second])
    expect(await agent.invocations.retry(id)).toMatchObject({ id: third.id, replayed: true });
  expect(await agent.invoke("test.plain", { what: "a" }, { idempotencyKey: "k2" })).toMatchObject({ id: third.id });
  expect(world.acts).toEqual(["a"]);
});

test("retry() by many at once makes one call", async () => {
  const failed = await agent.invoke("test.plain", { what: "a" });
  world.isBroken = false;
  const answers = await Promise.all(Array.from({ length: 8 }, () => agent.invocations.retry(failed.id)));
  expect(new Set(answers.map(({ id }) => id)).size).toBe(1);
  expect(answers.filter(({ replayed }) => replayed !== true)).toHaveLength(1);
  expect(world.acts).toEqual(["a"]);
});

test("retry() is approved anew", async () => {
  const { id } = await agent.invoke("test.asked", { what: "a" });
  await approver.approvals.approve(id);
  const failed = await agent.invocations.wait(id);
  world.isBroken = false;
  const retried = await agent.invocations.retry(failed.id);
  expect([failed.status, retried.status]).toEqual(["failed", "pending"]);
  expect(await agent.invocations.retry(failed.id)).toMatchObject({ id: retried.id, replayed: true });
  await approver.approvals.approve(retried.id);
  expect(await agent.invocations.wait(retried.id)).toMatchObject({ status: "executed" });
  expect(world.acts).toEqual(["a"]);
});

test("retry() refuses what did not fail, and is for its actor, its caller and admin only", async () => {
  const failed = await agent.invoke("test.plain", { what: "a" });
  world.isBroken = false;
  const executed = await agent.invoke("test.plain", { what: "b" });
  const error = { code: "not_retryable", status: 409 };
  await expect(agent.invocations.retry(executed.id)).rejects.toMatchObject(error);
  const stranger = connect((await admin.keys.create({ subject: "eve", kind: "user", permissions: ["invoke"] })).key);
  await expect(stranger.invocations.retry(failed.id)).rejects.toMatchObject({ code: "not_found" });
  const audit = await admin.keys.create({ subject: "auditor", kind: "user", permissions: ["invoke", "audit"] });
  await expect(connect(audit.key).invocations.retry(failed.id)).rejects.toMatchObject({ code: "forbidden" });
  await expect(approver.invocations.retry(failed.id)).rejects.toMatchObject({ code: "forbidden" });
  expect(await admin.invocations.retry(failed.id)).toMatchObject({ status: "executed", actor: "agent", via: "admin" });
  expect(world.acts).toEqual(["b", "a"]);
});
