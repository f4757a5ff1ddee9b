import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { z } from "zod";
import type { RunView } from "../../src/contract/guards.ts";
import { type Client, createClient, CountersignError, defineAction } from "../../src/index.ts";
import { type Embedded, startEmbedded } from "../../src/embedded/index.ts";

const POLICY = `
version: 1
rules:
  - name: twice
    match: { action: test.scarce }
    effect: allow
    limits: { rate: { limit: 2, per: 1h, scope: run } }
  - name: closed
    match: { action: test.closed }
    effect: deny
  - name: open
    match: { action: "test.*" }
    effect: allow
    priority: 200
`;

const input = z.object({});
const describeAs = (name: string) => ({ name: `test.${name}`, description: name, input });
const actions = [
  defineAction({ ...describeAs("scarce"), run: () => ({}) }),
  defineAction({ ...describeAs("closed"), run: () => ({}) }),
  defineAction({ ...describeAs("failing"), execution: { maxAttempts: 1 }, run: () => Promise.reject(new Error("No")) }),
  defineAction({
    ...describeAs("costly"),
    run: (_input, { cost }) => {
      cost.add({ usd: 0.25, tokens: 100 });
      cost.add({ usd: 0.125 });
      return {};
    },
  }),
];

let dataDir: string;
let server: Embedded;
let admin: Client;
let agent: Client;

beforeAll(async () => {
  dataDir = mkdtempSync(join(tmpdir(), "countersign-runs-"));
  server = await startEmbedded({ actions, policy: POLICY, dataDir, port: 0, logLevel: "silent" });
  admin = connect(server.adminKey);
  const { key } = await admin.keys.create({ subject: "agent", kind: "agent", permissions: ["invoke", "read"] });
  agent = connect(key);
});
afterAll(async () => {
  await server.close();
  rmSync(dataDir, { recursive: true, force: true });
});

function connect(apiKey: string): Client {
  return createClient({ baseUrl: server.url, apiKey });
}

/** What the record says of a run. */
async function eventsOf(run: string) {
  const { items } = await admin.audit.list({ limit: 200 });
  return items.filter(({ data }) => data["run"] === run && !("input" in data)).toReversed();
}

/** Members of totals that are the same in every test. */
const nothing = { refusals: {}, spent: { usd: 0, tokens: 0, units: 0 } };

test("withRun() groups calls, and its record, its view and a later look agree on the totals", async () => {
  const id = await agent.withRun({ user: "eve" }, async (run) => {
    for (let call = 0; call < 3; call += 1) await agent.invoke("test.scarce", {});
    await Promise.all([agent.invoke("test.closed", {}), agent.invoke("test.failing", {})]);
    await agent.invoke("test.costly", {});
    await agent.run("test.costly", {});
    await agent.invoke("test.costly", {}, { run: "another" });
    return run.id;
  });
  const totals = {
    calls: 7,
    byStatus: { executed: 4, denied: 2, failed: 1 },
    refusals: { rate: 1 },
    spent: { usd: 0.75, tokens: 200, units: 0 },
  };
  const run = await agent.runs.get(id);
  expect(run).toMatchObject({ id, actor: "agent", user: "eve", status: "success", totals });
  expect(await eventsOf(id)).toMatchObject([
    { type: "run.started", principal: "agent", actor: "agent", data: { run: id, user: "eve" } },
    { type: "run.ended", principal: "agent", actor: "agent", data: { run: id, outcome: "success", totals } },
  ]);
  const { items } = await agent.invocations.list({ run: id });
  expect(items).toHaveLength(7);
  const named = await agent.runs.get("another");
  expect(named).toMatchObject({ status: "open", totals: { calls: 1, byStatus: { executed: 1 } } });
  expect(named).not.toHaveProperty("user");
});

test("withRun() ends as blocked or failed by what its work throws, and the call stays in the run", async () => {
  const blocked = agent.withRun({ id: "blocked" }, () => agent.run("test.closed", {}));
  await expect(blocked).rejects.toMatchObject({ code: "action_denied" });
  const failed = agent.withRun({ id: "failed" }, () => agent.run("test.failing", {}));
  await expect(failed).rejects.toBeInstanceOf(CountersignError);
  expect(await agent.runs.get("blocked")).toMatchObject({
    ...{ status: "blocked", totals: { calls: 1, byStatus: { denied: 1 }, ...nothing } },
  });
  expect(await agent.runs.get("failed")).toMatchObject({
    ...{ status: "failed", totals: { calls: 1, byStatus: { failed: 1 }, ...nothing } },
  });
});

test("withRun() of many at once, each with an inner run, keeps every call in its own", async () => {
  const ids = Array.from({ length: 8 }, (_, index) => `many-${index}`);
  await Promise.all(
    ids.map((id) =>
      agent.withRun({ id }, async () => {
        await Promise.all([
          agent.invoke("test.costly", {}),
          agent.withRun({ id: `${id}-inner` }, () => agent.invoke("test.costly", {})),
        ]);
        await agent.invoke("test.costly", {});
      }),
    ),
  );
  for (const id of ids) {
    expect(await agent.runs.get(id)).toMatchObject({ status: "success", totals: { calls: 2, spent: { usd: 0.75 } } });
    const inner = await agent.runs.get(`${id}-inner`);
    expect(inner).toMatchObject({ parent: id, totals: { calls: 1, spent: { usd: 0.375 } } });
  }
});

test("withRun() refuses an id whose run has ended, and does nothing then", async () => {
  await agent.withRun({ id: "once" }, () => undefined);
  let count = 0;
  const again = agent.withRun({ id: "once" }, () => (count += 1));
  await expect(again).rejects.toMatchObject({ code: "already_final" });
  expect(count).toBe(0);
  expect((await eventsOf("once")).map(({ type }) => type)).toEqual(["run.started", "run.ended"]);
});

test("runs of one name are one for each actor and tenant, and nobody else sees them", async () => {
  const wish = { kind: "agent", permissions: ["invoke", "read"] } as const;
  const keys = [
    await admin.keys.create({ ...wish, subject: "other", permissions: [...wish.permissions] }),
    await admin.keys.create({ ...wish, subject: "agent", tenant: "acme", permissions: ["invoke", "read", "audit"] }),
  ];
  await agent.withRun({ id: "shared" }, () => agent.invoke("test.costly", {}));
  for (const { key } of keys) {
    const other = connect(key);
    await expect(other.runs.get("shared")).rejects.toMatchObject({ code: "not_found", status: 404 });
    await expect(other.runs.get("shared", { actor: "agent" })).rejects.toMatchObject({ code: "not_found" });
    expect((await other.runs.list()).items).toEqual([]);
    await other.withRun({ id: "shared" }, () => undefined);
    expect(await other.runs.get("shared")).toMatchObject({ totals: { calls: 0 } });
  }
  expect(await admin.runs.get("shared", { actor: "agent" })).toMatchObject({ actor: "agent", totals: { calls: 1 } });
  const { items } = await admin.runs.list({ limit: 200 });
  const actors = items.filter(({ id }) => id === "shared").map(({ actor }: RunView) => actor);
  expect(actors.toSorted()).toEqual(["agent", "other"]);
});
