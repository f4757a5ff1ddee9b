import { setTimeout as sleep } from "node:timers/promises";
import { beforeAll, expect, test } from "vitest";
import { findFaults, type Load, pick, runLoad, setStage, settleAll, type Stage } from "./load.ts";

/** How long a network is cut, as long as a switch takes to fail over. */
const CUT_MS = 20_000;
const AWAY_MS = 2_000;

let stage: Stage;
beforeAll(async () => {
  stage = await setStage();
});

/** Nothing that was acknowledged is lost, done twice, or claimed to be known although nobody can know. */
async function expectHonestEnds(load: Load): Promise<void> {
  expect([load.surprises, load.broken]).toEqual([[], 0]);
  expect(load.acknowledged.size).toBeGreaterThan(0);
  expect(findFaults(stage, load, await settleAll(stage, load))).toEqual([]);
}

test("a fleet whose network to PostgreSQL is cut for 20 s answers 503 with Retry-After, loses nothing and goes on by itself", async () => {
  const { database } = stage.fleet.network;
  const load = await runLoad(stage, { name: "database-cut", callers: 8 }, async () => {
    database.cut();
    await sleep(CUT_MS);
    database.mend();
  });
  expect(load.refused).toBeGreaterThan(0);
  await expectHonestEnds(load);
});

test("a fleet whose network to Temporal is cut for 20 s takes calls and votes with 202, and they end when it is back", async () => {
  const { temporal } = stage.fleet.network;
  const agent = pick(stage.agents, 0);
  const { body: waiting } = await agent.invoke("chaos.asked", { text: "voted while Temporal is cut off" });
  const load = await runLoad(stage, { name: "temporal-cut", callers: 4 }, async () => {
    temporal.cut();
    expect((await pick(stage.approvers, 1).approve(waiting.id)).status).toBe(202);
    await sleep(CUT_MS);
    temporal.mend();
  });
  expect(load.refused).toBe(0);
  await expectHonestEnds(load);
  expect(await agent.read(waiting.id, 30_000)).toMatchObject({ status: "executed", attempts: 1 });
});

test("a fleet whose PostgreSQL crashes under load answers 503 meanwhile, loses nothing and goes on by itself", async () => {
  const load = await runLoad(stage, { name: "database-crash", callers: 8 }, () =>
    stage.fleet.database.crash(() => sleep(AWAY_MS)),
  );
  expect(load.refused).toBeGreaterThan(0);
  await expectHonestEnds(load);
});

test("a fleet whose Temporal is killed and started again under load takes calls with 202, loses nothing and goes on by itself", async () => {
  const load = await runLoad(stage, { name: "temporal-restart", callers: 8 }, () =>
    stage.fleet.restartTemporal(() => sleep(AWAY_MS)),
  );
  expect(load.refused).toBe(0);
  await expectHonestEnds(load);
});
