import { beforeEach, describe, expect, test } from "vitest";
import { createStore } from "../../src/store/store.ts";
import type { Db } from "../../src/store/db.ts";

const sign = { identity: "1@a:q", taskQueue: "q", buildId: undefined, versions: { "test.pay": "v2" } };

/** The signs of workers, on any adapter. */
export function describeWorkers(open: () => Db): void {
  describe("Workers", () => {
    const db = (): Db => open();
    const workers = () => createStore(db()).workers;
    beforeEach(() => db().query("delete from worker"));

    /** As if this worker's last sign had been so long ago. */
    const age = (identity: string, ms: number): Promise<object[]> =>
      db().query(
        "update worker set seen_at = seen_at - $2 * interval '1 millisecond', started_at = started_at - $2 * interval '1 millisecond' where identity = $1",
        [identity, ms],
      );

    test("countByQueue() knows nothing of a queue that no worker ever polled", async () => {
      await workers().sign(sign);
      expect(await workers().countByQueue(["other"])).toEqual([]);
      expect(await workers().countByQueue([])).toEqual([]);
    });

    test("countByQueue() counts who gave a sign within 30 s, and tells when one was last seen", async () => {
      await workers().sign(sign);
      await workers().sign({ ...sign, identity: "2@a:q" });
      await workers().sign({ ...sign, identity: "3@a:p", taskQueue: "p" });
      await age("1@a:q", 31_000);
      const [queue] = await workers().countByQueue(["q"]);
      expect(queue).toMatchObject({ taskQueue: "q", present: 1 });
      await age("2@a:q", 60_000);
      const [away] = await workers().countByQueue(["q"]);
      expect(away?.present).toBe(0);
      expect(Date.now() - (away?.lastSeenMs ?? 0)).toBeGreaterThan(30_000);
      expect(Date.now() - (away?.lastSeenMs ?? 0)).toBeLessThan(50_000);
    });

    test("listAbsent() gives queues that nobody polls, with when somebody last did, by the database's clock", async () => {
      await workers().sign(sign);
      await workers().sign({ ...sign, identity: "2@a:p", taskQueue: "p" });
      await age("2@a:p", 31_000);
      const absent = await workers().listAbsent(["q", "p", "never"]);
      expect(absent.map(({ taskQueue }) => taskQueue).toSorted()).toEqual(["never", "p"]);
      const queues = new Map(absent.map((queue) => [queue.taskQueue, queue]));
      expect(queues.get("never")?.lastSeenMs).toBeNull();
      const { nowMs = 0, lastSeenMs } = queues.get("p") ?? {};
      expect(nowMs - (lastSeenMs ?? 0)).toBeGreaterThanOrEqual(31_000);
      expect(nowMs - (lastSeenMs ?? 0)).toBeLessThan(40_000);
      expect(await workers().listAbsent([])).toEqual([]);
    });

    test("hasVersion() knows a worker that is there, polls the queue with the same build, and has the version", async () => {
      const wanted = { taskQueue: "q", buildId: undefined, action: "test.pay", version: "v2" };
      expect(await workers().hasVersion(wanted)).toBe(false);
      await workers().sign(sign);
      expect(await workers().hasVersion(wanted)).toBe(true);
      const others = [{ taskQueue: "p" }, { buildId: "7" }, { action: "test.note" }, { version: "v1" }];
      for (const other of others) expect(await workers().hasVersion({ ...wanted, ...other })).toBe(false);
      await workers().sign({ ...sign, versions: { "test.pay": "v3" } });
      expect(await workers().hasVersion(wanted)).toBe(false);
      await workers().sign({ ...sign, buildId: "7" });
      expect(await workers().hasVersion({ ...wanted, buildId: "7" })).toBe(true);
      expect(await workers().hasVersion(wanted)).toBe(false);
    });

    test("hasVersion() doesn't know a worker that has stopped, or gave no sign for 30 s", async () => {
      const wanted = { taskQueue: "q", buildId: undefined, action: "test.pay", version: "v2" };
      await workers().sign(sign);
      await age(sign.identity, 31_000);
      expect(await workers().hasVersion(wanted)).toBe(false);
      await workers().sign(sign);
      await workers().stop(sign.identity);
      expect(await workers().hasVersion(wanted)).toBe(false);
    });

    test("sign() is the same worker again, until it stops", async () => {
      await workers().sign(sign);
      await age(sign.identity, 60_000);
      await workers().sign({ ...sign, buildId: "2" });
      const rows = "select build_id, started_at < now() - interval '30 seconds' as old, stopped_at from worker";
      expect(await db().query(rows)).toEqual([{ build_id: "2", old: true, stopped_at: null }]);
      await workers().stop(sign.identity);
      expect(await workers().countByQueue(["q"])).toMatchObject([{ present: 0 }]);
      await workers().sign(sign);
      expect(await workers().countByQueue(["q"])).toMatchObject([{ present: 1 }]);
      expect(await db().query(rows)).toEqual([{ build_id: null, old: false, stopped_at: null }]);
    });
  });
}
