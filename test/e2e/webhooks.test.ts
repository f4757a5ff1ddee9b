import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { z } from "zod";
import { ActionRejected } from "../../src/action/action-rejected.ts";
import { type Embedded, startEmbedded } from "../../src/embedded/index.ts";
import { type Client, createClient, defineAction } from "../../src/index.ts";
import { openMessage, type Receiver, startReceiver } from "../support/receiver.ts";

const POLICY = `
version: 1
rules:
  - name: slow
    match: { action: test.slow }
    effect: require_approval
    approval: { approvers: [role:admin, user:ada], decide_by: 4s, remind_every: 1s, escalate: { after: 2s, notify: ["user:eve"] } }
  - name: asked
    match: { action: test.asked }
    effect: require_approval
    approval: { approvers: ["user:ada"], decide_by: 1h }
  - name: denied
    match: { action: test.denied }
    effect: deny
  - name: rest
    match: { action: "test.*" }
    effect: allow
`;

const input = z.object({ password: z.string().optional() });
const describeAction = (name: string, run: () => unknown, mode: "idempotent" | "at_most_once" = "idempotent") =>
  defineAction({ name, description: "For the test", execution: { mode }, input, run: () => Promise.resolve(run()) });
const actions = [
  ...["test.done", "test.denied", "test.slow", "test.asked"].map((name) => describeAction(name, () => ({}))),
  describeAction("test.failed", () => Promise.reject(new ActionRejected("It can't be done"))),
  describeAction("test.uncertain", () => Promise.reject(new Error("Socket hang up")), "at_most_once"),
];

let dataDir: string;
let server: Embedded;
let admin: Client;
let receiver: Receiver;
let secret: string;

beforeAll(async () => {
  dataDir = mkdtempSync(join(tmpdir(), "countersign-webhooks-"));
  const places = { dataDir, port: 0, logLevel: "silent", publicUrl: "https://sign.test" } as const;
  server = await startEmbedded({ actions, policy: POLICY, ...places, webhookAllow: ["127.0.0.1"] });
  admin = createClient({ baseUrl: server.url, apiKey: server.adminKey });
  receiver = await startReceiver({ stays: true });
  await admin.keys.create({ subject: "ada", kind: "user", permissions: ["approve", "read"] });
  ({ secret } = await admin.webhooks.create({ url: receiver.url }));
});
afterAll(async () => {
  await server.close();
  await receiver.close();
  rmSync(dataDir, { recursive: true, force: true });
});

/** What the receiver was told of one call, in the order of the record. */
function toldOf(id: string) {
  const messages = receiver.received.map((message) => openMessage(message, secret));
  return messages
    .filter(({ data }) => data.invocation === id)
    .toSorted((left, right) => left.data.seq - right.data.seq);
}

/** Waits until the receiver knows all that the record says of a call, and gives it. */
async function everythingOf(id: string) {
  const events = await admin.invocations.events(id);
  await vi.waitFor(() => expect(toldOf(id)).toHaveLength(events.length), { timeout: 20_000, interval: 50 });
  const told = toldOf(id);
  expect(told.map(({ type, timestamp, data }) => [data.seq, type, timestamp, data.details])).toEqual(
    events.map(({ seq, type, at, data }) => [seq, type, at, data]),
  );
  return told;
}

it.each(["done", "denied", "failed", "uncertain"] as const)(
  "A call that ends %s calls back, once for each event of the record, and holds no secret",
  async (name) => {
    const call = await admin.invoke(`test.${name}`, { password: "hunter2-secret" }, { waitMs: 20_000 });
    expect(call.status).toBe(name === "done" ? "executed" : name);
    const told = await everythingOf(call.id);
    expect(told.at(-1)).toMatchObject({ type: "invocation.closed", data: { details: { status: call.status } } });
    expect(told.at(-1)?.data.link).toBe(`https://sign.test/v1/invocations/${call.id}`);
    expect(JSON.stringify(told)).not.toContain("hunter2-secret");
  },
);

it("Approvers hear that something waits, again and again, with a link, and how it ended: it expired", async () => {
  const call = await admin.invoke("test.slow", {});
  expect((await admin.invocations.wait(call.id)).status).toBe("expired");
  const told = await everythingOf(call.id);
  const types = told.map(({ type }) => type);
  for (const type of ["approval.opened", "approval.reminded", "approval.escalated", "invocation.closed"] as const) {
    expect(types).toContain(type);
  }
  const links = told.filter(({ type }) => type.startsWith("approval.")).map(({ data }) => data.link);
  expect(new Set(links)).toEqual(new Set([`https://sign.test/v1/approvals/${call.id}`]));
});

it("A cancel and a rejection call back", async () => {
  const canceled = await admin.invoke("test.asked", {});
  await admin.invocations.cancel(canceled.id, { reason: "Changed my mind" });
  await admin.invocations.wait(canceled.id);
  expect((await everythingOf(canceled.id)).at(-1)?.data.details).toMatchObject({ status: "canceled" });
  const rejected = await admin.invoke("test.asked", {});
  const { key } = await admin.keys.create({ subject: "ada", kind: "user", permissions: ["approve", "read"] });
  await createClient({ baseUrl: server.url, apiKey: key }).approvals.reject(rejected.id);
  await admin.invocations.wait(rejected.id);
  expect((await everythingOf(rejected.id)).at(-1)?.data.details).toMatchObject({ status: "rejected" });
});

it("onSettled is called for a call that people decide later", async () => {
  const settled: string[] = [];
  const call = await admin.invoke(
    "test.asked",
    {},
    { onSettled: ({ id, status }) => void settled.push(`${id} ${status}`) },
  );
  expect(settled).toEqual([]);
  await admin.invocations.cancel(call.id);
  await vi.waitFor(() => expect(settled).toEqual([`${call.id} canceled`]), { timeout: 20_000 });
});

it("Nothing was told twice, and every message bears its own id", () => {
  const ids = receiver.received.map(({ headers }) => headers["webhook-id"]);
  expect(new Set(ids).size).toBe(ids.length);
});
