import { afterAll, beforeAll, expect, test } from "vitest";
import { createActivities } from "../../../activities/index.ts";
import { createMetrics } from "../../../src/adapters/metrics.ts";
import { type Desk, perform } from "../desk.ts";
import { call, openGuardDesk } from "./guard-desk.ts";

const metrics = createMetrics();
let desk: Desk;

beforeAll(async () => {
  desk = await openGuardDesk({
    "free.counted": { limits: { attempts: { perRun: 1 } } },
    "free.deaf": { limits: { timeout: { attemptMs: 10 } }, execution: { mode: "at_most_once" } },
  });
});
afterAll(() => desk.close());

async function lineOf(name: string): Promise<string | undefined> {
  return (await metrics.render()).split("\n").find((line) => line.startsWith(name));
}

test("decideInvocation() counts each refusal once by guard and code", async () => {
  const activities = createActivities({ ...desk.ports, metrics });
  for (let count = 0; count < 3; count += 1) {
    const { tenant, id } = await desk.gateway.invoke(desk.admin, {
      action: "free.counted",
      input: {},
      run: "r",
      waitMs: 0,
    });
    for (let again = 0; again < 2; again += 1)
      await perform(() => activities.decideInvocation({ tenant, id: id as never }));
  }
  expect(await lineOf("countersign_guard_refusals_total")).toBe(
    'countersign_guard_refusals_total{guard="attempts",code="attempts_exceeded"} 2',
  );
});

test("runAction() counts a function as stuck while it goes on after its time", async () => {
  const activities = createActivities({ ...desk.ports, metrics });
  let free = (): void => undefined;
  desk.behave = () => new Promise<void>((resolve) => (free = resolve));
  const { ref } = await call(desk, { action: "free.deaf" });
  await perform(() => activities.executeAction(ref));
  expect(await lineOf("countersign_stuck_calls")).toBe("countersign_stuck_calls 1");
  free();
  await expect.poll(() => lineOf("countersign_stuck_calls")).toBe("countersign_stuck_calls 0");
});
