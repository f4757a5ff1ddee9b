import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { activitiesOf, type Desk, perform, rowOf } from "../desk.ts";
import { call, execute, openGuardDesk } from "./guard-desk.ts";

const POLICY = `
version: 1
default: allow
limits: { timeout: { total: 2s } }
`;

let desk: Desk;
const stuck: (() => void)[] = [];

beforeAll(async () => {
  desk = await openGuardDesk(
    {
      "free.short": { limits: { timeout: { attemptMs: 30 } }, execution: { mode: "inline", maxAttempts: 1 } },
      "free.plain": { execution: { mode: "idempotent", attemptTimeoutMs: 900, totalTimeoutMs: 60_000 } },
      "free.brief": { execution: { mode: "idempotent", maxAttempts: 100 } },
      "free.once": { limits: { timeout: { attemptMs: 10 } }, execution: { mode: "at_most_once" } },
      "free.impatient": { limits: { timeout: { attemptMs: 10 } }, execution: { mode: "idempotent", maxAttempts: 1 } },
      "free.deaf": { limits: { timeout: { attemptMs: 10 } }, execution: { mode: "idempotent", maxAttempts: 100 } },
    },
    { policy: POLICY },
  );
});
afterAll(() => desk.close());
beforeEach(() => {
  desk.behave = () => ({});
  desk.acts.length = 0;
});

/** A function that ignores its signal until the test lets it go. */
function deaf(): Promise<object> {
  return new Promise((resolve) => stuck.push(() => resolve({})));
}

test("executeStep() gives an execution the lower of the action's, its limits' and the policy's times", async () => {
  const { step } = await call(desk, { action: "free.plain" });
  expect(step).toMatchObject({ kind: "execute", execution: { attemptTimeoutMs: 900, totalTimeoutMs: 2_000 } });
});

test("runAction() aborts the function's signal when the attempt's limited time is over", async () => {
  desk.behave = ({ context }) =>
    new Promise((_, reject) => {
      context.signal.addEventListener("abort", () => reject(context.signal.reason as Error), { once: true });
    });
  const { ref, error } = await call(desk, { action: "free.short" });
  expect((await rowOf(desk, ref)).status).toBe("failed");
  expect(error?.message).toContain("30 ms");
});

test("beginExecution() begins no attempt after the time of all of them, and gives the last one only what is left", async () => {
  desk.behave = () => {
    throw new Error("Not yet");
  };
  const { ref } = await call(desk, { action: "free.brief" });
  await expect(execute(desk, ref)).rejects.toThrow("Not yet");
  const age = (ms: number) =>
    desk.store.db.query("update execution set started_at = started_at - $1 * interval '1 millisecond'", [ms]);
  await age(1_200);
  desk.behave = ({ context }) =>
    new Promise((_, reject) => {
      context.signal.addEventListener("abort", () => reject(context.signal.reason as Error), { once: true });
    });
  await expect(execute(desk, ref, 2)).rejects.toThrow(/longer than \d{1,3} ms/);
  await age(2_000);
  await execute(desk, ref, 3);
  const row = await rowOf(desk, ref);
  expect([row.status, row.attempts]).toEqual(["failed", 2]);
});

test("settleExecution() counts an answer that never came as one of the attempts", async () => {
  desk.behave = deaf;
  const { ref } = await call(desk, { action: "free.impatient" });
  await execute(desk, ref);
  expect((await rowOf(desk, ref)).status).toBe("uncertain");
  for (const free of stuck.splice(0)) free();
});

test("runAction() ends what ignores its signal: uncertain where it may run once, again otherwise", async () => {
  desk.behave = deaf;
  const once = await call(desk, { action: "free.once" });
  await execute(desk, once.ref);
  expect((await rowOf(desk, once.ref)).status).toBe("uncertain");
  const again = await call(desk, { action: "free.deaf" });
  await expect(execute(desk, again.ref)).rejects.toMatchObject({ type: "attempt_failed" });
  desk.behave = () => ({});
  await execute(desk, again.ref, 2);
  expect((await rowOf(desk, again.ref)).status).toBe("executed");
  for (const free of stuck.splice(0)) free();
});

test("assertRoom() starts no further function of an action once too many ignore their signal, and all others", async () => {
  desk.behave = deaf;
  const refs = [];
  for (let count = 0; count < 20; count += 1) refs.push((await call(desk, { action: "free.deaf" })).ref);
  await Promise.allSettled(refs.map((ref) => execute(desk, ref)));
  const { ref } = await call(desk, { action: "free.deaf" });
  await expect(execute(desk, ref)).rejects.toThrow("ignore that their time is over");
  desk.behave = () => ({});
  const other = await call(desk, { action: "free.plain" });
  await execute(desk, other.ref);
  expect((await rowOf(desk, other.ref)).status).toBe("executed");

  for (const free of stuck.splice(0)) free();
  await expect
    .poll(() =>
      execute(desk, ref, 2).then(
        () => "ran",
        () => "refused",
      ),
    )
    .toBe("ran");
  await perform(() => activitiesOf(desk).closeInvocation(ref, { canceled: false }));
});
