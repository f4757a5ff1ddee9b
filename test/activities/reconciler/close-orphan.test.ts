import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { closeOrphan } from "../../../activities/reconciler/close-orphan.ts";
import type { InvocationRef } from "../../../src/contract/ids.ts";
import type { RunEnd } from "../../../src/core/run-end.ts";
import type { Db } from "../../../src/store/db.ts";
import { activitiesOf, attemptsOf, type Desk, eventTypes, perform, rowOf } from "../desk.ts";
import { breakAfter, dumpTables } from "../faults.ts";
import { balances, call, eventsOf, openGuardDesk } from "../guards/guard-desk.ts";
import { playTemporal, portsOf, TERMINATED } from "./played-temporal.ts";

const budget = { name: "money", limit: 100, unit: "usd", scope: "actor", estimate: "/amount" } as const;

let desk: Desk;

beforeAll(async () => {
  desk = await openGuardDesk({
    "asked.paid": { limits: { budget } },
    "free.once": { limits: { budget }, execution: { mode: "at_most_once" } },
    "free.again": { limits: { budget }, execution: { mode: "idempotent", maxAttempts: 3 } },
  });
  await desk.caller({ subject: "ada" });
});
afterAll(() => desk.close());
beforeEach(async () => {
  desk.behave = () => ({});
  await desk.store.db.transaction((tx) => tx.runScript("truncate budget, budget_entry"));
});

function close(ref: InvocationRef, end: Partial<RunEnd> = {}, { mayReport = false, db }: Closing = {}) {
  return closeOrphan(portsOf(desk, playTemporal(), db), ref, { end: { ...TERMINATED, ...end }, mayReport });
}

interface Closing {
  readonly mayReport?: boolean;
  readonly db?: Db;
}

/** A call that waits for people, four dollars reserved. */
async function ask(): Promise<InvocationRef> {
  return (await call(desk, { action: "asked.paid", input: { amount: 4 } })).ref;
}

/** A call whose process died right before its outcome was written. */
async function die(): Promise<InvocationRef> {
  const { ref } = await call(desk, { action: "free.once", input: { amount: 4 } });
  const db = breakAfter(desk.store.db, (text) => /update execution/.test(text));
  await perform(() => activitiesOf(desk, db).executeAction(ref)).catch(() => undefined);
  return ref;
}

describe("closeOrphan()", () => {
  it("releases what a call had reserved that never began, and resolves its approval", async () => {
    const ref = await ask();
    expect(await close(ref)).toBe("canceled");
    expect((await balances(desk, "money"))["actor"]).toEqual({ used: 0, reserved: 0 });
    expect((await eventTypes(desk, ref)).slice(-3)).toEqual([
      ...["approval.resolved", "guard.settled", "invocation.closed"],
    ]);
    expect(await eventsOf(desk, ref, "approval.resolved")).toMatchObject([{ status: "canceled", by: [] }]);
  });

  it("counts a call that nobody knows about at its estimate, and says so in the ledger", async () => {
    const ref = await die();
    expect(await close(ref, {}, { mayReport: true })).toBe("waiting");
    expect(await close(ref)).toBe("uncertain");
    expect((await balances(desk, "money"))["actor"]).toEqual({ used: 4, reserved: 0 });
    expect(await attemptsOf(desk, ref)).toEqual(["uncertain"]);
    expect(await eventsOf(desk, ref, "invocation.closed")).toMatchObject([
      { status: "uncertain", by: "reconciler", ended: "terminated", temporalRun: "run-1" },
    ]);
  });

  it("makes failed what reported an error, with that error", async () => {
    desk.behave = () => Promise.reject(new Error("Out of paper"));
    const { ref } = await call(desk, { action: "free.again", input: { amount: 4 } });
    await perform(() => activitiesOf(desk).executeAction(ref)).catch(() => undefined);
    expect(await close(ref, {}, { mayReport: true })).toBe("failed");
    expect(JSON.parse((await rowOf(desk, ref)).error ?? "")).toMatchObject({ message: "Out of paper" });
  });

  it("cuts the operator's words short and redacts them", async () => {
    const ref = await ask();
    await close(ref, { reason: `password=hunter22 ${"x".repeat(300)}` });
    const { message } = JSON.parse((await rowOf(desk, ref)).error ?? "") as { message: string };
    expect(message).not.toContain("hunter22");
    expect(message).toMatch(/^Its run was ended by an operator in Temporal: .{200}…$/);
  });

  it("changes nothing about what is closed, and of what is not there", async () => {
    const ref = await ask();
    await close(ref);
    const tables = await dumpTables(desk.store.db);
    expect([await close(ref), await close({ ...ref, tenant: "acme" })]).toEqual(["nothing", "nothing"]);
    expect(await dumpTables(desk.store.db)).toBe(tables);
  });

  it.each([
    ["pending", ask, {}],
    ["executing", die, {}],
    ["pending, its run having told of an execution,", ask, { how: "completed", told: "executed" }],
  ] as const)(
    "that breaks off leaves what is %s as it was, after whichever statement it does",
    async (_, make, end) => {
      const ref = await make();
      const before = await dumpTables(desk.store.db);
      for (let broken = 0; (await rowOf(desk, ref)).closed_at === null; broken += 1) {
        expect(await dumpTables(desk.store.db)).toBe(before);
        await close(ref, end, { db: breakAfter(desk.store.db, (_text, index) => index === broken) }).catch(
          () => undefined,
        );
      }
    },
  );
});
