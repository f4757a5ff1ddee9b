import { afterAll, beforeAll, beforeEach, expect, test, vi } from "vitest";
import type { InvocationStatus } from "../../src/contract/invocation.ts";
import { findAbsentWorkers, noWorkerSince } from "../../src/gateway/absent-workers.ts";
import { openTestStore, type TestStore } from "../support/pglite.ts";

let store: TestStore;

beforeAll(async () => {
  store = await openTestStore();
});
beforeEach(() => store.truncateAll());
afterAll(() => store.close());

/** A call of a queue that was made so long ago. */
function row(change: { status?: InvocationStatus; task_queue?: string; ageMs?: number } = {}) {
  const { status = "accepted", task_queue = "q", ageMs = 60_000 } = change;
  return { status, task_queue, created_at: Date.now() - ageMs };
}

/** A worker of the queue whose last sign is so old. */
async function signWorker(ageMs = 0): Promise<void> {
  await store.workers.sign({ identity: "1@a:q", taskQueue: "q", buildId: undefined, versions: {} });
  await store.db.query("update worker set seen_at = seen_at - $1 * interval '1 millisecond'", [ageMs]);
}

async function ask(asked: ReturnType<typeof row>): Promise<number | undefined> {
  return noWorkerSince(asked, await findAbsentWorkers({ store }, [asked]));
}

test("noWorkerSince() is when a worker was last seen, or when the call was made where none ever was", async () => {
  const asked = row();
  expect(await ask(asked)).toBe(asked.created_at);
  await signWorker(40_000);
  expect(Date.now() - ((await ask(asked)) ?? 0)).toBeGreaterThanOrEqual(40_000);
  expect(Date.now() - ((await ask(asked)) ?? 0)).toBeLessThan(60_000);
});

test("noWorkerSince() is unknown while a worker is there, and known once it has stopped", async () => {
  await signWorker();
  expect(await ask(row())).toBeUndefined();
  expect(await ask(row({ status: "executing" }))).toBeUndefined();
  await store.workers.stop("1@a:q");
  expect(await ask(row({ status: "executing" }))).toBeGreaterThan(0);
});

test.each<InvocationStatus>(["pending", "executed", "failed", "uncertain", "denied"])(
  "noWorkerSince() says nothing of a call that is %s, since it waits for no worker",
  async (status) => expect(await ask(row({ status }))).toBeUndefined(),
);

test("noWorkerSince() says nothing of a call that was made right before, by the database's clock and not by this process's", async () => {
  expect(await ask(row({ ageMs: 1_000 }))).toBeUndefined();
  vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + 3_600_000 });
  const young = { status: "accepted" as const, task_queue: "q", created_at: await store.clock.nowMs() };
  expect(await ask(young)).toBeUndefined();
  vi.setSystemTime(Date.now() - 7_200_000);
  expect(await ask({ ...young, created_at: young.created_at - 60_000 })).toBe(young.created_at - 60_000);
  vi.useRealTimers();
});

test("findAbsentWorkers() asks about calls that need a worker only, and once for a whole list", async () => {
  const listAbsent = vi.fn<typeof store.workers.listAbsent>(store.workers.listAbsent);
  const context = { store: { ...store, workers: { ...store.workers, listAbsent } } };
  await findAbsentWorkers(context, [row({ status: "pending" }), row({ status: "executed" })]);
  expect(listAbsent).not.toHaveBeenCalled();
  await signWorker();
  const rows = [row(), row({ status: "executing", task_queue: "p" }), row({ task_queue: "p" })];
  expect([...(await findAbsentWorkers(context, rows)).keys()]).toEqual(["p"]);
  expect(listAbsent).toHaveBeenCalledTimes(1);
});
