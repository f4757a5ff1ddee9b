import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { activitiesOf, type Desk, perform, rowOf, setDeadline } from "../desk.ts";
import { answer, approve, balances, call, execute, openGuardDesk } from "./guard-desk.ts";

const breaker = { dependency: "bank", failures: 2, resetAfterMs: 60_000 } as const;
const refused = Object.assign(new Error("No route"), { code: "ECONNREFUSED" });

let desk: Desk;

beforeAll(async () => {
  desk = await openGuardDesk({
    "free.quick": { limits: { breaker }, execution: { mode: "inline", maxAttempts: 1 } },
    "free.once": {
      limits: { breaker, budget: { name: "once", limit: 9, unit: "units", estimate: 1 } },
      execution: { mode: "at_most_once" },
    },
    "free.generous": {
      limits: {
        breaker,
        budget: { name: "small", limit: 1, unit: "units", estimate: 2, onExceed: "require_approval" },
      },
    },
    "free.two": {
      limits: { breaker: [breaker, { dependency: "post" }] },
      execution: { mode: "idempotent", maxAttempts: 5 },
    },
    "free.again": { limits: { breaker }, execution: { mode: "idempotent", maxAttempts: 5 } },
    "asked.paid": { limits: { breaker } },
    "free.slow": { limits: { breaker }, execution: { mode: "inline", attemptTimeoutMs: 20, maxAttempts: 1 } },
    "free.limited": { limits: { breaker, rate: { limit: 1, perMs: 60_000, scope: "tenant" } } },
  });
});
afterAll(() => desk.close());
beforeEach(async () => {
  desk.behave = () => ({});
  desk.acts.length = 0;
  await desk.store.db.transaction((tx) =>
    tx.runScript("truncate breaker, rate_counter, rate_hit, budget, budget_entry"),
  );
});

const fail = (): never => {
  throw refused;
};

/** Opens the breaker by real failures. */
async function open(): Promise<void> {
  desk.behave = fail;
  for (let count = 0; count < 2; count += 1) await answer(desk, { action: "free.quick" });
  desk.behave = () => ({});
}

/** Lets the time of an open breaker pass. */
async function passReset(): Promise<void> {
  const rows = await desk.store.transaction((tx) => tx.breakers.lock("default", ["bank"]));
  const state = rows.states.get("bank");
  if (state === undefined) throw new Error("There is no breaker");
  await desk.store.transaction((tx) => tx.breakers.save("default", "bank", { ...state, resetAtMs: rows.nowMs - 1 }));
}

async function stateOf(dependency = "bank"): Promise<string | undefined> {
  return (await desk.store.breakers.find("default", [dependency])).get(dependency)?.status;
}

test("decideInvocation() refuses while the breaker is open, and the first call after its time closes it", async () => {
  await open();
  const { error } = await call(desk, { action: "free.quick" });
  expect(error).toMatchObject({ code: "circuit_open", retryable: true, details: { dependency: "bank" } });
  expect(error?.retryAfterMs).toBeGreaterThan(50_000);
  await passReset();
  expect(await answer(desk, { action: "free.quick" })).toBe("executed");
  expect(await stateOf()).toBe("closed");
});

test("decideInvocation() lets one call try at a time, and opens again when it fails", async () => {
  await open();
  await passReset();
  let other: string | undefined;
  desk.behave = async () => {
    desk.behave = fail;
    other = await answer(desk, { action: "free.quick" });
    return fail();
  };
  await answer(desk, { action: "free.quick" });
  expect(other).toBe("circuit_open");
  expect(await stateOf()).toBe("open");
});

test("decideInvocation() gives a probe back that another guard then refuses", async () => {
  expect(await answer(desk, { action: "free.limited" })).toBe("executed");
  await open();
  await passReset();
  expect(await answer(desk, { action: "free.limited" })).toBe("rate_limited");
  expect(await answer(desk, { action: "free.quick" })).toBe("executed");
});

test("runAction() counts an attempt's own time limit as a timeout of the dependency", async () => {
  desk.behave = ({ context }) =>
    new Promise((_, reject) => {
      context.signal.addEventListener("abort", () => reject(new Error("Given up")), { once: true });
    });
  for (let count = 0; count < 2; count += 1) await answer(desk, { action: "free.slow" });
  expect(await stateOf()).toBe("open");
});

test("beginExecution() lets a call that was let in wait when the breaker opened meanwhile, and its end releases its budget", async () => {
  for (const action of ["free.once", "free.again"]) {
    const { ref } = await call(desk, { action });
    await open();
    await expect(execute(desk, ref)).rejects.toMatchObject({ type: "circuit_open" });
    await desk.store.invocations.update(ref, { cancel_at: new Date() });
    await perform(() => activitiesOf(desk).closeInvocation(ref, { canceled: true }));
    expect(desk.acts.filter(({ id }) => id === ref.id)).toEqual([]);
    await desk.store.db.query("truncate breaker");
  }
  expect((await balances(desk, "once"))["tenant"]).toEqual({ used: 0, reserved: 0 });
});

test("beginExecution() asks a breaker again whose probe ran out before a worker took the call up", async () => {
  await open();
  await passReset();
  const { ref } = await call(desk, { action: "free.again" });
  await desk.store.transaction(async (tx) => {
    const { states, nowMs } = await tx.breakers.lock("default", ["bank"]);
    const state = states.get("bank");
    if (state?.probe === undefined) throw new Error("There is no probe");
    await tx.breakers.save("default", "bank", { ...state, probe: { ...state.probe, untilMs: nowMs - 1 } });
  });
  let during: string | undefined;
  desk.behave = async () => {
    desk.behave = () => ({});
    during = await answer(desk, { action: "free.quick" });
    await execute(desk, ref).catch((error: unknown) => (during = `${during} ${(error as { type: string }).type}`));
    return {};
  };
  await answer(desk, { action: "free.quick" });
  expect(during).toBe("circuit_open circuit_open");
});

test("closeUncertain() frees the probe of an attempt of which nobody will hear again", async () => {
  await open();
  await passReset();
  const { ref } = await call(desk, { action: "free.once" });
  desk.behave = () => new Promise(() => undefined);
  void execute(desk, ref).catch(() => undefined);
  await expect.poll(() => stateOf()).toBe("half_open");
  await execute(desk, ref, 2);
  expect((await rowOf(desk, ref)).status).toBe("uncertain");
  desk.behave = () => ({});
  expect(await answer(desk, { action: "free.quick" })).toBe("executed");
});

test("admitCall() keeps no probe for a call that waits for a person because of its budget", async () => {
  await open();
  await passReset();
  expect(await answer(desk, { action: "free.generous" })).toBe("pending");
  expect(await answer(desk, { action: "free.quick" })).toBe("executed");
});

test("nextAttempt() keeps a probe that it gave back although another breaker makes it wait", async () => {
  await open();
  await passReset();
  const { ref } = await call(desk, { action: "free.two" });
  expect(await stateOf()).toBe("half_open");
  await desk.store.transaction(async (tx) => {
    const { nowMs } = await tx.breakers.lock("default", ["post"]);
    const open = { status: "open", failedAtMs: [], openedAtMs: nowMs, resetAtMs: nowMs + 60_000 } as const;
    await tx.breakers.save("default", "post", open);
  });
  await expect(execute(desk, ref, 2)).rejects.toMatchObject({ type: "circuit_open" });
  expect(await answer(desk, { action: "free.quick" })).toBe("executed");
});

test("beginExecution() lets an approved call wait for the breaker while it has time", async () => {
  const { ref } = await call(desk, { action: "asked.paid" });
  await approve(desk, ref);
  await open();
  await expect(execute(desk, ref)).rejects.toMatchObject({ type: "circuit_open", nonRetryable: false });
  expect((await rowOf(desk, ref)).status).toBe("pending");
  await passReset();
  await execute(desk, ref, 2);
  expect((await rowOf(desk, ref)).status).toBe("executed");

  const late = await call(desk, { action: "asked.paid" });
  await approve(desk, late.ref);
  await open();
  await expect(execute(desk, late.ref)).rejects.toMatchObject({ type: "circuit_open" });
  await setDeadline(desk, late.ref, { column: "execute_by", inMs: -1 });
  await execute(desk, late.ref, 2);
  expect((await rowOf(desk, late.ref)).status).toBe("expired");
});

test("beginExecution() lets a further attempt wait for the breaker that the one before opened", async () => {
  desk.behave = fail;
  const { ref } = await call(desk, { action: "free.again" });
  await expect(execute(desk, ref)).rejects.toMatchObject({ type: "attempt_failed" });
  await expect(execute(desk, ref, 2)).rejects.toMatchObject({ type: "attempt_failed" });
  await expect(execute(desk, ref, 3)).rejects.toMatchObject({ type: "circuit_open" });
  expect(desk.acts).toHaveLength(2);
  desk.behave = () => ({});
  await passReset();
  await execute(desk, ref, 4);
  expect((await rowOf(desk, ref)).status).toBe("executed");
  expect(await stateOf()).toBe("closed");
});

test("closeInvocation() leaves no probe behind for a call that was canceled before it ran", async () => {
  await open();
  await passReset();
  const { ref } = await call(desk, { action: "free.again" });
  expect(await stateOf()).toBe("half_open");
  await desk.store.invocations.update(ref, { cancel_at: new Date() });
  await execute(desk, ref);
  expect(await answer(desk, { action: "free.quick" })).toBe("executed");
  await perform(() => activitiesOf(desk).closeInvocation(ref, { canceled: true }));
});
