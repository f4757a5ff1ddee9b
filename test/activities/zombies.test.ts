import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { InvocationRef } from "../../src/contract/ids.ts";
import { computeProbeMac } from "../../src/core/probe-mac.ts";
import { activitiesOf, attemptsOf, type Desk, perform, rowOf, SIGNING_KEY } from "./desk.ts";
import { acceptDecided, executeAndDie, type LookingDesk, openLookingDesk, outlive } from "./looking-actions.ts";

let looking: LookingDesk;
let desk: Desk;
/** Effects that have happened, and what lets the function go on. */
let effects: number;
let release: () => void;

beforeAll(async () => {
  looking = await openLookingDesk();
  desk = looking.desk;
});
afterAll(() => desk.close());
beforeEach(() => {
  looking.reset();
  looking.find = () => (effects > 0 ? "done" : "not_done");
  effects = 0;
});

function execute(ref: InvocationRef, attempt = 1) {
  return perform(() => activitiesOf(desk).executeAction(ref), attempt);
}

/** Acts only when it is released. */
function hold(): void {
  desk.behave = async () => {
    await new Promise<void>((resolve) => (release = resolve));
    effects += 1;
    return {};
  };
}

async function reconcile(ref: InvocationRef, action = "free.hasty"): Promise<string> {
  const request = { tenant: ref.tenant, invocation: ref.id, by: "admin", note: "Looked" };
  const mac = computeProbeMac(SIGNING_KEY, request);
  const call = { ...request, action, timeoutMs: 1_000, mac };
  return (await perform(() => activitiesOf(desk).probeOutcome(call))).status;
}

describe("executeAction() in mode verifiable, while the attempt before may still run on a worker that is cut off", () => {
  it("takes not_done for not yet known, looks again, and runs nothing beside it", async () => {
    hold();
    const ref = await acceptDecided(desk, "free.looking");
    const first = execute(ref);
    await expect.poll(() => desk.acts).toHaveLength(1);
    const lookAgain = { type: "attempt_failed", nextRetryDelay: expect.any(Number) };
    for (const attempt of [2, 3]) await expect(execute(ref, attempt)).rejects.toMatchObject(lookAgain);
    expect(await attemptsOf(desk, ref)).toEqual(["started"]);
    release();
    expect(await first).toMatchObject({ result: { status: "executed" } });
    expect([effects, desk.acts.length]).toEqual([1, 1]);
  });

  it("believes done at once", async () => {
    const ref = await acceptDecided(desk, "free.looking");
    await executeAndDie(desk, ref);
    effects = 1;
    expect(await execute(ref, 2)).toMatchObject({ result: { status: "executed" } });
    expect(desk.acts).toHaveLength(1);
  });

  it("waits until the attempt's time and its grace are over, ten seconds at most between two looks", async () => {
    const ref = await acceptDecided(desk, "free.hasty");
    await executeAndDie(desk, ref);
    const failure: unknown = await execute(ref, 2).catch((error: unknown) => error);
    const { nextRetryDelay } = failure as { readonly nextRetryDelay: number };
    expect(nextRetryDelay).toBeGreaterThan(0);
    expect(nextRetryDelay).toBeLessThanOrEqual(5_100);
    await outlive(desk, ref);
    expect(await execute(ref, 3)).toMatchObject({ result: { status: "failed" } });
  });
});

describe("probeOutcome() of a call whose function may still go on", () => {
  it("leaves it uncertain, in this process for as long as it does, and believes not_done afterwards", async () => {
    hold();
    const ref = await acceptDecided(desk, "free.hasty");
    expect(await execute(ref)).toMatchObject({ result: { status: "uncertain" } });
    expect(await reconcile(ref)).toBe("uncertain");
    await outlive(desk, ref);
    expect(await reconcile(ref)).toBe("uncertain");
    effects = -1;
    release();
    await expect.poll(() => effects).toBe(0);
    expect(await reconcile(ref)).toBe("failed");
    expect(await rowOf(desk, ref)).toMatchObject({ status: "failed" });
  });

  it("leaves it uncertain on another worker until the attempt's time is over", async () => {
    const ref = await acceptDecided(desk, "free.once");
    await executeAndDie(desk, ref);
    expect(await execute(ref, 2)).toMatchObject({ result: { status: "uncertain" } });
    expect(await reconcile(ref, "free.once")).toBe("uncertain");
    await outlive(desk, ref);
    expect(await reconcile(ref, "free.once")).toBe("failed");
  });

  it("believes not_done at once about a function that was heard to end", async () => {
    desk.behave = () => Promise.reject(new Error("Socket hang up"));
    const ref = await acceptDecided(desk, "free.once");
    expect(await execute(ref)).toMatchObject({ result: { status: "uncertain" } });
    expect(await reconcile(ref, "free.once")).toBe("failed");
  });
});
