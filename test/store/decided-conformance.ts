import { beforeEach, describe, expect, test } from "vitest";
import type { Db } from "../../src/store/db.ts";
import { createInvocationTable } from "../../src/store/invocations.ts";
import type { DecidedScope } from "../../src/store/decided-invocations.ts";
import { recordInvocation } from "../support/decided-invocations.ts";

const AT = "2026-01-01T00:00:00.123Z";
const LATER = "2026-01-01T00:00:00.124Z";

/** What reading decided invocations must do, whatever database is underneath. */
export function describeDecidedReads(db: () => Db): void {
  describe("createDecidedReads()", () => {
    beforeEach(() => db().transaction((tx) => tx.runScript("truncate invocation, input_revision")));

    const read = async (scope: Partial<DecidedScope>, pageRows: number): Promise<string[]> => {
      const ids: string[] = [];
      const rows = createInvocationTable(db()).readDecided({ tenant: "default", ...scope }, pageRows);
      for await (const { id } of rows) ids.push(id);
      return ids;
    };

    test("readDecided() gives each row once, newest first and then by id, whatever the size of a page", async () => {
      const old = [];
      for (let count = 0; count < 5; count += 1) old.push(await recordInvocation(db(), { createdAt: AT }));
      const newest = await recordInvocation(db(), { createdAt: LATER });
      const expected = [newest, ...old.toSorted().toReversed()];
      for (const pageRows of [1, 2, 3, 6, 7]) expect(await read({}, pageRows)).toEqual(expected);
    });

    test("readDecided() keeps to tenant, action and period, both ends excluded", async () => {
      const id = await recordInvocation(db(), { action: "a", createdAt: AT });
      await recordInvocation(db(), { action: "b", createdAt: LATER });
      await recordInvocation(db(), { tenant: "acme" });
      await recordInvocation(db(), { verdict: null });
      expect(await read({}, 10)).toHaveLength(2);
      expect(await read({ action: "a" }, 10)).toEqual([id]);
      expect(await read({ before: LATER }, 10)).toEqual([id]);
      expect(await read({ before: AT }, 10)).toEqual([]);
      expect(await read({ after: AT }, 10)).toHaveLength(1);
      expect(await read({ after: LATER }, 10)).toEqual([]);
    });

    test("readDecided() gives the input as it was sent and the actor as it was", async () => {
      const input = { note: "zwölf 🧾" };
      await recordInvocation(db(), { input, actor: { roles: ["clerk"] }, run: "r1", verdict: { effect: "deny" } });
      for await (const row of createInvocationTable(db()).readDecided({ tenant: "default" }, 10)) {
        expect(JSON.parse(row.input)).toEqual(input);
        expect(JSON.parse(row.actor_principal)).toMatchObject({ roles: ["clerk"] });
        expect(JSON.parse(row.verdict)).toMatchObject({ effect: "deny" });
        expect(row.run).toBe("r1");
      }
      expect.assertions(4);
    });
  });
}
