import { afterAll, beforeAll, beforeEach, describe, expect, it, test } from "vitest";
import type { InvocationRef } from "../../src/contract/ids.ts";
import type { Step } from "../../src/contract/run.ts";
import { activitiesOf, type Desk, eventTypes, openDesk, perform, rowOf } from "./desk.ts";
import { breakAfter, dumpTables, ROW_VALUES } from "./faults.ts";

let desk: Desk;

beforeAll(async () => {
  desk = await openDesk();
  await desk.caller({ subject: "ada" });
});
afterAll(() => desk.close());
beforeEach(() => {
  desk.acts.length = 0;
});

function decide(ref: InvocationRef, attempt = 1): Promise<Step> {
  return perform(() => activitiesOf(desk).decideInvocation(ref), attempt);
}

/** The time that is left shrinks between two answers; all else is the same. */
function withoutTime(step: Step): object {
  return { ...step, waitMs: 0 };
}

describe("decideInvocation() run again", () => {
  it.each(["asked.idempotent", "free.idempotent", "free.inline", "free.at_most_once", "shut.idempotent"])(
    "gives the decision that is recorded for %s, and records nothing more",
    async (action) => {
      const ref = await desk.accept(action);
      const first = await decide(ref);
      const tables = await dumpTables(desk.store.db);
      const second = await decide(ref, 2);
      expect(withoutTime(second)).toEqual(withoutTime(first));
      expect(await dumpTables(desk.store.db)).toBe(tables);
      expect(desk.acts.length).toBe(action === "free.inline" ? 1 : 0);
    },
  );

  it("makes one decision of two runs at once", async () => {
    const ref = await desk.accept("asked.idempotent");
    const [one, other] = await Promise.all([decide(ref), decide(ref)]);
    expect(withoutTime(one)).toEqual(withoutTime(other));
    expect(await eventTypes(desk, ref)).toEqual(["invocation.requested", "invocation.decided", "approval.opened"]);
  });

  it("keeps its verdict though another policy is in force by then", async () => {
    const ref = await desk.accept("asked.idempotent");
    await decide(ref);
    const before = await desk.gateway.getPolicy(desk.admin);
    await desk.gateway.putPolicy(desk.admin, "{version: 1, default: allow, rules: []}");
    expect(await decide(ref, 2)).toMatchObject({ kind: "wait" });
    expect((await rowOf(desk, ref)).verdict).toContain(`"policyVersion":"${before.version}"`);
    await desk.gateway.putPolicy(desk.admin, before.document);
  });
});

describe("decideInvocation() that breaks off", () => {
  it.each(["asked.idempotent", "free.idempotent", "free.at_most_once", "shut.idempotent"])(
    "leaves nothing of %s behind, after whichever statement it does, and decides when it is run again",
    async (action) => {
      const ref = await desk.accept(action);
      const before = await dumpTables(desk.store.db);
      let broken = 0;
      for (let dead = true; dead; broken += 1) {
        const db = breakAfter(desk.store.db, (_text, index) => index === broken);
        const step = await perform(() => activitiesOf(desk, db).decideInvocation(ref), broken + 1).catch(
          () => undefined,
        );
        dead = step === undefined;
        if (dead) expect(await dumpTables(desk.store.db)).toBe(before);
      }
      expect(broken).toBeGreaterThan(4);
      expect(desk.acts).toEqual([]);
      expect((await eventTypes(desk, ref)).filter((type) => type === "invocation.decided")).toHaveLength(1);
    },
  );

  it("tells history nothing of what the database said", async () => {
    const ref = await desk.accept("asked.idempotent", { text: "sk_live_do_not_tell" });
    const db = breakAfter(desk.store.db, () => true);
    const failure = await perform(() => activitiesOf(desk, db).decideInvocation(ref)).catch((error: unknown) => error);
    expect(failure).toMatchObject({ name: "ApplicationFailure", type: "internal", nonRetryable: false });
    const told = JSON.stringify([failure, (failure as Error).message, (failure as Error).cause ?? null]);
    expect(told).not.toContain("sk_live");
    expect(told).not.toContain(ROW_VALUES);
  });
});

test("decideInvocation() denies everything while no policy is in force", async () => {
  const empty = await openDesk();
  await empty.store.db.query("delete from policy_version");
  const ref = await empty.accept("free.idempotent");
  const step = await perform(() => activitiesOf(empty).decideInvocation(ref));
  const verdict = { effect: "deny", reason: "No policy is in force", policyVersion: "none" };
  expect(step).toMatchObject({ kind: "closed", result: { status: "denied", verdict } });
  await empty.close();
});

test("decideInvocation() waits, and lets nothing run, while the policy in force can't be read", async () => {
  const torn = await openDesk();
  const ref = await torn.accept("free.idempotent");
  await torn.store.db.query("update policy_version set document = 'version: 1\nrules: [', digest = 'torn'");
  const before = await dumpTables(torn.store.db);
  const failure = perform(() => activitiesOf(torn).decideInvocation(ref));
  await expect(failure).rejects.toMatchObject({ type: "internal", nonRetryable: false });
  expect(await dumpTables(torn.store.db)).toBe(before);
  await torn.close();
});

test("decideInvocation() closes what was canceled before it was decided", async () => {
  const ref = await desk.accept("free.inline");
  await desk.store.invocations.update(ref, { cancel_at: new Date(), cancel_by: "agent", cancel_reason: "Never mind" });
  const step = await decide(ref);
  expect(step).toMatchObject({ kind: "closed", result: { status: "canceled", error: { message: "Never mind" } } });
  expect([desk.acts, (await rowOf(desk, ref)).verdict]).toEqual([[], null]);
});

test("decideInvocation() denies what only the action's own schema refuses, before policy and without the value", async () => {
  const ref = await desk.accept("free.idempotent", { text: "refined away" });
  const step = await decide(ref);
  const message = "The input at /text doesn't fit the action's schema";
  expect(step).toMatchObject({ result: { status: "denied", error: { code: "invalid_input", message } } });
  expect(await eventTypes(desk, ref)).toEqual(["invocation.requested", "guard.refused", "invocation.closed"]);
});

test("decideInvocation() names the run that decided", async () => {
  const ref = await desk.accept("asked.idempotent");
  await decide(ref);
  expect((await rowOf(desk, ref)).temporal_run_id).toBe("run-1");
});

test("decideInvocation() fails for good on an id that was never accepted, and for now without the action", async () => {
  const ref = await desk.accept("free.idempotent");
  const stranger = { ...ref, tenant: "other" };
  await expect(decide(stranger)).rejects.toMatchObject({ type: "not_found", nonRetryable: true });
  const bare = { ...desk, ports: { ...desk.ports, actions: new Map() } };
  const failure = perform(() => activitiesOf(bare).decideInvocation(ref));
  await expect(failure).rejects.toMatchObject({ type: "action_not_found", nonRetryable: false });
  expect((await rowOf(desk, ref)).status).toBe("accepted");
});
