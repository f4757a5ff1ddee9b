import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { z } from "zod";
import { type FactCheck, factsProvenBy, questionFacts, recordFacts } from "../../activities/facts.ts";
import type { Action, Fact } from "../../src/action/action.ts";
import { defineAction } from "../../src/action/define-action.ts";
import { factKeyOf } from "../../src/core/guards/facts.ts";
import { isRefusal } from "../../src/core/guards/refusal.ts";
import { readFacts } from "../../src/core/guards/read-facts.ts";
import type { FactCapacity } from "../../src/contract/policy.ts";
import { recordInvocation } from "../support/decided-invocations.ts";
import { openTestStore, type TestStore } from "../support/pglite.ts";

const REQUIRES = [{ kind: "order_seen", from: "/orderId", hint: "Read the order" }];
const SESSION = { id: "s1", scope: "default" };

let store: TestStore;

beforeAll(async () => {
  store = await openTestStore();
});
afterAll(() => store.close());
beforeEach(() => store.truncateAll());

/** Asks the store what a call needs to know, and judges it. */
async function check(change: Partial<FactCheck["call"]> = {}, options: Partial<Omit<FactCheck, "call">> = {}) {
  const call = {
    ...{ tenant: "default", actor: "ada", run: undefined, session: SESSION },
    ...{ action: "orders.delete", input: { orderId: "ord_1" } },
    ...change,
  };
  const question = questionFacts({ call, requires: REQUIRES, capacity: undefined, proves: false, ...options });
  if (question === undefined || isRefusal(question)) return question;
  const { facts } = await store.admissions.ask(call.tenant, { facts: question });
  return question.judge(facts ?? expect.unreachable("The session was looked at"));
}

/** Records what a call of ada's proved in a session, as its outcome's transaction does. */
async function record(
  proved: readonly Fact[],
  { session = "s1", capacity }: { session?: string | { id: string } | null; capacity?: FactCapacity } = {},
) {
  const id = await recordInvocation(store.db, session === null ? {} : { session });
  const read = readFacts(proved);
  if (!("facts" in read)) throw new Error(read.fault);
  return store.transaction(async (tx) => {
    const row = await tx.invocations.lock({ tenant: "default", id });
    if (row === undefined) throw new Error("There is no such row");
    return recordFacts(tx, { row, facts: read.facts, capacity });
  });
}

const seen = (...values: Fact["value"][]): Fact[] => values.map((value) => ({ kind: "order_seen", value }));

describe("questionFacts()", () => {
  test("questionFacts() lets a call pass once its fact was proven, and no other before or after", async () => {
    expect(await check()).toMatchObject({ code: "fact_missing", details: { hint: "Read the order" } });
    await record(seen("ord_1"));
    expect(await check()).toBeUndefined();
    expect(await check({ input: { orderId: "ord_2" } })).toMatchObject({ code: "fact_missing" });
    expect(await check({ input: { orderId: ["ord_1", "ord_2"] } })).toMatchObject({
      details: { missing: [{ kind: "order_seen", from: "/orderId", index: 1 }] },
    });
  });

  test("questionFacts() tells what was proven by another actor, elsewhere or for another type from what is required", async () => {
    await record(seen("ord_1", 7));
    for (const other of [{ actor: "eve" }, { tenant: "acme" }, { session: { id: "s1", scope: "x" } }]) {
      expect(await check(other)).toMatchObject({ code: "fact_missing" });
    }
    expect(await check({ input: { orderId: 7 } })).toBeUndefined();
    expect(await check({ input: { orderId: "7" } })).toMatchObject({ code: "fact_missing" });
  });

  test("questionFacts() refuses without a session, and in one that was closed", async () => {
    expect(await check({ session: undefined })).toMatchObject({ code: "session_required" });
    await record(seen("ord_1"));
    await store.facts.closeSession({ tenant: "default", actor: "ada", id: "s1" });
    expect(await check()).toMatchObject({ code: "session_required", details: { closed: true } });
    expect(await check({}, { requires: [], proves: true, capacity: { max: 1, onFull: "refuse" } })).toBeUndefined();
  });

  test("questionFacts() refuses what proves more in a full session, unless what is too much is dropped", async () => {
    await record(seen("ord_1", "ord_2"));
    const full = { requires: [], proves: true, capacity: { max: 2, onFull: "refuse" } } as const;
    expect(await check({}, full)).toMatchObject({ code: "too_large", details: { limit: 2, used: 2 } });
    expect(await check({}, { ...full, capacity: { max: 3, onFull: "refuse" } })).toBeUndefined();
    expect(await check({}, { ...full, capacity: undefined })).toBeUndefined();
    expect(await check({}, { ...full, capacity: { max: 2, onFull: "truncate" } })).toBeUndefined();
    expect(await check({}, { ...full, proves: false })).toBeUndefined();
    expect(await check({ session: undefined }, full)).toBeUndefined();
    expect(await check({}, { ...full, requires: REQUIRES })).toMatchObject({ code: "too_large" });
    expect(await check({ input: {} }, { ...full, requires: REQUIRES })).toMatchObject({ code: "fact_missing" });
  });

  test("questionFacts() asks the store only for calls that require or prove something", () => {
    const call = { tenant: "default", actor: "ada", run: undefined, session: SESSION, action: "a", input: {} };
    const free = { call, requires: [], capacity: undefined, proves: false };
    expect(questionFacts(free)).toBeUndefined();
    expect(questionFacts({ ...free, proves: true, capacity: { max: 1, onFull: "truncate" } })).toBeUndefined();
    const place = { tenant: "default", actor: "ada", ...SESSION };
    expect(questionFacts({ ...free, proves: true })).toMatchObject({ place, keys: [] });
  });
});

describe("recordFacts()", () => {
  test("recordFacts() keeps facts for whom the call was made, and tells what it kept without a value", async () => {
    const recorded = await record([...seen("s3cret", "s3cret"), { kind: "listed", value: true }], {
      session: { id: "s1" },
    });
    expect(recorded).toEqual({
      session: "s1",
      scope: "default",
      proven: 2,
      dropped: 0,
      kinds: ["listed", "order_seen"],
    });
    expect(await check({ input: { orderId: "s3cret" } })).toBeUndefined();
    const rows = await store.db.query("select * from fact");
    expect(JSON.stringify(rows)).not.toContain("s3cret");
    expect(rows).toMatchObject([{ invocation: expect.stringMatching(/^ivn_/) }, {}]);
  });

  test("recordFacts() drops what is too much, and everything in a closed session", async () => {
    const capacity = { max: 2, onFull: "truncate" } as const;
    expect(await record(seen(1, 2, 3), { capacity })).toMatchObject({ proven: 2, dropped: 1 });
    await store.facts.closeSession({ tenant: "default", actor: "ada", id: "s1" });
    expect(await record(seen(1, 4))).toMatchObject({ proven: 0, dropped: 2, kinds: [] });
  });

  test("recordFacts() records nothing without a session or without facts", async () => {
    expect(await record(seen("ord_1"), { session: null })).toBeUndefined();
    expect(await record([])).toBeUndefined();
    expect(await store.db.query("select * from fact_session")).toEqual([]);
  });
});

describe("factsProvenBy()", () => {
  const define = (proves?: (output: unknown, input: { id: number }) => unknown): Action =>
    ({
      ...defineAction({
        ...{ name: "orders.get", description: "Reads an order" },
        input: z.object({ id: z.coerce.number() }),
        run: () => ({}),
      }),
      ...(proves === undefined ? {} : { proves }),
    }) as Action;

  test("factsProvenBy() asks the action with the recorded output and the input as its schema reads it", async () => {
    const action = define((output, { id }) => [
      { kind: "seen", value: id },
      { kind: "out", value: output, ttl: "1h" },
    ]);
    expect(await factsProvenBy(action, "done", { id: "7" })).toEqual({
      facts: [
        { kind: "seen", key: factKeyOf("seen", 7), ttlMs: 86_400_000 },
        { kind: "out", key: factKeyOf("out", "done"), ttlMs: 3_600_000 },
      ],
    });
    expect(await factsProvenBy(define(), "done", { id: 7 })).toEqual({ facts: [] });
  });

  test("factsProvenBy() gives a fault, without a value, for whatever goes wrong", async () => {
    const thrown = new Error("s3cret");
    const throwing = define(() => {
      throw thrown;
    });
    const trap = define(() => [
      {
        get kind() {
          throw thrown;
        },
      },
    ]);
    expect(await factsProvenBy(throwing, {}, { id: 1 })).toEqual({ fault: "`proves` threw an error", error: thrown });
    expect(await factsProvenBy(trap, {}, { id: 1 })).toMatchObject({ error: thrown });
    expect(
      await factsProvenBy(
        define(() => []),
        {},
        { id: "s3cret" },
      ),
    ).toEqual({
      fault: "The input doesn't fit the action's schema any more",
    });
    for (const proved of [undefined, [{ kind: "seen", value: { s3cret: 1 } }]]) {
      const { fault = "", ...rest } = (await factsProvenBy(
        define(() => proved),
        {},
        { id: 1 },
      )) as { fault?: string };
      expect([fault, rest]).toEqual([expect.stringMatching(/`proves`/), {}]);
      expect(fault).not.toContain("s3cret");
    }
  });

  test("factsProvenBy() takes nothing from a promise, and its rejection disturbs nobody", async () => {
    const rejecting = define(() => Promise.reject(new Error("late")));
    expect(await factsProvenBy(rejecting, {}, { id: 1 })).toEqual({ fault: "`proves` must return a list of facts" });
    const late = define(() => Promise.resolve(seen("ord_1")));
    expect(await factsProvenBy(late, {}, { id: 1 })).toEqual({ fault: "`proves` must return a list of facts" });
  });
});
