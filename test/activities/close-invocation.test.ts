import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import type { InvocationRef } from "../../src/contract/ids.ts";
import { acceptApproved, activitiesOf, type Desk, openDesk, perform, rowOf } from "./desk.ts";
import { breakAfter, dumpTables } from "./faults.ts";

let desk: Desk;

beforeAll(async () => {
  desk = await openDesk();
  await desk.caller({ subject: "ada" });
});
afterAll(() => desk.close());
beforeEach(() => {
  desk.acts.length = 0;
  desk.behave = () => ({});
});

function close(ref: InvocationRef, canceled = false) {
  return perform(() => activitiesOf(desk).closeInvocation(ref, { canceled }));
}

test.each([
  [false, "failed", "action_failed"],
  [true, "canceled", "invocation_canceled"],
])(
  "closeInvocation() of an approved call that never began, canceled %s, makes it %s",
  async (canceled, status, code) => {
    const ref = await acceptApproved(desk, "at_most_once");
    expect(await close(ref, canceled)).toMatchObject({ result: { status, error: { code } } });
  },
);

test("closeInvocation() of a call whose last attempt erred makes it failed, with that error", async () => {
  desk.behave = () => Promise.reject(new Error("Out of paper"));
  const ref = await acceptApproved(desk, "idempotent");
  await perform(() => activitiesOf(desk).executeAction(ref)).catch(() => undefined);
  expect(await close(ref)).toMatchObject({ result: { status: "failed", error: { message: "Out of paper" } } });
});

test.each([false, true])(
  "closeInvocation() of a call whose attempt never reported, canceled %s, makes it uncertain",
  async (canceled) => {
    const ref = await acceptApproved(desk, "idempotent");
    const db = breakAfter(desk.store.db, (text) => /update execution/.test(text));
    await perform(() => activitiesOf(desk, db).executeAction(ref)).catch(() => undefined);
    expect(await close(ref, canceled)).toMatchObject({
      result: { status: "uncertain", error: { code: "outcome_uncertain" } },
    });
  },
);

test("closeInvocation() leaves what is closed as it is", async () => {
  const ref = await acceptApproved(desk, "idempotent");
  const executed = await perform(() => activitiesOf(desk).executeAction(ref));
  const tables = await dumpTables(desk.store.db);
  expect([await close(ref), await close(ref, true)]).toEqual([executed, executed]);
  expect(await dumpTables(desk.store.db)).toBe(tables);
});

test("closeInvocation() that breaks off leaves nothing behind, after whichever statement it does", async () => {
  const ref = await acceptApproved(desk, "at_most_once");
  const before = await dumpTables(desk.store.db);
  for (let broken = 0; (await rowOf(desk, ref)).closed_at === null; broken += 1) {
    expect(await dumpTables(desk.store.db)).toBe(before);
    const db = breakAfter(desk.store.db, (_text, index) => index === broken);
    const work = () => activitiesOf(desk, db).closeInvocation(ref, { canceled: false });
    await perform(work, broken + 1).catch(() => undefined);
  }
});
