import { beforeAll, expect, test } from "vitest";
import { countEffects, createChaosServer, readEffects, REVIEWER } from "../support/chaos-server.ts";
import { eventually } from "../support/processes.ts";
import type { InvokedView, WireCaller } from "../support/wire-caller.ts";

const WAITING = 50;
const MODES = ["idempotent", "once", "verifiable", "inline"] as const;
const HANGS = ["before", "after"] as const;

const server = createChaosServer();
let agent: WireCaller;
let ada: WireCaller;
let bob: WireCaller;
let closed: InvokedView[];
let waiting: InvokedView[];
/** One call per mode and place of the crash, named by both. */
let hung: Map<string, string>;

async function invokeMany(action: string, keys: readonly string[]): Promise<InvokedView[]> {
  const answers = await Promise.all(keys.map((key) => agent.invoke(action, { text: key }, { key })));
  return answers.map(({ body }) => body);
}

function keysOf(name: string, count: number): string[] {
  return Array.from({ length: count }, (_, index) => `${name}-${index}`);
}

beforeAll(async () => {
  await server.start();
  agent = await server.caller("agent", { kind: "agent" });
  ada = await server.caller("ada", REVIEWER);
  bob = await server.caller("bob", REVIEWER);
  closed = await invokeMany("chaos.idempotent", keysOf("closed", 3));
  waiting = await invokeMany("chaos.asked", keysOf("waiting", WAITING));

  const pairs = MODES.flatMap((mode) => HANGS.map((hang) => ({ mode, hang })));
  const calls = pairs.map(async ({ mode, hang }) => {
    const name = `${mode} ${hang}`;
    const { body } = await agent.invoke(`chaos.${mode}`, { text: name, hang }, { waitMs: 0 });
    return [name, body.id] as const;
  });
  hung = new Map(await Promise.all(calls));
  await eventually(() => pairs.every(({ mode, hang }) => hasReached(`${mode} ${hang}`, hang)), { what: "The hang" });

  await server.killTree();
  console.log(`Ready again after ${await server.start()} ms`);
});

function hasReached(name: string, hang: (typeof HANGS)[number]): boolean {
  const kind = hang === "before" ? "begun" : "effect";
  return readEffects(server.workspace).some((line) => line.text === name && line.kind === kind);
}

function idOf(name: string): string {
  const id = hung.get(name);
  if (id === undefined) throw new Error(`Nothing is called ${name}`);
  return id;
}

function countOf(name: string): number {
  return countEffects(server.workspace, idOf(name));
}

test("countersign start keeps 50 approvals over kill -9: two votes at once give one resolution, each call executes once", async () => {
  expect(waiting.map(({ status }) => status)).toEqual(waiting.map(() => "pending"));
  const votes = await Promise.all(waiting.flatMap(({ id }) => [ada.approve(id), bob.approve(id)]));
  expect(votes.filter(({ status }) => ![200, 202, 409].includes(status))).toEqual([]);
  const views = await Promise.all(waiting.map(({ id }) => agent.read(id, 30_000)));
  expect(views.map(({ status, attempts }) => ({ status, attempts }))).toEqual(
    waiting.map(() => ({ status: "executed", attempts: 1 })),
  );
  expect(waiting.map(({ id }) => countEffects(server.workspace, id))).toEqual(waiting.map(() => 1));
});

test("countersign start keeps what was closed before kill -9, and its idempotency keys answer with replayed", async () => {
  expect(await Promise.all(closed.map(({ id }) => agent.read(id)))).toMatchObject(
    closed.map(({ id }) => ({ status: "executed", output: { key: id } })),
  );
  const again = await invokeMany("chaos.idempotent", keysOf("closed", 3));
  expect(again).toMatchObject(
    closed.map(({ id }) => ({ id, status: "executed", replayed: true, output: { key: id } })),
  );
  expect(closed.map(({ id }) => countEffects(server.workspace, id))).toEqual([1, 1, 1]);
});

test.for(["idempotent", "inline"])(
  "countersign start executes a call of mode %s that kill -9 interrupted, with the same key at the target",
  async (mode) => {
    for (const hang of HANGS) {
      expect(await agent.read(idOf(`${mode} ${hang}`), 40_000)).toMatchObject({ status: "executed", attempts: 2 });
    }
    // Each attempt got the same key, so a target that keeps keys sees one effect.
    expect([countOf(`${mode} before`), countOf(`${mode} after`)]).toEqual([1, 2]);
  },
);

test("countersign start asks the probe what became of a call that kill -9 interrupted in mode verifiable, and doubles nothing", async () => {
  for (const [hang, attempts] of [["before", 2] as const, ["after", 1] as const]) {
    const id = idOf(`verifiable ${hang}`);
    expect(await agent.read(id, 40_000)).toMatchObject({ status: "executed", attempts, output: { key: id } });
  }
  expect([countOf("verifiable before"), countOf("verifiable after")]).toEqual([1, 1]);
});

test("countersign start calls uncertain what kill -9 interrupted in mode at_most_once, never runs it again, and takes a person's word", async () => {
  for (const hang of HANGS) {
    const id = idOf(`once ${hang}`);
    expect(await agent.read(id, 40_000)).toMatchObject({ status: "uncertain", attempts: 1 });
    const outcome = hang === "after" ? { outcome: "executed", output: { key: id } } : { outcome: "failed" };
    const found = await server.admin.call(`/v1/invocations/${id}/reconcile`, { body: { ...outcome, note: "Looked" } });
    expect(found).toMatchObject({ status: 200, body: { status: outcome.outcome } });
  }
  expect([countOf("once before"), countOf("once after")]).toEqual([0, 1]);
});

test("countersign start expires what nobody decided in time while everything was down, and counts the vote that was made in time", async () => {
  const { body: missed } = await agent.invoke("chaos.hasty", { text: "missed" });
  const { body: met } = await agent.invoke("chaos.hasty", { text: "met" });
  // With Temporal gone nothing can judge the vote; it is a row as soon as it shows.
  await server.killTemporal();
  const answer = ada.approve(met.id).catch(() => undefined);
  await eventually(async () => (await readVotes(met.id)).length === 1, { what: "The vote" });
  await server.killTree();
  await answer;
  await eventually(() => Date.now() > Date.parse(met.approval?.decideBy ?? ""), { what: "The deadline" });
  await server.start();
  expect(await agent.read(missed.id, 20_000)).toMatchObject({ status: "expired", attempts: 0 });
  expect(await agent.read(met.id, 20_000)).toMatchObject({ status: "executed", attempts: 1 });
  expect(countEffects(server.workspace, missed.id)).toBe(0);
  expect(countEffects(server.workspace, met.id)).toBe(1);
});

async function readVotes(id: string): Promise<readonly unknown[]> {
  const { body } = await ada.call<{ votes: readonly unknown[] }>(`/v1/approvals/${id}`);
  return body.votes;
}
