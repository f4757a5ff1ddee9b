import { beforeEach, describe, expect, test } from "vitest";
import type { InvocationId } from "../../src/contract/ids.ts";
import type { Db } from "../../src/store/db.ts";
import type { ActionVersion } from "../../src/store/open-inputs.ts";
import { createStore } from "../../src/store/store.ts";
import { recordInvocation } from "../support/decided-invocations.ts";

/** Reading the inputs of open calls, whatever database is underneath. Calls are recorded under version `v1`. */
export function describeOpenInputs(db: () => Db): void {
  describe("createOpenInputReads()", () => {
    beforeEach(() => db().transaction((tx) => tx.runScript("truncate invocation, input_revision")));

    const read = async (actions: readonly ActionVersion[], pageRows = 10): Promise<unknown[]> => {
      const inputs: unknown[] = [];
      const found = createStore(db()).openInputs.read(actions, pageRows);
      for await (const { ref, action, input } of found) inputs.push([ref.tenant, action, JSON.parse(input ?? "null")]);
      return inputs;
    };
    const update = (id: InvocationId, column: string, value: string): Promise<object[]> =>
      db().query(`update invocation set ${column} = $2 where id = $1`, [id, value]);

    test("read() gives each open call of another version once, of every tenant, whatever the size of a page", async () => {
      const made = [];
      for (const [tenant, n] of [
        ["acme", 1],
        ["acme", 2],
        ["beta", 3],
        ["beta", 4],
        ["beta", 5],
      ] as const) {
        await recordInvocation(db(), { tenant, action: "a", input: { n }, verdict: null });
        made.push([tenant, "a", { n }]);
      }
      for (const pageRows of [1, 2, 3, 5, 9]) {
        const found = await read([{ name: "a", version: "v2" }], pageRows);
        expect(found).toHaveLength(5);
        expect(found).toEqual(expect.arrayContaining(made));
      }
    });

    test("read() leaves out closed calls, those of the version given, and other actions", async () => {
      const pending = await recordInvocation(db(), { action: "a", input: { n: 1 } });
      await update(pending, "status", "pending");
      const executing = await recordInvocation(db(), { action: "b", input: { n: 2 } });
      await update(executing, "status", "executing");
      await update(await recordInvocation(db(), { action: "a" }), "status", "executed");
      await update(await recordInvocation(db(), { action: "a" }), "status", "uncertain");
      await update(await recordInvocation(db(), { action: "a" }), "action_version", "v2");
      await recordInvocation(db(), { action: "c" });
      const found = await read([
        { name: "a", version: "v2" },
        { name: "b", version: "v2" },
      ]);
      expect(found).toHaveLength(2);
      expect(found).toEqual(
        expect.arrayContaining([
          ["default", "a", { n: 1 }],
          ["default", "b", { n: 2 }],
        ]),
      );
      expect(await read([{ name: "c", version: "v1" }])).toEqual([]);
      expect(await read([])).toEqual([]);
    });

    test("listActions() names actions with open calls of another version, each once", async () => {
      await recordInvocation(db(), { action: "a", input: {} });
      await recordInvocation(db(), { action: "a", input: {}, tenant: "acme" });
      await update(await recordInvocation(db(), { action: "b", input: {} }), "status", "executed");
      await recordInvocation(db(), { action: "c", input: {} });
      const versions = ["a", "b"].map((name) => ({ name, version: "v2" }));
      const { listActions } = createStore(db()).openInputs;
      expect(await listActions([...versions, { name: "c", version: "v1" }])).toEqual(["a"]);
      expect(await listActions([])).toEqual([]);
    });

    test("read() gives the input of the current round", async () => {
      const id = await recordInvocation(db(), { action: "a", input: { n: 1 } });
      const revision = { round: 2, input: '{"n":2}', input_view: "{}", salt: "s", digest: "d2", author: "ada" };
      await createStore(db()).invocations.revise({ tenant: "default", id }, revision);
      expect(await read([{ name: "a", version: "v2" }])).toEqual([["default", "a", { n: 2 }]]);
    });
  });
}
