import { afterAll, beforeAll, describe, expect, it, test } from "vitest";
import type { InvocationRef } from "../../../src/contract/ids.ts";
import type { Step } from "../../../src/contract/run.ts";
import type { VoteRow } from "../../../src/store/votes.ts";
import { activitiesOf, type Desk, eventTypes, insertVote, openDesk, perform, rowOf, setDeadline } from "../desk.ts";
import { breakAfter, dumpTables, ROW_VALUES } from "../faults.ts";

let desk: Desk;

beforeAll(async () => {
  desk = await openDesk();
  for (const subject of ["ada", "boss"]) await desk.caller({ subject });
  for (const subject of ["fay", "finn"]) await desk.caller({ subject, groups: ["finance"] });
  await desk.caller({ subject: "helper", groups: ["finance"], permissions: ["invoke", "act_as"] });
});
afterAll(() => desk.close());

/** A call that waits for people. */
async function ask(): Promise<InvocationRef> {
  const ref = await desk.accept("asked.idempotent");
  await perform(() => activitiesOf(desk).decideInvocation(ref));
  return ref;
}

function judge(ref: InvocationRef, canceled = false): Promise<Step> {
  return perform(() => activitiesOf(desk).recordVotes(ref, { canceled }));
}

async function voteOf(ref: InvocationRef, id: VoteRow["id"]): Promise<VoteRow | undefined> {
  return desk.store.votes.get(ref.tenant, id);
}

describe("recordVotes() run again", () => {
  it.each(["approve", "reject"] as const)(
    "finds a resolution by %s as it is, and records nothing more",
    async (decision) => {
      const ref = await ask();
      await insertVote(desk, ref, { decision, reason: "Because" });
      const first = await judge(ref);
      const tables = await dumpTables(desk.store.db);
      expect(await judge(ref)).toEqual(first);
      expect(await judge(ref, true)).toEqual(first);
      expect(await dumpTables(desk.store.db)).toBe(tables);
      expect((await eventTypes(desk, ref)).filter((type) => type === "approval.resolved")).toHaveLength(1);
    },
  );

  it("judges a vote once, however many runs look at once", async () => {
    const ref = await ask();
    await insertVote(desk, ref);
    const steps = await Promise.all([judge(ref), judge(ref), judge(ref)]);
    expect(steps.map((step) => step.kind)).toEqual(["execute", "execute", "execute"]);
    expect((await eventTypes(desk, ref)).filter((type) => type === "approval.vote_recorded")).toHaveLength(1);
  });
});

describe("recordVotes() that breaks off", () => {
  it.each(["approve", "reject"] as const)(
    "leaves nothing of a vote to %s behind, after whichever statement it does, and judges it when it is run again",
    async (decision) => {
      const ref = await ask();
      const id = await insertVote(desk, ref, { decision });
      const before = await dumpTables(desk.store.db);
      let broken = 0;
      for (let dead = true; dead; broken += 1) {
        const db = breakAfter(desk.store.db, (_text, index) => index === broken);
        const work = () => activitiesOf(desk, db).recordVotes(ref, { canceled: false });
        dead = (await perform(work, broken + 1).catch(() => undefined)) === undefined;
        if (dead) expect(await dumpTables(desk.store.db)).toBe(before);
      }
      expect(broken).toBeGreaterThan(5);
      expect((await voteOf(ref, id))?.state).toBe("counted");
    },
  );

  it("tells history nothing of what the database said", async () => {
    const ref = await ask();
    const db = breakAfter(desk.store.db, () => true);
    const work = () => activitiesOf(desk, db).recordVotes(ref, { canceled: false });
    const failure = await perform(work).catch((error: unknown) => error);
    expect(failure).toMatchObject({ type: "internal", nonRetryable: false });
    expect(`${(failure as Error).message}${JSON.stringify(failure)}`).not.toContain(ROW_VALUES);
  });
});

test.each<[string, Partial<VoteRow>, string]>([
  ["a MAC that no door made", { mac: "0".repeat(64) }, "forbidden"],
  ["no MAC at all", { mac: "" }, "forbidden"],
  ["the actor as voter", { voter: "agent" }, "self_approval"],
  ["a voter whom the terms don't name", { voter: "boss" }, "not_an_approver"],
  ["a voter who doesn't exist", { voter: "nobody" }, "not_an_approver"],
  ["another digest", { digest: "0".repeat(64) }, "digest_mismatch"],
])("recordVotes() refuses a row with %s", async (_what, change, code) => {
  const ref = await ask();
  const id = await insertVote(desk, ref, change);
  expect(await judge(ref)).toMatchObject({ kind: "wait" });
  expect(await voteOf(ref, id)).toMatchObject({ state: "refused", code });
  const events = await desk.store.audit.listOfInvocation(ref.tenant, ref.id);
  expect(events.at(-1)).toMatchObject({ type: "approval.vote_refused", data: { vote: id, code } });
});

test("recordVotes() refuses a row whose decision was turned after the door wrote it", async () => {
  const ref = await ask();
  const id = await insertVote(desk, ref, { decision: "reject" });
  await desk.store.db.query("update vote set decision = 'approve' where id = $1", [id]);
  expect(await judge(ref)).toMatchObject({ kind: "wait" });
  expect(await voteOf(ref, id)).toMatchObject({ state: "refused", code: "forbidden" });
});

test("recordVotes() does not look at rows that somebody marked as counted without a door, when it looks for approval", async () => {
  const ref = await ask();
  await insertVote(desk, ref, { mac: "forged", voter: "fay" });
  await desk.store.db.query("update vote set state = 'counted' where invocation = $1", [ref.id]);
  expect(await judge(ref)).toMatchObject({ kind: "wait" });
  expect(desk.acts.filter((act) => act.id === ref.id)).toEqual([]);
});

test("recordVotes() refuses whoever called on the actor's behalf", async () => {
  const helper = await desk.gateway.getPrincipal(desk.admin, "helper");
  const caller = { principal: helper, permissions: new Set(["invoke", "act_as"] as const) };
  const command = { action: "asked.idempotent", input: {}, onBehalfOf: "agent", waitMs: 0 };
  const view = await desk.gateway.invoke(caller, command);
  const ref = { tenant: view.tenant, id: view.id as InvocationRef["id"] };
  await perform(() => activitiesOf(desk).decideInvocation(ref));
  const id = await insertVote(desk, ref, { voter: "helper" });
  await judge(ref);
  expect(await voteOf(ref, id)).toMatchObject({ code: "self_approval" });
});

test("recordVotes() goes by the rights that the voter has when the vote is judged", async () => {
  const ref = await ask();
  const id = await insertVote(desk, ref, { voter: "finn" });
  await desk.gateway.putPrincipal(desk.admin, "finn", { groups: [] });
  await judge(ref);
  expect(await voteOf(ref, id)).toMatchObject({ state: "refused", code: "not_an_approver" });
});

test("recordVotes() counts a vote that was made in time though the deadline has passed since", async () => {
  const ref = await ask();
  await insertVote(desk, ref, { made_at: (await rowOf(desk, ref)).decided_at ?? 0 });
  await setDeadline(desk, ref, { column: "decide_by", inMs: -1 });
  expect(await judge(ref)).toMatchObject({ kind: "execute" });
});

test("recordVotes() refuses a vote that was made too late, and expires", async () => {
  const ref = await ask();
  await setDeadline(desk, ref, { column: "decide_by", inMs: -60_000 });
  const id = await insertVote(desk, ref);
  expect(await judge(ref)).toMatchObject({ kind: "closed", result: { status: "expired" } });
  expect(await voteOf(ref, id)).toMatchObject({ state: "refused", code: "approval_expired" });
});

test("recordVotes() says how long is left when it is woken before the deadline", async () => {
  const ref = await ask();
  await setDeadline(desk, ref, { column: "decide_by", inMs: 30_000 });
  const step = await judge(ref);
  expect(step).toMatchObject({ kind: "wait" });
  const { waitMs } = step as { waitMs: number };
  expect(waitMs).toBeGreaterThan(25_000);
  expect(waitMs).toBeLessThanOrEqual(30_001);
});

test("recordVotes() lets a cancel beat a vote that was made before it and not judged", async () => {
  const ref = await ask();
  const id = await insertVote(desk, ref);
  await desk.store.invocations.update(ref, {
    cancel_at: new Date(),
    cancel_by: "agent",
    cancel_reason: "Wrong invoice",
  });
  const error = { code: "invocation_canceled", message: "Wrong invoice" };
  expect(await judge(ref)).toMatchObject({ kind: "closed", result: { status: "canceled", error } });
  expect(await voteOf(ref, id)).toMatchObject({ state: "refused", code: "already_resolved" });
});

test("recordVotes() takes a canceled run without a cancel in the store for one made in Temporal", async () => {
  const ref = await ask();
  expect(await judge(ref, true)).toMatchObject({
    result: { status: "canceled", error: { message: "Canceled in Temporal" } },
  });
});
