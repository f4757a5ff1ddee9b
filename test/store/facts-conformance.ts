import fc from "fast-check";
import { beforeEach, describe, expect, test } from "vitest";
import { factKeyOf } from "../../src/core/guards/facts.ts";
import type { ProvenFact } from "../../src/core/guards/read-facts.ts";
import { createAdmissions } from "../../src/store/admissions.ts";
import type { Db } from "../../src/store/db.ts";
import { createFactTable, type FactPlace, type ProofResult } from "../../src/store/facts.ts";
import { type FactOperation, createFactModel, operations } from "./fact-model.ts";

const HOUR_MS = 3_600_000;
const PLACE: FactPlace = { tenant: "default", actor: "agent", id: "s1", scope: "default" };
const MAX = 10;

/** Facts of one kind about these values, for some hours. */
function factsOf(values: readonly (string | number)[], hours = 24, kind = "seen"): ProvenFact[] {
  return values.map((value) => ({ kind, key: factKeyOf(kind, value), ttlMs: hours * HOUR_MS }));
}

/** What sessions must remember and forget, whatever database is underneath. */
export function describeFacts(db: () => Db): void {
  describe("createFactTable()", () => {
    beforeEach(() => db().transaction((tx) => tx.runScript("truncate fact_session, fact")));

    const facts = () => createFactTable(db());
    const prove = (given: readonly ProvenFact[], options: { place?: FactPlace; max?: number } = {}) =>
      db().transaction((tx): Promise<ProofResult> => {
        const { place = PLACE, max = MAX } = options;
        return createFactTable(tx).prove(place, given, { invocation: "ivn_1", max });
      });
    const keys = (values: readonly (string | number)[], kind = "seen") =>
      factsOf(values, 1, kind).map(({ key }) => key);
    const find = async (place: FactPlace, asked: readonly string[]) => {
      const { facts: found } = await createAdmissions(db()).ask(place.tenant, { facts: { place, keys: asked } });
      return found ?? expect.unreachable("The session was looked at");
    };
    const provenOf = async (values: readonly (string | number)[], place = PLACE) => {
      const { proven } = await find(place, keys(values));
      return values.filter((value) => proven.has(factKeyOf("seen", value)));
    };
    /** Lets time pass by making everything older. */
    const age = (hours: number): Promise<void> =>
      db().transaction((tx) =>
        tx.runScript(
          `update fact_session set expires_at = expires_at - interval '${hours} hours';
           update fact set expires_at = expires_at - interval '${hours} hours'`,
        ),
      );

    test("ask() finds what was proven and nothing in a session that nobody knows", async () => {
      expect(await find(PLACE, keys([1]))).toEqual({ isClosed: false, held: 0, proven: new Set() });
      expect(await prove(factsOf([1, "1", "b"]))).toEqual({ stored: 3, dropped: 0, kinds: ["seen"] });
      expect(await find(PLACE, keys([1, "c", "b"]))).toEqual({
        ...{ isClosed: false, held: 3 },
        proven: new Set(keys([1, "b"])),
      });
    });

    test("ask() tells texts from numbers, and kinds from each other", async () => {
      await prove([...factsOf([1, "2"]), ...factsOf([3], 24, "listed")]);
      expect(await provenOf([1, "1", 2, "2", 3])).toEqual([1, "2"]);
    });

    test("ask() keeps tenant, actor, session and scope apart", async () => {
      await prove(factsOf(["a"]));
      for (const other of [{ tenant: "acme" }, { actor: "eve" }, { id: "s2" }, { scope: "other" }]) {
        expect(await find({ ...PLACE, ...other }, keys(["a"]))).toMatchObject({ held: 0, proven: new Set() });
      }
    });

    test("ask() forgets each fact when its own time is over, by the database's clock", async () => {
      await prove([...factsOf(["short"], 1), ...factsOf(["long"], 3)]);
      await age(2);
      expect(await find(PLACE, keys(["short", "long"]))).toMatchObject({
        held: 1,
        proven: new Set(keys(["long"])),
      });
      await age(2);
      expect(await find(PLACE, keys(["long"]))).toMatchObject({ held: 0, proven: new Set() });
    });

    test("prove() never makes shorter what was proven for longer, and renews what was proven for less", async () => {
      await prove([...factsOf(["a"], 3), ...factsOf(["b"], 1)]);
      await prove([...factsOf(["a"], 1), ...factsOf(["b"], 3)]);
      await age(2);
      expect(await provenOf(["a", "b"])).toEqual(["a", "b"]);
    });

    test("prove() counts a fact that is named twice once, for the longer time", async () => {
      expect(await prove([...factsOf(["a"], 1), ...factsOf(["a"], 3)])).toMatchObject({ stored: 1, dropped: 0 });
      await age(2);
      expect(await provenOf(["a"])).toEqual(["a"]);
    });

    test("prove() keeps the first facts that there is room for, renews those it has, and tells what it dropped", async () => {
      await prove(factsOf(["a", "b"], 1), { max: 3 });
      const given = [...factsOf(["x"], 3, "new"), ...factsOf(["y", "z", "b"], 3)];
      expect(await prove(given, { max: 3 })).toEqual({ stored: 2, dropped: 2, kinds: ["new", "seen"] });
      await age(2);
      expect(await provenOf(["a", "y", "z", "b"])).toEqual(["b"]);
      expect(await prove(factsOf(["y", "z"]), { max: 3 })).toMatchObject({ stored: 1, dropped: 1 });
      expect(await prove(factsOf(["y", "q"]), { max: 1 })).toMatchObject({ stored: 1, dropped: 1 });
    });

    test("prove() has room again for facts that expired, before and after they are forgotten", async () => {
      await prove(factsOf(["a"], 1), { max: 1 });
      await age(2);
      expect(await prove(factsOf(["b"], 1), { max: 1 })).toMatchObject({ stored: 1 });
      await age(2);
      await facts().expire(10);
      expect(await prove(factsOf(["a"], 1), { max: 1 })).toMatchObject({ stored: 1 });
    });

    test("prove() lets a session last for 24 hours after the last proof", async () => {
      await prove(factsOf(["a"]));
      await age(23);
      await prove(factsOf(["b"], 3));
      await age(2);
      expect(await provenOf(["a", "b"])).toEqual(["b"]);
    });

    test("prove() of nothing stores nothing and opens the session", async () => {
      expect(await prove([])).toEqual({ stored: 0, dropped: 0, kinds: [] });
      expect(await facts().getSession(PLACE)).toMatchObject([{ scope: "default", facts: {}, closed_at: null }]);
    });

    test("prove() by 64 calls at once holds exactly as many facts as a session may", async () => {
      const calls = Array.from({ length: 64 }, (_, call) => prove(factsOf([`own ${call}`, `shared ${call % 4}`])));
      const results = await Promise.all(calls);
      const { held } = await find(PLACE, []);
      expect(held).toBe(MAX);
      expect(await db().query("select count(*) as n from fact")).toEqual([{ n: MAX }]);
      expect(results.every(({ stored, dropped }) => stored + dropped === 2)).toBe(true);
    });

    test("closeSession() closes a scope for good, once, and leaves the others", async () => {
      await prove(factsOf(["a"]));
      await prove(factsOf(["a"]), { place: { ...PLACE, scope: "other" } });
      await prove(factsOf(["a"]), { place: { ...PLACE, actor: "eve" } });
      expect(await facts().closeSession(PLACE, "default")).toEqual(["default"]);
      expect(await facts().closeSession(PLACE, "default")).toEqual([]);
      expect(await find(PLACE, keys(["a"]))).toEqual({ isClosed: true, held: 0, proven: new Set() });
      expect(await prove(factsOf(["b", "c", "b"]))).toEqual({ stored: 0, dropped: 2, kinds: [] });
      expect(await provenOf(["a"], { ...PLACE, scope: "other" })).toEqual(["a"]);
      expect(await provenOf(["a"], { ...PLACE, actor: "eve" })).toEqual(["a"]);
    });

    test("closeSession() without a scope closes all that the session has, and nothing that nobody knows", async () => {
      for (const scope of ["b", "a"]) await prove(factsOf(["a"]), { place: { ...PLACE, scope } });
      expect(await facts().closeSession(PLACE)).toEqual(["a", "b"]);
      expect(await facts().closeSession({ ...PLACE, id: "unknown" })).toEqual([]);
      expect((await facts().getSession(PLACE)).map((row) => row.closed_at)).toEqual([
        expect.any(Number),
        expect.any(Number),
      ]);
    });

    test("closeSession() beside proofs leaves nothing proven", async () => {
      await prove(factsOf(["first"]));
      await Promise.all([
        ...Array.from({ length: 8 }, (_, call) => prove(factsOf([call]))),
        facts().closeSession(PLACE),
        ...Array.from({ length: 8 }, (_, call) => prove(factsOf([call + 8]))),
      ]);
      expect(await find(PLACE, [])).toMatchObject({ isClosed: true, held: 0 });
      expect(await prove(factsOf(["late"]))).toMatchObject({ stored: 0 });
    });

    test("getSession() counts what a session's scopes hold by kind, until 24 hours after the last proof", async () => {
      await prove([...factsOf(["a", "b"], 20), ...factsOf(["c"], 2, "listed")]);
      await age(3);
      await prove(factsOf(["x"], 1), { place: { ...PLACE, scope: "other" } });
      const [mine, other] = await facts().getSession(PLACE);
      expect([mine?.scope, mine?.facts, other?.scope, other?.facts]).toEqual([
        ...["default", { seen: 2 }],
        ...["other", { seen: 1 }],
      ]);
      expect((other?.expires_at ?? 0) - (mine?.expires_at ?? 0)).toBeGreaterThan(2.9 * HOUR_MS);
      await age(22);
      expect((await facts().getSession(PLACE)).map(({ scope }) => scope)).toEqual(["other"]);
    });

    test("expire() forgets what is over, so many at a time, but never that a session was closed", async () => {
      await prove(factsOf([1, 2, 3], 1));
      await prove(factsOf([1], 24), { place: { ...PLACE, id: "closed" } });
      await facts().closeSession({ ...PLACE, id: "closed" });
      expect(await facts().expire(10)).toBe(0);
      await age(2);
      expect([await facts().expire(2), await facts().expire(2), await facts().expire(2)]).toEqual([2, 1, 0]);
      await age(24);
      expect(await facts().expire(10)).toBe(2);
      expect(await facts().getSession(PLACE)).toEqual([]);
      expect(await prove(factsOf([1]), { place: { ...PLACE, id: "closed" } })).toMatchObject({ stored: 0 });
    });

    test("createFactTable() does as a simple model does, whatever is proven, asked, closed and forgotten in what order", async () => {
      const run = async (operation: FactOperation): Promise<unknown> => {
        switch (operation.kind) {
          case "prove":
            return prove(factsOf(operation.values, operation.hours), { place: operation.place, max: operation.max });
          case "find": {
            const { isClosed, held, proven } = await find(operation.place, keys(operation.values));
            return { isClosed, held, proven: keys(operation.values).filter((key) => proven.has(key)) };
          }
          case "close":
            return facts().closeSession(operation.place, operation.scope);
          case "age":
            return age(operation.hours);
          case "expire":
            return void (await facts().expire(operation.maxRows));
        }
      };
      await fc.assert(
        fc.asyncProperty(operations, async (list) => {
          await db().transaction((tx) => tx.runScript("truncate fact_session, fact"));
          const model = createFactModel();
          for (const operation of list) expect(await run(operation)).toEqual(model(operation));
        }),
        { numRuns: 60 },
      );
    });
  });
}
