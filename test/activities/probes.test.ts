import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { ActionRejected } from "../../src/action/action-rejected.ts";
import type { InvocationRef } from "../../src/contract/ids.ts";
import { activitiesOf, attemptsOf, createEnvironment, type Desk, perform, rowOf } from "./desk.ts";
import { acceptDecided, executeAndDie, type LookingDesk, openLookingDesk, outlive } from "./looking-actions.ts";

let looking: LookingDesk;
let desk: Desk;

beforeAll(async () => {
  looking = await openLookingDesk();
  desk = looking.desk;
});
afterAll(() => desk.close());
beforeEach(() => looking.reset());

function execute(ref: InvocationRef, attempt = 1) {
  return perform(() => activitiesOf(desk).executeAction(ref), attempt);
}

/** What the record says of the ends of attempts, oldest first. */
async function endsOf({ tenant, id }: InvocationRef): Promise<unknown[]> {
  const events = await desk.store.audit.listOfInvocation(tenant, id);
  return events.flatMap(({ type, data }) => (type === "execution.finished" ? [data] : []));
}

/** An attempt of which nobody heard again, and that can't act any more. */
async function acceptLost(action = "free.looking"): Promise<InvocationRef> {
  const ref = await acceptDecided(desk, action);
  await executeAndDie(desk, ref);
  await outlive(desk, ref);
  looking.questions.length = 0;
  return ref;
}

describe("executeAction() in mode verifiable, after an error", () => {
  it("is executed when the probe says done, and acts no second time", async () => {
    desk.behave = () => Promise.reject(new Error("Socket hang up"));
    looking.find = () => "done";
    const ref = await acceptDecided(desk, "free.looking");
    expect(await execute(ref)).toMatchObject({ result: { status: "executed", output: null } });
    expect(await execute(ref, 2)).toMatchObject({ result: { status: "executed" } });
    expect(desk.acts).toHaveLength(1);
    expect(await endsOf(ref)).toEqual([{ attempt: 1, outcome: "executed", probe: "done" }]);
  });

  it("gives the output that the probe found, as its schema makes it", async () => {
    desk.behave = () => Promise.reject(new Error("Socket hang up"));
    looking.find = () => ({ done: { receipt: 7, other: "dropped" } });
    const ref = await acceptDecided(desk, "free.looking");
    expect(await execute(ref)).toMatchObject({ result: { status: "executed", output: { receipt: 7 } } });
    expect(await rowOf(desk, ref)).toMatchObject({ output: '{"receipt":7}', error: null });
  });

  it("asks before every retry, and fails with the action's error once its attempts are used up", async () => {
    desk.behave = () => Promise.reject(new Error("No route to host, password=hunter22"));
    looking.find = () => "not_done";
    const ref = await acceptDecided(desk, "free.looking");
    for (const attempt of [1, 2]) await expect(execute(ref, attempt)).rejects.toMatchObject({ type: "attempt_failed" });
    expect(await execute(ref, 3)).toMatchObject({
      result: { status: "failed", error: { code: "action_failed", message: expect.stringContaining("No route") } },
    });
    expect(looking.questions).toHaveLength(3);
    expect(await attemptsOf(desk, ref)).toEqual(["erred", "erred", "failed"]);
    expect(JSON.stringify(await endsOf(ref))).not.toContain("hunter22");
  });

  it("is uncertain when the probe can't tell in the time that is left", async () => {
    desk.behave = () => Promise.reject(new Error("Socket hang up"));
    const ref = await acceptDecided(desk, "free.hasty");
    expect(await execute(ref)).toMatchObject({ result: { status: "uncertain", error: { code: "outcome_uncertain" } } });
    expect(await endsOf(ref)).toMatchObject([{ outcome: "uncertain", probe: "unknown" }]);
  });

  it("asks again until the probe can tell", async () => {
    desk.behave = () => Promise.reject(new Error("Socket hang up"));
    looking.find = () => (looking.questions.length < 2 ? Promise.reject(new Error("Away")) : "done");
    const ref = await acceptDecided(desk, "free.looking");
    expect(await execute(ref)).toMatchObject({ result: { status: "executed" } });
    expect(looking.questions).toHaveLength(2);
  });

  it("asks nothing about what returned or was rejected", async () => {
    const [good, bad] = [await acceptDecided(desk, "free.looking"), await acceptDecided(desk, "free.looking")];
    await execute(good);
    desk.behave = () => Promise.reject(new ActionRejected("Closed on Sundays"));
    expect(await execute(bad)).toMatchObject({ result: { status: "failed" } });
    expect(looking.questions).toEqual([]);
  });
});

describe("executeAction() in mode verifiable, after an attempt of which nothing was heard", () => {
  it("runs again only when the probe says not_done, and doesn't count the lost attempt as one that erred", async () => {
    const ref = await acceptLost();
    looking.find = () => "not_done";
    await expect(execute(ref, 2)).rejects.toMatchObject({ type: "attempt_failed" });
    expect(await desk.store.executions.countErred(ref)).toBe(0);
    expect(await execute(ref, 3)).toMatchObject({ result: { status: "executed" } });
    expect(await attemptsOf(desk, ref)).toEqual(["erred", "executed"]);
    expect(await endsOf(ref)).toMatchObject([{ outcome: "erred", probe: "not_done" }, { outcome: "executed" }]);
  });

  it("is executed when the probe says done", async () => {
    const ref = await acceptLost();
    looking.find = () => ({ done: { receipt: 1 } });
    expect(await execute(ref, 2)).toMatchObject({ result: { status: "executed", output: { receipt: 1 } } });
    expect(desk.acts).toHaveLength(1);
    expect(await attemptsOf(desk, ref)).toEqual(["executed"]);
  });

  it.each<[string, () => unknown]>([
    ["can't tell", () => "unknown"],
    ["throws", () => Promise.reject(new Error("token=abcdef123456"))],
    ["answers something else", () => true],
    ["gives an output that doesn't fit", () => ({ done: { receipt: "one" } })],
    ["never answers", () => new Promise(() => undefined)],
  ])("is uncertain when the probe %s", async (_what, find) => {
    const ref = await acceptLost("free.hasty");
    looking.find = find;
    expect(await execute(ref, 2)).toMatchObject({ result: { status: "uncertain" } });
    expect(await attemptsOf(desk, ref)).toEqual(["uncertain"]);
    expect(desk.acts).toHaveLength(1);
  });

  it("asks anew when what the probe said could not be recorded", async () => {
    const ref = await acceptLost();
    looking.find = () => "not_done";
    await executeAndDie(desk, ref, 2);
    expect(await attemptsOf(desk, ref)).toEqual(["started"]);
    looking.find = () => "done";
    expect(await execute(ref, 3)).toMatchObject({ result: { status: "executed" } });
    expect(desk.acts).toHaveLength(1);
  });

  it("leaves what another worker has found out meanwhile as it is", async () => {
    const ref = await acceptLost();
    looking.find = async () => {
      looking.find = () => "done";
      await execute(ref, 3);
      return "not_done";
    };
    expect(await execute(ref, 2)).toMatchObject({ result: { status: "executed" } });
    expect(desk.acts).toHaveLength(1);
  });

  it.each([
    ["not_done", { status: "failed", error: { code: "invocation_canceled" } }],
    ["done", { status: "executed" }],
  ])("of a canceled call lets a probe that says %s decide", async (word, result) => {
    const ref = await acceptLost();
    await desk.store.db.query("update invocation set cancel_at = ms_now() where id = $1", [ref.id]);
    looking.find = () => word;
    expect(await execute(ref, 2)).toMatchObject({ result });
    expect(desk.acts).toHaveLength(1);
  });

  it("fails once all of its time is over and the probe says not_done", async () => {
    const ref = await acceptLost();
    const text = "update execution set started_at = started_at - interval '2 hours' where invocation = $1";
    await desk.store.db.query(text, [ref.id]);
    looking.find = () => "not_done";
    expect(await execute(ref, 2)).toMatchObject({ result: { status: "failed", error: { code: "action_failed" } } });
  });

  it("asks nobody about an input that was changed since", async () => {
    const ref = await acceptLost();
    await desk.store.db.query(`update input_revision set input = '{"text":"other"}' where invocation = $1`, [ref.id]);
    expect(await execute(ref, 2)).toMatchObject({ result: { status: "uncertain" } });
    expect(looking.questions).toEqual([]);
  });

  it("hands the question on when the worker goes away", async () => {
    const ref = await acceptLost();
    const environment = createEnvironment(2);
    looking.find = ({ signal }) => {
      environment.cancel("WORKER_SHUTDOWN");
      return new Promise((_, reject) => {
        signal.addEventListener("abort", () => reject(signal.reason as Error));
      });
    };
    const failure = environment.run(() => activitiesOf(desk).executeAction(ref));
    await expect(failure).rejects.toMatchObject({ name: "CancelledFailure" });
    expect(await attemptsOf(desk, ref)).toEqual(["started"]);
  });
});

describe("executeAction() in mode verifiable, while a function ignores that its time is over", () => {
  it("takes not_done for unknown as long as the function may still act", async () => {
    desk.behave = () => new Promise(() => undefined);
    looking.find = () => "not_done";
    const ref = await acceptDecided(desk, "free.hasty");
    expect(await execute(ref)).toMatchObject({ result: { status: "uncertain" } });
    expect(desk.acts).toHaveLength(1);
  });

  it("believes not_done once the function has ended", async () => {
    let end: (output: object) => void = () => undefined;
    desk.behave = () => new Promise<object>((resolve) => (end = resolve));
    looking.find = () => {
      end({});
      return "not_done";
    };
    const ref = await acceptDecided(desk, "free.looking");
    await expect(execute(ref)).rejects.toMatchObject({ type: "attempt_failed" });
    expect(looking.questions.length).toBeGreaterThan(1);
    expect(await attemptsOf(desk, ref)).toEqual(["erred"]);
  }, 15_000);
});
