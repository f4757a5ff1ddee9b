import { randomBytes } from "node:crypto";
import { beforeEach, describe, expect, test } from "vitest";
import type { InvocationId } from "../../src/contract/ids.ts";
import type { InvocationStatus } from "../../src/contract/invocation.ts";
import { newInvocationId } from "../../src/core/ids.ts";
import type { Db } from "../../src/store/db.ts";
import { type CheckLease, createOrphanReads } from "../../src/store/orphans.ts";
import { recordInvocation } from "../support/decided-invocations.ts";

const LONG_AGO = "2026-01-01T00:00:00Z";
const LEASE: CheckLease = { olderThanMs: 60_000, busyEveryMs: 120_000, pendingEveryMs: 600_000, limit: 10 };

/** Which rows are looked for by the reconciler, whatever database is underneath. */
export function describeOrphanReads(db: () => Db): void {
  describe("createOrphanReads()", () => {
    beforeEach(() => db().transaction((tx) => tx.runScript("truncate invocation, input_revision")));

    const record = async (status: InvocationStatus, createdAt?: string): Promise<InvocationId> => {
      const id = await recordInvocation(db(), createdAt === undefined ? {} : { createdAt });
      await db().query("update invocation set status = $2 where id = $1", [id, status]);
      return id;
    };
    const lease = async (change: Partial<CheckLease> = {}): Promise<InvocationId[]> => {
      const rows = await createOrphanReads(db()).leaseUnchecked({ ...LEASE, ...change });
      return rows.map((row) => row.id);
    };
    const checkedAgo = (id: InvocationId, seconds: number): Promise<object[]> =>
      db().query("update invocation set run_checked_at = ms_now() - make_interval(secs => $2::float8) where id = $1", [
        ...[id, seconds],
      ]);

    const attempt = (id: InvocationId, number: number, state: string): Promise<object[]> =>
      db().query(
        `insert into execution (tenant, invocation, attempt, round, token, mode, digest, worker, state, started_at)
         values ('default', $1, $2, 1, 'token', 'idempotent', repeat('a', 64), 'w', $3, ms_now() - interval '1 minute')`,
        [id, number, state],
      );

    test("leaseUnchecked() gives open rows that are old enough, each once until its time has come again", async () => {
      const busy = [await record("accepted", LONG_AGO), await record("executing", LONG_AGO)];
      const pending = await record("pending", LONG_AGO);
      await record("executed", LONG_AGO);
      await record("uncertain", LONG_AGO);
      await record("pending");
      expect((await lease()).toSorted()).toEqual([...busy, pending].toSorted());
      expect(await lease()).toEqual([]);
      for (const id of [...busy, pending]) await checkedAgo(id, 130);
      expect((await lease()).toSorted()).toEqual(busy.toSorted());
      await checkedAgo(pending, 610);
      expect(await lease()).toEqual([pending]);
    });

    test("leaseUnchecked() gives no more than asked for: what does work first, then what was unchecked longest", async () => {
      const pending = [await record("pending", LONG_AGO), await record("pending", LONG_AGO)];
      const busy = await record("executing", LONG_AGO);
      await checkedAgo(pending[0] ?? busy, 700);
      await checkedAgo(pending[1] ?? busy, 900);
      expect(await lease({ limit: 1 })).toEqual([busy]);
      expect(await lease({ limit: 1 })).toEqual([pending[1]]);
      expect(await lease({ limit: 1 })).toEqual([pending[0]]);
    });

    test("leaseUnchecked() keeps room for what waits, however much works, and gives it away where nothing waits", async () => {
      for (let count = 0; count < 12; count += 1) await record("executing", LONG_AGO);
      const pending = await record("pending", LONG_AGO);
      const first = await lease({ limit: 5 });
      expect(first).toHaveLength(5);
      expect(first).toContain(pending);
      expect(await lease({ limit: 5 })).toHaveLength(5);
    });

    test("attemptAgeMs() is the age of the newest attempt, while nobody has told its end", async () => {
      const id = await record("executing", LONG_AGO);
      const ref = { tenant: "default", id };
      const { attemptAgeMs } = createOrphanReads(db());
      expect(await attemptAgeMs(ref)).toBeUndefined();
      await attempt(id, 1, "erred");
      expect(await attemptAgeMs(ref)).toBeUndefined();
      await attempt(id, 2, "started");
      expect(await attemptAgeMs(ref)).toBeGreaterThanOrEqual(60_000);
      expect(await attemptAgeMs(ref)).toBeLessThan(120_000);
      expect(await attemptAgeMs({ ...ref, tenant: "acme" })).toBeUndefined();
    });

    test("leaseUnchecked() by several at once gives each row to one of them", async () => {
      for (let count = 0; count < 12; count += 1) await record("pending", LONG_AGO);
      const leased = await Promise.all([1, 2, 3].map(() => lease({ limit: 5 })));
      const rest = await lease({ limit: 12 });
      const ids = [...leased.flat(), ...rest];
      expect(ids).toHaveLength(12);
      expect(new Set(ids).size).toBe(12);
    });

    test("listOpen() gives the open ones of those named, with what a run is started with", async () => {
      const [open, closed] = [await record("pending"), await record("denied")];
      const named = [open, closed, newInvocationId(randomBytes)].map((id) => ({ tenant: "default", id }));
      expect(await createOrphanReads(db()).listOpen([...named, { tenant: "acme", id: open }])).toEqual([
        {
          ...{ tenant: "default", id: open, action: "test.echo", actionVersion: "v1", actor: "ada", digest: "d" },
          ...{ inputView: "{}", taskQueue: "tests", run: undefined, reason: undefined, status: "pending" },
        },
      ]);
    });

    test("listMissing() gives those that have no row, in their own tenant", async () => {
      const id = await record("executed");
      const gone = { tenant: "default", id: newInvocationId(randomBytes) };
      const elsewhere = { tenant: "acme", id };
      const missing = await createOrphanReads(db()).listMissing([{ tenant: "default", id }, gone, elsewhere]);
      expect(missing).toEqual(expect.arrayContaining([gone, elsewhere]));
      expect(missing).toHaveLength(2);
    });
  });
}
