import { afterAll, beforeAll, expect, test } from "vitest";
import type { Desk } from "../desk.ts";
import {
  age,
  approvalOf,
  approveBy,
  ask,
  cast,
  eventsOf,
  execute,
  look,
  openApprovalDesk,
  rowOf,
  voteOf,
} from "./approval-desk.ts";

let desk: Desk;

beforeAll(async () => {
  desk = await openApprovalDesk();
});
afterAll(() => desk.close());

test("recordVotes() waits for the second person, and then lets the call run once", async () => {
  const { ref } = await ask(desk, "two");
  expect(await approveBy(desk, ref, "ada")).toMatchObject({ kind: "wait" });
  expect(await approveBy(desk, ref, "bob")).toMatchObject({ kind: "execute" });
  expect(await execute(desk, ref)).toMatchObject({ kind: "closed", result: { status: "executed" } });
  const [resolved, ...others] = await eventsOf(desk, ref, "approval.resolved");
  expect(resolved?.data).toMatchObject({
    status: "approved",
    by: ["ada", "bob"],
    digest: (await rowOf(desk, ref)).digest,
  });
  expect(others).toEqual([]);
});

test("recordVotes() counts a person once, whose newer vote replaces the one before", async () => {
  const { ref } = await ask(desk, "two");
  const first = await cast(desk, ref, { voter: "ada" });
  await look(desk, ref);
  const second = await cast(desk, ref, { voter: "ada", decision: "reject" });
  expect(await look(desk, ref)).toMatchObject({ kind: "wait" });
  expect(await approveBy(desk, ref, "bob")).toMatchObject({ kind: "wait" });
  expect([(await voteOf(desk, ref, first))?.state, (await voteOf(desk, ref, second))?.state]).toEqual([
    "replaced",
    "counted",
  ]);
  expect(await approveBy(desk, ref, "ada")).toMatchObject({ kind: "execute" });
});

test("recordVotes() does not count whoever lost the group before the resolution, says so, and goes on waiting", async () => {
  const { ref } = await ask(desk, "two");
  await desk.caller({ subject: "gone", groups: ["board"] });
  const vote = await cast(desk, ref, { voter: "gone" });
  await look(desk, ref);
  await desk.gateway.putPrincipal(desk.admin, "gone", { groups: [] });
  expect(await approveBy(desk, ref, "ada")).toMatchObject({ kind: "wait" });
  expect(await voteOf(desk, ref, vote)).toMatchObject({ state: "refused", code: "not_an_approver" });
  const [refused] = await eventsOf(desk, ref, "approval.vote_refused");
  expect(refused).toMatchObject({ principal: "gone", data: { vote, code: "not_an_approver", at: "resolution" } });
  expect(await approveBy(desk, ref, "bea")).toMatchObject({ kind: "execute" });
});

test("recordVotes() opens the next stage, in which nobody who approved the one before may vote", async () => {
  const { ref } = await ask(desk, "staged");
  expect(await approveBy(desk, ref, "ada")).toMatchObject({ kind: "wait" });
  expect(await approvalOf(desk, ref)).toMatchObject({ approvers: ["group:finance", "group:board"] });
  expect(await eventsOf(desk, ref, "approval.stage_opened")).toMatchObject([{ data: { stage: 1, name: "board" } }]);
  const again = await cast(desk, ref, { voter: "ada" });
  await look(desk, ref);
  expect(await voteOf(desk, ref, again)).toMatchObject({ state: "refused", code: "not_an_approver" });
  expect(await approveBy(desk, ref, "fay", "bob")).toMatchObject({ kind: "execute" });
  expect(await execute(desk, ref)).toMatchObject({ result: { status: "executed" } });
});

test("recordVotes() refuses a vote for a stage that is over", async () => {
  const { ref } = await ask(desk, "staged");
  const both = [await cast(desk, ref, { voter: "ada" }), await cast(desk, ref, { voter: "fay" })];
  await look(desk, ref);
  const states = await Promise.all(both.map((id) => voteOf(desk, ref, id)));
  expect(states).toMatchObject([{ state: "counted" }, { state: "refused", code: "already_resolved" }]);
});

test("recordVotes() reminds once for what is overdue, escalates once, and lets those vote to whom it was escalated", async () => {
  const { ref, step } = await ask(desk, "staged");
  expect(step).toMatchObject({ kind: "wait" });
  expect((step as { waitMs: number }).waitMs).toBeLessThanOrEqual(240_000);
  await age(desk, ref, 8 * 60_000 + 1);
  await look(desk, ref);
  await look(desk, ref);
  expect(await eventsOf(desk, ref, "approval.reminded")).toMatchObject([{ data: { stage: 0, missed: 1 } }]);
  expect(await eventsOf(desk, ref, "approval.escalated")).toMatchObject([
    { data: { to: ["user:bea"], notify: ["user:boss"] } },
  ]);
  expect((await approvalOf(desk, ref)).approvers).toEqual(["group:finance", "user:bea"]);
  await approveBy(desk, ref, "bea");
  expect(await eventsOf(desk, ref, "approval.stage_opened")).toHaveLength(1);
});

test("recordVotes() expires at the stage's own limit", async () => {
  const { ref } = await ask(desk, "staged");
  await age(desk, ref, 10 * 60_000 + 1);
  expect(await look(desk, ref)).toMatchObject({ kind: "closed", result: { status: "expired" } });
});

test("decideInvocation() denies what nobody could approve, and says why", async () => {
  const { ref, step } = await ask(desk, "nobody");
  expect(step).toMatchObject({
    kind: "closed",
    result: { status: "denied", error: { code: "unsatisfiable_approval" } },
  });
  expect((await rowOf(desk, ref)).error).toContain("ghosts");
});

test("decideInvocation() asks those whom an expression over the request means", async () => {
  const { ref } = await ask(desk, "own", { amountCents: 500, owner: "bob" });
  const wrong = await cast(desk, ref, { voter: "ada" });
  await look(desk, ref);
  expect(await voteOf(desk, ref, wrong)).toMatchObject({ code: "not_an_approver" });
  expect(await approveBy(desk, ref, "bob")).toMatchObject({ kind: "execute" });
  expect((await ask(desk, "own", { amountCents: 500, owner: "agent" })).step).toMatchObject({
    result: { error: { code: "unsatisfiable_approval" } },
  });
});

test("executeAction() runs nothing on a resolution that fewer people stand behind than its terms ask for", async () => {
  const { ref } = await ask(desk, "two");
  await approveBy(desk, ref, "ada", "bob");
  await desk.store.db.query("delete from vote where invocation = $1 and voter = 'bob'", [ref.id]);
  expect(await execute(desk, ref)).toMatchObject({ result: { status: "failed", error: { code: "digest_mismatch" } } });
  expect(desk.acts.filter((act) => act.id === ref.id)).toEqual([]);
});
