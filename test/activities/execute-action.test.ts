import { afterAll, beforeAll, beforeEach, describe, expect, it, test } from "vitest";
import type { InvocationRef } from "../../src/contract/ids.ts";
import type { ExecutionMode } from "../../src/contract/manifest.ts";
import {
  acceptApproved,
  activitiesOf,
  attemptsOf,
  createEnvironment,
  type Desk,
  eventTypes,
  openDesk,
  perform,
  rowOf,
  setDeadline,
} from "./desk.ts";
import { breakAfter, dumpTables, ROW_VALUES } from "./faults.ts";

const MODES: readonly ExecutionMode[] = ["idempotent", "at_most_once", "inline"];

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

function execute(ref: InvocationRef, attempt = 1) {
  return perform(() => activitiesOf(desk).executeAction(ref), attempt);
}

/** Executes with a store that breaks off when the outcome is written: the effect has happened and nobody knows. */
function executeAndDie(ref: InvocationRef, attempt = 1) {
  const db = breakAfter(desk.store.db, (text) => /update execution/.test(text));
  return perform(() => activitiesOf(desk, db).executeAction(ref), attempt);
}

describe("executeAction() run again", () => {
  it.each(MODES)("returns the outcome that is recorded and acts no second time, in mode %s", async (mode) => {
    desk.behave = () => ({ receipt: 7 });
    const ref = await acceptApproved(desk, mode);
    const first = await execute(ref);
    expect(first).toMatchObject({ kind: "closed", result: { status: "executed", output: { receipt: 7 } } });
    const tables = await dumpTables(desk.store.db);
    expect([await execute(ref), await execute(ref, 2)]).toEqual([first, first]);
    expect(await dumpTables(desk.store.db)).toBe(tables);
    expect(desk.acts).toHaveLength(1);
  });

  it.each(["idempotent", "inline"] as const)(
    "runs again under the same key after a lost attempt in mode %s",
    async (mode) => {
      const ref = await acceptApproved(desk, mode);
      await expect(executeAndDie(ref)).rejects.toMatchObject({ type: "internal", nonRetryable: false });
      expect(await execute(ref, 2)).toMatchObject({ result: { status: "executed" } });
      expect(desk.acts.map(({ context }) => context.idempotencyKey)).toEqual([ref.id, ref.id]);
      expect(desk.acts.map(({ attempt }) => attempt)).toEqual([1, 2]);
      expect(await attemptsOf(desk, ref)).toEqual(["started", "executed"]);
    },
  );

  it("is uncertain after a lost attempt in mode at_most_once, and acts no second time", async () => {
    const ref = await acceptApproved(desk, "at_most_once");
    await expect(executeAndDie(ref)).rejects.toMatchObject({ type: "internal" });
    expect(await execute(ref, 2)).toMatchObject({
      result: { status: "uncertain", error: { code: "outcome_uncertain" } },
    });
    expect(await execute(ref, 3)).toMatchObject({ result: { status: "uncertain" } });
    expect(desk.acts).toHaveLength(1);
    expect(await attemptsOf(desk, ref)).toEqual(["uncertain"]);
  });

  it("takes over the attempt that the decision began, and begins another one when the run was reset since", async () => {
    const [own, reset] = [await desk.accept("free.idempotent"), await desk.accept("free.idempotent")];
    for (const ref of [own, reset]) await perform(() => activitiesOf(desk).decideInvocation(ref));
    await execute(own);
    await createEnvironment(1, "run-2").run(() => activitiesOf(desk).executeAction(reset));
    expect(await attemptsOf(desk, own)).toEqual(["executed"]);
    expect(await attemptsOf(desk, reset)).toEqual(["started", "executed"]);
    expect(desk.acts.map(({ id }) => id)).toEqual([own.id, reset.id]);
  });

  it("gives up, as uncertain, an action that never survives to report", async () => {
    const ref = await acceptApproved(desk, "idempotent");
    let last: unknown;
    for (let attempt = 1; attempt < 20; attempt += 1) {
      last = await executeAndDie(ref, attempt).catch(() => undefined);
      if (last !== undefined) break;
    }
    // The fault strikes the giving up as well, as it would a store that stays broken.
    expect(last).toBeUndefined();
    expect(await execute(ref, 20)).toMatchObject({ result: { status: "uncertain" } });
    expect(desk.acts).toHaveLength(13);
  });
});

describe("executeAction() that breaks off", () => {
  it.each(MODES)("has done nothing in mode %s, after whichever statement before the action it does", async (mode) => {
    const ref = await acceptApproved(desk, mode);
    const before = await dumpTables(desk.store.db);
    let broken = 0;
    for (; desk.acts.length === 0; broken += 1) {
      const db = breakAfter(desk.store.db, (_text, index) => index === broken);
      await perform(() => activitiesOf(desk, db).executeAction(ref), broken + 1).catch(() => undefined);
      if (desk.acts.length === 0) expect(await dumpTables(desk.store.db)).toBe(before);
    }
    expect(broken).toBeGreaterThan(4);
    expect((await attemptsOf(desk, ref)).length).toBe(1);
  });

  it("records no part of an outcome, after whichever statement it does, until all of it is recorded", async () => {
    const ref = await acceptApproved(desk, "idempotent");
    await expect(executeAndDie(ref)).rejects.toMatchObject({ type: "internal" });
    const before = await attemptsOf(desk, ref);
    for (const part of [/update invocation set/, /insert into audit_event/]) {
      let began = false;
      const db = breakAfter(desk.store.db, (text) => {
        began ||= /update execution/.test(text);
        return began && part.test(text);
      });
      await perform(() => activitiesOf(desk, db).executeAction(ref), 2).catch(() => undefined);
      expect(await rowOf(desk, ref)).toMatchObject({ status: "executing", output: null, closed_at: null });
      expect(await attemptsOf(desk, ref)).not.toContain("executed");
    }
    expect(before).toEqual(["started"]);
    expect(await execute(ref, 4)).toMatchObject({ result: { status: "executed" } });
  });

  it("tells history nothing of what the database said", async () => {
    const ref = await acceptApproved(desk, "idempotent");
    const failure = await executeAndDie(ref).catch((error: unknown) => error);
    expect(`${(failure as Error).message}${JSON.stringify(failure)}`).not.toContain(ROW_VALUES);
  });
});

test("executeAction() doesn't record the outcome of an attempt that another has taken the place of", async () => {
  const releases: ((output: unknown) => void)[] = [];
  desk.behave = () => new Promise((resolve) => releases.push(resolve));
  const ref = await acceptApproved(desk, "idempotent");
  const first = execute(ref, 1).catch((error: unknown) => error);
  await expect.poll(() => releases.length).toBe(1);
  const second = execute(ref, 2);
  await expect.poll(() => releases.length).toBe(2);
  releases[0]?.({ from: "the first" });
  expect(await first).toMatchObject({ type: "attempt_failed", message: "Another attempt is in charge" });
  expect((await rowOf(desk, ref)).status).toBe("executing");
  releases[1]?.({ from: "the second" });
  expect(await second).toMatchObject({ result: { status: "executed", output: { from: "the second" } } });
});

test("executeAction() gives the outcome of whichever attempt was first to report, also to one that it took the place of", async () => {
  const releases: ((output: unknown) => void)[] = [];
  desk.behave = () => new Promise((resolve) => releases.push(resolve));
  const ref = await acceptApproved(desk, "idempotent");
  const first = execute(ref, 1);
  await expect.poll(() => releases.length).toBe(1);
  const second = execute(ref, 2);
  await expect.poll(() => releases.length).toBe(2);
  releases[1]?.({ from: "the second" });
  await second;
  releases[0]?.({ from: "the first" });
  expect(await first).toEqual(await second);
  expect((await rowOf(desk, ref)).output).toBe(`{"from":"the second"}`);
});

describe("executeAction() runs nothing", () => {
  it.each<[string, string]>([
    ["the input was changed", `update input_revision set input = '{"text":"more"}' where invocation = $1`],
    ["the salt was changed", "update input_revision set salt = 'another' where invocation = $1"],
    ["the actor was changed", "update invocation set actor = 'somebody' where id = $1"],
    ["the digest was changed", "update invocation set digest = repeat('0', 64) where id = $1"],
    ["the approval is of another digest", "update approval set digest = repeat('0', 64) where invocation = $1"],
    [
      "the resolution is of another digest",
      "update approval set resolution = replace(resolution, digest, repeat('0', 64)) where invocation = $1",
    ],
    ["the approval is gone", "delete from approval where invocation = $1"],
  ])("and fails when %s since it was decided", async (_what, statement) => {
    const ref = await acceptApproved(desk, "idempotent", { text: "less" });
    await desk.store.db.query(statement, [ref.id]);
    expect(await execute(ref)).toMatchObject({ result: { status: "failed", error: { code: "digest_mismatch" } } });
    expect([desk.acts, await attemptsOf(desk, ref)]).toEqual([[], []]);
  });

  it("and waits for people when their approval is pending again", async () => {
    const ref = await acceptApproved(desk, "idempotent");
    const statement = "update approval set status = 'pending', resolution = null where invocation = $1";
    await desk.store.db.query(statement, [ref.id]);
    expect(await execute(ref)).toMatchObject({ kind: "wait" });
    expect([desk.acts, await attemptsOf(desk, ref)]).toEqual([[], []]);
  });

  it.each(["idempotent", "at_most_once"])(
    "when an allowed input of mode %s was changed before it ran",
    async (mode) => {
      const ref = await desk.accept(`free.${mode}`, { text: "less" });
      await perform(() => activitiesOf(desk).decideInvocation(ref));
      await desk.store.db.query(`update input_revision set input = '{"text":"more"}' where invocation = $1`, [ref.id]);
      const step = await execute(ref);
      expect(["failed", "uncertain"]).toContain(step.kind === "closed" ? step.result.status : step.kind);
      expect(desk.acts).toEqual([]);
    },
  );

  it("and expires when the instant to execute by has passed", async () => {
    const ref = await acceptApproved(desk, "idempotent");
    await setDeadline(desk, ref, { column: "execute_by", inMs: -1 });
    expect(await execute(ref)).toMatchObject({ result: { status: "expired", error: { code: "approval_expired" } } });
    expect(desk.acts).toEqual([]);
  });

  it("and is canceled when that was asked for before it began", async () => {
    const ref = await acceptApproved(desk, "idempotent");
    await desk.store.invocations.update(ref, { cancel_at: new Date(), cancel_by: "agent" });
    expect(await execute(ref)).toMatchObject({ result: { status: "canceled" } });
    expect(desk.acts).toEqual([]);
  });

  it("and says so when it was canceled after the decision had begun its attempt", async () => {
    const ref = await desk.accept("free.idempotent");
    await perform(() => activitiesOf(desk).decideInvocation(ref));
    await desk.store.invocations.update(ref, { cancel_at: new Date(), cancel_by: "agent" });
    expect(await execute(ref)).toMatchObject({ result: { error: { code: "invocation_canceled" } } });
    expect(desk.acts).toEqual([]);
  });

  it.each([
    ["erred", "failed", "invocation_canceled"],
    ["was lost", "uncertain", "outcome_uncertain"],
  ])("more when it was canceled after an attempt that %s, and is %s", async (how, status, code) => {
    const ref = await acceptApproved(desk, "idempotent");
    if (how === "erred") desk.behave = () => Promise.reject(new Error("Down"));
    await (how === "erred" ? execute(ref) : executeAndDie(ref)).catch(() => undefined);
    await desk.store.invocations.update(ref, { cancel_at: new Date(), cancel_by: "agent" });
    expect(await execute(ref, 2)).toMatchObject({ result: { status, error: { code } } });
    expect(desk.acts).toHaveLength(1);
  });

  it.each(["free.idempotent", "asked.idempotent"])("of %s before anything was decided", async (action) => {
    const ref = await desk.accept(action);
    expect(await execute(ref).catch(() => undefined)).not.toMatchObject({ result: { status: "executed" } });
    expect(desk.acts).toEqual([]);
  });

  it("while people are asked", async () => {
    const ref = await desk.accept("asked.idempotent");
    await perform(() => activitiesOf(desk).decideInvocation(ref));
    await execute(ref).catch(() => undefined);
    expect(desk.acts).toEqual([]);
  });

  it("of what was denied", async () => {
    const ref = await desk.accept("shut.idempotent");
    const denied = await perform(() => activitiesOf(desk).decideInvocation(ref));
    expect(await execute(ref)).toEqual(denied);
    expect(desk.acts).toEqual([]);
  });
});

test("executeAction() records every step as evidence", async () => {
  const ref = await acceptApproved(desk, "idempotent");
  await execute(ref);
  expect((await eventTypes(desk, ref)).slice(-4)).toEqual([
    "approval.resolved",
    "execution.started",
    "execution.finished",
    "invocation.closed",
  ]);
});
