import { setTimeout as sleep } from "node:timers/promises";
import { createClient } from "countersign";
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

test("a rolling restart of everything while 20 callers work fails no call that the client's own retries don't cure", async () => {
  const apiKey = pick(stage.agents, 0).apiKey;
  const client = createClient({ baseUrl: "http://balancer", apiKey, fetch: balance(), maxRetries: 6 });
  const done: string[] = [];
  const failed: unknown[] = [];
  let goesOn = true;
  const loops = Array.from({ length: CALLERS }, async (_, caller) => {
    for (let turn = 0; goesOn; turn += 1) {
      const text = `rolling-${caller}-${turn}`;
      await client.run("chaos.idempotent", { text }, { idempotencyKey: text }).then(
        (output) => done.push((output as { key: string }).key),
        (error: unknown) => failed.push(error),
      );
      await sleep(100);
    }
  });
  await restartEverything().finally(() => (goesOn = false));
  await Promise.all(loops);
  expect(failed).toEqual([]);
  expect(done.length).toBeGreaterThan(CALLERS);
  expect(new Set(done).size).toBe(done.length);
  // A process that is asked to end hands back or finishes what it has begun, so that hardly anything is begun twice; nothing is left out.
  expect(done.filter((id) => countEffects(stage.workspace, id) === 0)).toEqual([]);
});
