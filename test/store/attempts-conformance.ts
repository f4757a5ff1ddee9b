import { beforeEach, describe, expect, test } from "vitest";
import { judgeAttempts } from "../../src/core/guards/attempts.ts";
import { type AttemptScope, createAttemptTable } from "../../src/store/attempts.ts";
import type { Db } from "../../src/store/db.ts";
import { createStore } from "../../src/store/store.ts";

const SCOPE: AttemptScope = { tenant: "acme", actor: "agent-7", run: "r1", action: "mail.send" };

/** What counting attempts must do, whatever database is underneath. */
export function describeAttempts(db: () => Db): void {
  describe("createAttemptTable()", () => {
    beforeEach(() => db().transaction((tx) => tx.runScript("truncate attempt_counter")));

    const count = (scope: Partial<AttemptScope> = {}) => createAttemptTable(db()).count({ ...SCOPE, ...scope });
    const untouchedFor = (days: number) =>
      db().query(`update attempt_counter set last_at = ms_now() - $1 * interval '1 day'`, [days]);

    test("count() gives the calls before this one", async () => {
      expect([await count(), await count(), await count()]).toEqual([0, 1, 2]);
    });

    test("count() keeps tenants, actors, runs and actions apart", async () => {
      const others: Partial<AttemptScope>[] = [{}, { tenant: "b" }, { actor: "b" }, { run: "b" }, { action: "b" }];
      for (const other of others) expect(await count(other)).toBe(0);
      for (const other of others) expect(await count(other)).toBe(1);
    });

    test("count() is undone with its transaction", async () => {
      const undone = createStore(db()).transaction(async (tx) => {
        await tx.attempts.count(SCOPE);
        throw new Error("no");
      });
      await expect(undone).rejects.toThrow("no");
      expect(await count()).toBe(0);
    });

    test("count() from 64 transactions at once lets exactly 10 of 10 pass", async () => {
      const call = () =>
        createStore(db()).transaction(async (tx) => judgeAttempts(10, await tx.attempts.count(SCOPE), SCOPE));
      const refusals = await Promise.all(Array.from({ length: 64 }, call));
      expect(refusals.filter((refusal) => refusal === undefined)).toHaveLength(10);
      expect(refusals.find((refusal) => refusal !== undefined)).toMatchObject({ code: "attempts_exceeded" });
      expect(await count()).toBe(64);
    });

    test("expire() forgets what was not touched for 90 days, so many at a time", async () => {
      for (const run of ["r1", "r2", "r3"]) await count({ run });
      await untouchedFor(89);
      expect(await createAttemptTable(db()).expire(10)).toBe(0);
      await untouchedFor(91);
      await count();
      expect(await createAttemptTable(db()).expire(1)).toBe(1);
      expect(await createAttemptTable(db()).expire(10)).toBe(1);
      expect([await count(), await count({ run: "r2" })]).toEqual([2, 0]);
    });

    test("expire() passes over a counter that a transaction is counting in", async () => {
      await count();
      await untouchedFor(91);
      await createStore(db()).transaction(async (tx) => {
        await tx.attempts.count(SCOPE);
        expect(await tx.attempts.expire(10)).toBe(0);
      });
      expect(await count()).toBe(2);
    });
  });
}
