import { setTimeout as sleep } from "node:timers/promises";
import { type Client, createClient } from "countersign";
import { beforeAll, expect, test } from "vitest";
import { countEffects } from "../support/chaos-server.ts";
import { pick, setStage, type Stage } from "./load.ts";

const CALLERS = 20;

let stage: Stage;
beforeAll(async () => {
  stage = await setStage();
});

/** A balancer before the HTTP processes: each request goes to the next one. */
function balance(): typeof fetch {
  let turn = 0;
  return (input, init) => {
    const { pathname, search } = new URL(input instanceof Request ? input.url : input);
    turn += 1;
    return fetch(`${pick(stage.fleet.apis, turn).url}${pathname}${search}`, init);
  };
}

/** Ends one process after the other as an operator does, each only once the one before serves again, the servers behind them too. */
async function restartEverything(): Promise<void> {
  const { fleet } = stage;
  for (const process of [...fleet.workers, ...fleet.apis]) {
    expect(await process.end("SIGTERM"), fleet.logOf(process)).toBe(0);
    process.start();
    await fleet.ready();
  }
  await fleet.restartTemporal();
  await fleet.ready();
  await fleet.database.restart();
  await fleet.ready();
}

/** What came of one caller's work. */
interface Work {
  /** Ids of calls that ended as executed, with how often they were tried. */
  readonly done: Map<string, number>;
  /** Ids of calls that say themselves that nobody knows. */
  readonly uncertain: string[];
  readonly failed: unknown[];
}

const ACTIONS = ["chaos.idempotent", "chaos.once", "chaos.inline", "chaos.asked"] as const;

/** Makes a call and sees it to its end, with nothing but the client's own retries. */
async function callOnce(
  { agent, approver }: Callers,
  work: Work,
  { key, action }: { key: string; action: string },
): Promise<void> {
  try {
    let call = await agent.invoke(action, { text: key }, { idempotencyKey: key });
    // Accepted while no worker was there to decide: people are asked once one is.
    for (; call.status === "accepted"; call = await agent.invocations.get(call.id)) await sleep(100);
    if (call.status === "pending") await approver.approvals.approve(call.id, { idempotencyKey: key });
    const end = await agent.invocations.wait(call.id);
    if (end.status === "executed") work.done.set(end.id, end.attempts);
    else if (end.status === "uncertain" && action === "chaos.once") work.uncertain.push(end.id);
    else work.failed.push(end);
  } catch (error) {
    work.failed.push(error);
  }
}

interface Callers {
  readonly agent: Client;
  readonly approver: Client;
}

test("a rolling restart of everything while 20 callers work fails no call that the client's own retries don't cure, and doubles none", async () => {
  const options = { baseUrl: "http://balancer", fetch: balance(), maxRetries: 6 };
  const callers: Callers = {
    agent: createClient({ ...options, apiKey: pick(stage.agents, 0).apiKey }),
    approver: createClient({ ...options, apiKey: pick(stage.approvers, 0).apiKey }),
  };
  const work: Work = { done: new Map(), uncertain: [], failed: [] };
  let goesOn = true;
  const loops = Array.from({ length: CALLERS }, async (_, caller) => {
    for (let turn = 0; goesOn; turn += 1) {
      await callOnce(callers, work, { key: `rolling-${caller}-${turn}`, action: pick(ACTIONS, caller + turn) });
      await sleep(100);
    }
  });
  await restartEverything().finally(() => (goesOn = false));
  await Promise.all(loops);
  expect(work.failed).toEqual([]);
  expect(work.done.size).toBeGreaterThan(CALLERS);
  // Only what was under way when a server behind the processes went may not be known.
  expect(work.uncertain.length).toBeLessThanOrEqual(CALLERS);
  const counts = [...work.done].map(([id, attempts]) => ({ effects: countEffects(stage.workspace, id), attempts }));
  expect(counts.filter(({ effects, attempts }) => effects < 1 || effects > attempts)).toEqual([]);
  // A process that is asked to end finishes or hands back what it has begun: hardly anything is begun twice.
  expect(counts.filter(({ effects }) => effects > 1).length).toBeLessThanOrEqual(counts.length / 10);
});
