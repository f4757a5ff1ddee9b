import { setTimeout as sleep } from "node:timers/promises";
import { beforeAll, expect, test } from "vitest";
import { signalGroup } from "../../src/embedded/child-record.ts";
import { startTemporalServer, type TemporalServer } from "../../src/embedded/temporal-server.ts";
import { type ApartServer, startApart } from "../support/apart-server.ts";
import { countEffects, REVIEWER } from "../support/chaos-server.ts";
import { createWorkspace, undoLater } from "../support/processes.ts";
import type { InvokedView, WireAnswer, WireCaller } from "../support/wire-caller.ts";

const CALLERS = 8;
/** Milliseconds that a part stays away, and that callers go on before and after. */
const AWAY_MS = 2_000;
const AROUND_MS = 1_000;
const ACTIONS = ["chaos.idempotent", "chaos.once", "chaos.inline", "chaos.asked"] as const;

const temporalFile = createWorkspace().path("temporal.db");
let temporal: TemporalServer;
let server: ApartServer;
let agent: WireCaller;
let ada: WireCaller;

beforeAll(async () => {
  temporal = await startTemporalServer({ dbFile: temporalFile });
  undoLater(() => temporal.stop());
  server = await startApart({ temporalAddress: temporal.address, apiCount: 1 });
  [agent, ada] = [await callerOf("agent"), await callerOf("ada", REVIEWER)];
});

async function callerOf(subject: string, request?: object): Promise<WireCaller> {
  const [caller] = await server.callers(subject, request);
  if (caller === undefined) throw new Error("There is no caller");
  return caller;
}

/** What callers were told under load. */
interface Load {
  /** Every answer that was neither 2xx nor a 503 with Retry-After. */
  readonly surprises: unknown[];
  /** What was acknowledged, by id. */
  readonly acknowledged: Map<string, (typeof ACTIONS)[number]>;
  refused: number;
}

/** Lets callers loop, each with one call after the other, until the work is done and a moment longer. */
async function runLoad(name: string, work: () => Promise<void>): Promise<Load> {
  const load: Load = { surprises: [], acknowledged: new Map(), refused: 0 };
  let goesOn = true;
  const callers = Array.from({ length: CALLERS }, async (_, caller) => {
    for (let turn = 0; goesOn; turn += 1) {
      await callOnce(load, ACTIONS[(caller + turn) % ACTIONS.length] ?? ACTIONS[0], `${name}-${caller}-${turn}`);
    }
  });
  await sleep(AROUND_MS);
  await work();
  await sleep(AROUND_MS);
  goesOn = false;
  await Promise.all(callers);
  return load;
}

/** Calls with a key until the call is acknowledged, as a good client does, and votes if it waits for people. */
async function callOnce(load: Load, action: (typeof ACTIONS)[number], key: string): Promise<void> {
  const call = await insist(load, () => agent.invoke(action, { text: key }, { key }));
  if (call === undefined) return;
  load.acknowledged.set(call.body.id, action);
  if (call.body.status === "pending") await insist(load, () => ada.approve(call.body.id));
}

async function insist<Body>(load: Load, ask: () => Promise<WireAnswer<Body>>): Promise<WireAnswer<Body> | undefined> {
  for (;;) {
    const answer = await ask();
    if (answer.status >= 200 && answer.status < 300) return answer;
    const retryAfterSeconds = Number(answer.headers.get("retry-after"));
    if (answer.status !== 503 || !(retryAfterSeconds > 0)) {
      load.surprises.push({ status: answer.status, body: answer.body });
      return undefined;
    }
    load.refused += 1;
    await sleep(250);
  }
}

/** What was accepted while nothing could decide it is still to be approved; then everything has to end. */
async function settleAll(load: Load): Promise<Map<string, InvokedView>> {
  const ends = new Map<string, InvokedView>();
  for (const [id, action] of load.acknowledged) {
    if (action === "chaos.asked") await approveWhenPending(id);
    ends.set(id, await agent.read(id, 30_000));
  }
  return ends;
}

async function approveWhenPending(id: string): Promise<void> {
  for (const deadlineMs = Date.now() + 30_000; Date.now() < deadlineMs; await sleep(50)) {
    const { status } = await agent.read(id);
    if (status === "pending") await ada.approve(id);
    else if (status !== "accepted") return;
  }
}

function expectHonestEnds(load: Load, ends: ReadonlyMap<string, InvokedView>): void {
  for (const [id, { status, attempts }] of ends) {
    const effects = countEffects(server.workspace, id);
    const told = { action: load.acknowledged.get(id), status, attempts, effects };
    if (told.action === "chaos.once") {
      // At most one effect, and where nobody knows, nobody claims to.
      expect(["executed 1", "uncertain 0", "uncertain 1"], JSON.stringify(told)).toContain(`${status} ${effects}`);
    } else {
      expect(status, JSON.stringify(told)).toBe("executed");
      // A further attempt has the same key, so a target that keeps keys sees one effect.
      expect(effects, JSON.stringify(told)).toBeGreaterThanOrEqual(1);
      expect(effects, JSON.stringify(told)).toBeLessThanOrEqual(attempts);
    }
  }
}

test("countersign api answers 2xx or 503 with Retry-After while PostgreSQL is away, loses nothing and recovers by itself", async () => {
  const load = await runLoad("store", () => server.database.restart(() => sleep(AWAY_MS)));
  expect(load.surprises).toEqual([]);
  expect(load.refused).toBeGreaterThan(0);
  const ends = await settleAll(load);
  expectHonestEnds(load, ends);
  console.log(describe(load, ends));
});

test("countersign api takes calls and votes with 202 while Temporal is away, and they end when it is back", async () => {
  const { body: waiting } = await agent.invoke("chaos.asked", { text: "voted while Temporal is away" });
  let called = "";
  const load = await runLoad("temporal", async () => {
    signalGroup(temporal.pid, "SIGKILL");
    await temporal.exited;
    expect(await ada.approve(waiting.id)).toMatchObject({ status: 202, body: { status: "pending" } });
    const call = await agent.invoke("chaos.once", { text: "called while Temporal is away" }, { waitMs: 0 });
    expect(call).toMatchObject({ status: 202, body: { status: "accepted" } });
    called = call.body.id;
    const port = Number(temporal.address.split(":").at(-1));
    temporal = await startTemporalServer({ dbFile: temporalFile, port });
  });
  expect(load.surprises).toEqual([]);
  expect(load.refused).toBe(0);
  load.acknowledged.set(waiting.id, "chaos.asked").set(called, "chaos.once");
  const ends = await settleAll(load);
  expectHonestEnds(load, ends);
  console.log(describe(load, ends));
});

/** One line for whoever reads the log of a run. */
function describe({ acknowledged, refused }: Load, ends: ReadonlyMap<string, InvokedView>): string {
  const uncertain = [...ends.values()].filter(({ status }) => status === "uncertain").length;
  return `${acknowledged.size} calls acknowledged, ${refused} refusals, ${uncertain} uncertain`;
}
