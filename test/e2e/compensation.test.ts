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
  - name: closed
    match: { action: test.closed.compensate }
    effect: deny
  - name: asked
    match: { action: test.asked.compensate }
    effect: require_approval
    approval: { approvers: ["role:approver"] }
  - name: open
    match: { action: "test.*" }
    effect: allow
    priority: 200
`;

/** What the world looks like: acts that took effect, and how undoing behaves. */
const world = { acts: [] as string[], refuse: new Set<string>(), undone: [] as unknown[] };

const input = z.object({ what: z.string() });
const output = z.object({ receipt: z.string() });
const act = (name: string) =>
  defineAction({
    ...{ name: `test.${name}`, description: name, input, output, secretFields: ["/what"] },
    run: ({ what }) => {
      world.acts.push(`do ${what}`);
      return { receipt: `receipt of ${what}` };
    },
    compensate: ({ what }, made, context) => {
      if (world.refuse.has(what)) throw new ActionRejected(`Not ${what} now`);
      world.acts.push(`undo ${what}`);
      world.undone.push([what, made?.receipt, context.idempotencyKey, context.compensates, context.actor]);
    },
  });
const plain = defineAction({ name: "test.plain", description: "Can't be undone", input, run: () => ({}) });
const actions = [act("open"), act("closed"), act("asked"), plain];

let dataDir: string;
let server: Embedded;
let admin: Client;
let agent: Client;
let approver: Client;

beforeAll(async () => {
  dataDir = mkdtempSync(join(tmpdir(), "countersign-compensation-"));
  server = await startEmbedded({ actions, policy: POLICY, dataDir, port: 0, logLevel: "silent" });
  admin = connect(server.adminKey);
  agent = connect((await admin.keys.create({ subject: "agent", kind: "agent", permissions: ["invoke", "read"] })).key);
  const wish = { subject: "boss", kind: "user", roles: ["approver"], permissions: ["approve", "read"] } as const;
  approver = connect((await admin.keys.create({ ...wish, roles: ["approver"], permissions: ["approve", "read"] })).key);
});
afterAll(async () => {
  await server.close();
  rmSync(dataDir, { recursive: true, force: true });
});
beforeEach(() => {
  world.acts = [];
  world.undone = [];
  world.refuse.clear();
});

function connect(apiKey: string): Client {
  return createClient({ baseUrl: server.url, apiKey });
}

/** Calls actions one after the other in a run and gives their ids. */
async function perform(run: string, ...calls: readonly (readonly [action: string, what: string])[]): Promise<string[]> {
  const ids: string[] = [];
  for (const [action, what] of calls) ids.push((await agent.invoke(`test.${action}`, { what }, { run })).id);
  return ids;
}

test("compensate() undoes the calls of a run in reverse order, each by a call of its own, with what they really were", async () => {
  const ids = await perform("plan", ["open", "a"], ["plain", "p"], ["open", "b"], ["open", "c"]);
  const answer = await agent.runs.compensate("plan", { reason: "Wrong plan" });
  expect(world.acts).toEqual(["do a", "do b", "do c", "undo c", "undo b", "undo a"]);
  expect(answer).toMatchObject({
    ...{ status: "done", left: 0, run: { id: "plan", actor: "agent" } },
    steps: [ids[3], ids[2], ids[0]].map((compensates) => ({
      ...{ compensates, status: "executed", action: "test.open.compensate", run: "plan", actor: "agent" },
      ...{ reason: "Wrong plan", input: { invocation: compensates }, idempotencyKey: `compensate:${compensates}` },
    })),
    skipped: [{ id: ids[1], action: "test.plain", why: "not_compensable" }],
  });
  expect(world.undone[0]).toEqual(["c", "receipt of c", `compensate:${ids[3]}`, ids[3], "agent"]);
  const { items } = await admin.audit.list({ type: "run.compensated" });
  expect(items[0]).toMatchObject({ principal: "agent", actor: "agent", data: { run: "plan" } });
  expect(JSON.stringify(items)).not.toContain("Wrong plan");
  expect(await agent.runs.compensate("plan")).toMatchObject({ status: "done", left: 0 });
  expect(world.acts).toHaveLength(6);
});

test("compensate() stops at a step that did not go through, and asked again tries it anew and goes on", async () => {
  const ids = await perform("stuck", ["open", "a"], ["open", "b"], ["open", "c"]);
  world.refuse.add("b");
  const stopped = await agent.runs.compensate("stuck");
  expect(stopped).toMatchObject({ status: "stopped", left: 2, steps: [{ status: "executed" }, { status: "failed" }] });
  expect(stopped.steps[1]).toMatchObject({ compensates: ids[1], error: { message: "Not b now" } });
  expect(world.acts).toEqual(["do a", "do b", "do c", "undo c"]);
  world.refuse.clear();
  const done = await agent.runs.compensate("stuck");
  expect(done).toMatchObject({ status: "done", left: 0 });
  expect(done.steps.map(({ status, compensates }) => [status, compensates])).toEqual([
    ["executed", ids[2]],
    ["failed", ids[1]],
    ["executed", ids[1]],
    ["executed", ids[0]],
  ]);
  expect(done.steps[2]).toMatchObject({ retryOf: stopped.steps[1]?.id });
  expect(world.acts.slice(3)).toEqual(["undo c", "undo b", "undo a"]);
});

test("compensate() leaves what policy refuses to undo, and everything before it", async () => {
  await perform("refused", ["open", "a"], ["closed", "b"], ["open", "c"]);
  const answer = await agent.runs.compensate("refused");
  expect(answer).toMatchObject({ status: "stopped", left: 2, steps: [{ status: "executed" }, { status: "denied" }] });
  expect(world.acts.at(-1)).toBe("undo c");
  expect(await agent.runs.compensate("refused")).toMatchObject({ status: "stopped", left: 2 });
});

test("compensate() waits for the people whom policy asks, and tells so", async () => {
  await perform("approved", ["open", "a"], ["asked", "b"]);
  const waiting = await agent.runs.compensate("approved");
  const [step] = waiting.steps;
  expect(waiting).toMatchObject({ status: "running", left: 2, steps: [{ status: "pending" }] });
  const answered = agent.runs.compensate("approved", { waitMs: 20_000 });
  await approver.approvals.approve(step?.id ?? "");
  expect(await answered).toMatchObject({ status: "done", left: 0 });
  expect(world.acts.slice(2)).toEqual(["undo b", "undo a"]);
});

test("compensate() ends as stopped for whoever waits when people reject a step", async () => {
  await perform("rejected", ["asked", "a"]);
  const { steps } = await agent.runs.compensate("rejected");
  const answered = agent.runs.compensate("rejected", { waitMs: 20_000 });
  await approver.approvals.reject(steps[0]?.id ?? "");
  expect(await answered).toMatchObject({ status: "stopped", left: 1, steps: [{ status: "rejected" }] });
  expect(await agent.runs.compensate("rejected")).toMatchObject({
    ...{ status: "running", left: 1 },
    steps: [{ status: "rejected" }, { status: "pending" }],
  });
});

test("compensate() by many at once undoes every call once", async () => {
  await perform("crowd", ["open", "a"], ["open", "b"], ["open", "c"]);
  const crowd = Array.from({ length: 6 }, () => agent.runs.compensate("crowd", { waitMs: 20_000 }));
  for (const answer of await Promise.all(crowd)) expect(answer).toMatchObject({ status: "done", left: 0 });
  expect(world.acts.slice(3)).toEqual(["undo c", "undo b", "undo a"]);
});

test("compensate() of another's run is for admin, who then can't approve its steps", async () => {
  await perform("theirs", ["asked", "a"]);
  const other = connect((await admin.keys.create({ subject: "other", kind: "agent", permissions: ["invoke"] })).key);
  await expect(other.runs.compensate("theirs")).rejects.toMatchObject({ code: "not_found" });
  await expect(other.runs.compensate("theirs", { actor: "agent" })).rejects.toMatchObject({ code: "forbidden" });
  await expect(agent.runs.compensate("no-such-run")).rejects.toMatchObject({ code: "not_found" });
  const { steps } = await admin.runs.compensate("theirs", { actor: "agent" });
  expect(steps).toMatchObject([{ actor: "agent", via: "admin", status: "pending" }]);
  await expect(admin.approvals.approve(steps[0]?.id ?? "")).rejects.toMatchObject({ code: "self_approval" });
});

test("invoke() refuses an action that undoes calls, also with the id of one", async () => {
  const [id = ""] = await perform("direct", ["open", "a"]);
  const direct = agent.invoke("test.open.compensate", { invocation: id });
  await expect(direct).rejects.toMatchObject({ code: "forbidden", status: 403 });
  expect(world.acts).toEqual(["do a"]);
});

test("invocations.retry() of a failed step undoes the call, and the run counts it as undone", async () => {
  const [id] = await perform("again", ["open", "a"]);
  world.refuse.add("a");
  const { steps } = await agent.runs.compensate("again");
  world.refuse.clear();
  const retried = await agent.invocations.retry(steps[0]?.id ?? "");
  expect(retried).toMatchObject({ status: "executed", compensates: id, retryOf: steps[0]?.id });
  expect(await agent.invocations.retry(steps[0]?.id ?? "")).toMatchObject({ id: retried.id, replayed: true });
  expect(await agent.runs.compensate("again")).toMatchObject({ status: "done", left: 0 });
  expect(world.acts).toEqual(["do a", "undo a"]);
});

test("compensate() waits for a step that a retry has started, and goes on behind it", async () => {
  await perform("elsewhere", ["open", "a"], ["asked", "b"]);
  const [step] = (await agent.runs.compensate("elsewhere")).steps;
  world.refuse.add("b");
  await approver.approvals.approve(step?.id ?? "");
  await agent.invocations.wait(step?.id ?? "");
  world.refuse.clear();
  const retried = await agent.invocations.retry(step?.id ?? "");
  const answered = agent.runs.compensate("elsewhere", { waitMs: 30_000 });
  await approver.approvals.approve(retried.id);
  expect(await answered).toMatchObject({ status: "done", left: 0 });
  expect(world.acts.slice(2)).toEqual(["undo b", "undo a"]);
});
