import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import type { Desk } from "../desk.ts";
import { answer, balances, call, eventsOf, openGuardDesk } from "./guard-desk.ts";

const TABLES = "rate_counter, rate_hit, attempt_counter, breaker, budget, budget_entry, fact, fact_session";

let desk: Desk;

beforeAll(async () => {
  desk = await openGuardDesk({
    "free.all": {
      limits: {
        attempts: { perRun: 5 },
        breaker: { dependency: "bank", failures: 1 },
        rate: { limit: 2, perMs: 60_000, scope: "run" },
        requires: { kind: "seen", from: "/id" },
        budget: { name: "all", limit: 3, unit: "units", estimate: 1 },
      },
    },
    "free.seeing": { proves: (_, { id }) => [{ kind: "seen", value: id ?? "" }] },
    "free.failing": { limits: { breaker: { dependency: "bank", failures: 1 } } },
    "shut.counted": { limits: { attempts: { perRun: 2 } } },
  });
});
afterAll(() => desk.close());
beforeEach(async () => {
  desk.behave = () => ({});
  await desk.store.db.transaction((tx) => tx.runScript(`truncate ${TABLES}`));
});

const session = "s1";

test("decideInvocation() asks attempts, breaker, rate, facts and budget in this order, and the first no wins", async () => {
  const all = { action: "free.all", input: { id: "a" }, session };
  expect(await answer(desk, { ...all, run: "r1" })).toBe("fact_missing");
  await call(desk, { action: "free.seeing", input: { id: "a" }, session });
  for (let count = 0; count < 2; count += 1) expect(await answer(desk, { ...all, run: "r1" })).toBe("executed");
  expect(await answer(desk, { ...all, run: "r1" })).toBe("rate_limited");
  expect(await answer(desk, { ...all, run: "r2" })).toBe("executed");
  expect(await answer(desk, { ...all, run: "r2" })).toBe("budget_exceeded");

  desk.behave = () => {
    throw Object.assign(new Error("No route"), { code: "ECONNREFUSED" });
  };
  await call(desk, { action: "free.failing" }).catch(() => undefined);
  expect(await answer(desk, { ...all, run: "r1" })).toBe("circuit_open");
  expect(await answer(desk, { ...all, run: "r1" })).toBe("attempts_exceeded");
});

test("decideInvocation() charges nothing that stands behind a refusal, and refused calls count in no window", async () => {
  const all = { action: "free.all", input: { id: "a" }, session, run: "r1" };
  for (let count = 0; count < 4; count += 1) expect(await answer(desk, all)).toBe("fact_missing");
  expect(await desk.store.db.query("select 1 from rate_hit")).toEqual([]);
  expect(await balances(desk, "all")).toEqual({});
  await call(desk, { action: "free.seeing", input: { id: "a" }, session });
  expect(await answer(desk, all)).toBe("executed");
  expect(await answer(desk, all)).toBe("attempts_exceeded");
});

test("decideInvocation() frees the key of a call that a guard refused, and records why", async () => {
  const keyed = { action: "free.all", input: { id: "a" }, session, run: "r1", idempotencyKey: "once" };
  const refused = await call(desk, keyed);
  expect(refused).toMatchObject({ status: "denied", error: { code: "fact_missing", retryable: true } });
  expect(await eventsOf(desk, refused.ref, "guard.refused")).toMatchObject([{ guard: "facts", code: "fact_missing" }]);
  await call(desk, { action: "free.seeing", input: { id: "a" }, session });
  const passed = await call(desk, keyed);
  expect(passed.status).toBe("executed");
  expect(passed.ref.id).not.toBe(refused.ref.id);
  expect((await call(desk, keyed)).ref.id).toBe(passed.ref.id);
});

test("decideInvocation() counts a call that policy denies as an attempt, keeps its key, and answers with the denial", async () => {
  const denied = { action: "shut.counted", run: "r1", idempotencyKey: "no" };
  const first = await call(desk, denied);
  expect(first.error?.code).toBe("action_denied");
  expect((await call(desk, denied)).ref.id).toBe(first.ref.id);
  for (let count = 0; count < 3; count += 1)
    expect(await answer(desk, { action: "shut.counted", run: "r1" })).toBe("action_denied");
  const [row] = await desk.store.db.query("select used from attempt_counter");
  expect(row).toEqual({ used: 4 });
});

test("decideInvocation() wants a run where calls are counted in one, and a session where facts are required", async () => {
  expect(await answer(desk, { action: "free.all", session })).toBe("run_required");
  expect(await answer(desk, { action: "free.all", run: "r1" })).toBe("session_required");
});
