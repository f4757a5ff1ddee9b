import { afterAll, beforeAll, describe, expect, it, test } from "vitest";
import { defineAction } from "../../src/action/define-action.ts";
import { closedHistory, waitForStatus } from "../support/guard.ts";
import { effects, note } from "./actions.ts";
import { openPanel, type Panel } from "./panel.ts";

/** A message that lands while the workflow decides makes the server add a task of three events. */
const BUFFERED = 3;

const SEATS = {
  ann: ["reviewers"],
  bob: ["reviewers"],
  cid: ["reviewers"],
  eve: ["reviewers", "leads"],
  fay: ["leads"],
};

const POLICY = `
version: 1
rules:
  - name: one of many
    match: { action: test.one }
    effect: require_approval
    approval: { approvers: ["group:reviewers"], decide_by: 1h, execute_by: 1h }
  - name: two people
    match: { action: test.two }
    effect: require_approval
    approval: { approvers: ["group:reviewers"], approve: 2, deny: 2, decide_by: 1h, execute_by: 1h }
  - name: a reviewer and then a lead
    match: { action: test.staged }
    effect: require_approval
    approval:
      stages:
        - { name: review, approvers: ["group:reviewers"] }
        - { name: lead, approvers: ["group:leads"], decide_by: 30m }
      decide_by: 1h
      exclude: [previous_stage]
  - name: two of three
    match: { action: test.named }
    effect: require_approval
    approval: { approvers: ["user:ann", "user:bob", "user:cid"], approve: 2, deny: 3 }
  - name: nobody has this role
    match: { action: test.lonely }
    effect: require_approval
    approval: { approvers: ["role:oracle"] }
  - name: an expression says who
    match: { action: test.by_rule }
    effect: require_approval
    approval: { approvers: [{ when: '"leads" in approver.groups && request.input.text == "please"' }] }
`;

const actions = ["one", "two", "staged", "named", "lonely", "by_rule"].map((name) =>
  defineAction({ ...note, name: `test.${name}` }),
);

let panel: Panel<keyof typeof SEATS>;

beforeAll(async () => {
  panel = await openPanel(SEATS, { actions, policy: POLICY });
});
afterAll(() => panel.guard.close());

describe("an approval of two people", () => {
  it("waits for the second one, and executes once", async () => {
    const view = await panel.ask("test.two");
    const first = await panel.vote("ann", view);
    expect(first).toMatchObject({ confirmed: true, approval: { status: "pending", tally: { approve: 1, reject: 0 } } });
    expect((await panel.vote("ann", view)).approval).toMatchObject({ status: "pending", tally: { approve: 1 } });
    const second = await panel.vote("bob", view);
    expect(second.approval).toMatchObject({
      status: "approved",
      resolution: { by: ["ann", "bob"], digest: view.digest },
    });
    expect(await waitForStatus(panel.guard, view.id, "executed")).toMatchObject({ attempts: 1 });
    expect(effects.get(view.id)).toBe(1);
    expect(await panel.listEvents(view, "approval.resolved")).toHaveLength(1);
  });

  it("takes the second vote of a person who has changed their mind, and keeps both", async () => {
    const view = await panel.ask("test.two");
    await panel.vote("ann", view, { decision: "reject", reason: "Hm" });
    const { approval } = await panel.vote("ann", view);
    expect(approval).toMatchObject({ status: "pending", tally: { approve: 1, reject: 0 } });
    expect(approval.votes).toMatchObject([
      { voter: "ann", decision: "reject", state: "replaced" },
      { voter: "ann", decision: "approve", state: "counted" },
    ]);
    expect((await panel.vote("bob", view)).approval).toMatchObject({ status: "approved" });
  });

  it("ends with the second rejection", async () => {
    const view = await panel.ask("test.two");
    await panel.vote("ann", view, { decision: "reject" });
    await panel.vote("bob", view);
    expect((await panel.vote("cid", view, { decision: "reject", reason: "No" })).approval).toMatchObject({
      status: "rejected",
      resolution: { by: ["ann", "cid"], reason: "No" },
    });
    expect(await waitForStatus(panel.guard, view.id, "rejected")).toMatchObject({
      error: { code: "approval_rejected" },
    });
    expect(effects.has(view.id)).toBe(false);
  });

  it("falls back when somebody has lost the right meanwhile, and the record says so", async () => {
    const leaver = await panel.guard.caller({ subject: "dan", groups: ["reviewers"], permissions: ["approve"] });
    const view = await panel.ask("test.two");
    await panel.guard.gateway.vote(leaver, view.id, { decision: "approve" });
    await panel.guard.gateway.putPrincipal(panel.guard.admin, "dan", { groups: [] });
    const { approval } = await panel.vote("ann", view);
    expect(approval).toMatchObject({ status: "pending", tally: { approve: 1, reject: 0 } });
    expect(await panel.listEvents(view, "approval.vote_refused")).toMatchObject([
      { principal: "dan", data: { code: "not_an_approver", at: "resolution" } },
    ]);
    expect((await panel.vote("bob", view)).approval.resolution).toMatchObject({ by: ["ann", "bob"] });
  });
});

describe("an approval in stages", () => {
  it("opens the second stage after the first, and takes nobody's vote in both", async () => {
    const view = await panel.ask("test.staged");
    await expect(panel.vote("fay", view)).rejects.toMatchObject({ code: "not_an_approver" });
    const { approval } = await panel.vote("eve", view);
    expect(approval).toMatchObject({ status: "pending", stage: 1, approvers: ["group:leads"], tally: { approve: 0 } });
    expect(approval.stages).toMatchObject([
      { name: "review", status: "approved", by: ["eve"] },
      { name: "lead", status: "open" },
    ]);
    await expect(panel.vote("eve", view, { reason: "Again" })).rejects.toMatchObject({ code: "not_an_approver" });
    expect((await panel.vote("fay", view)).approval.resolution).toMatchObject({
      status: "approved",
      by: ["eve", "fay"],
    });
    await waitForStatus(panel.guard, view.id, "executed");
    expect(effects.get(view.id)).toBe(1);
    expect(await panel.listEvents(view, "approval.stage_opened")).toMatchObject([{ data: { stage: 1, name: "lead" } }]);
  });

  it("takes a stage's vote that is sent again after the stage has ended for the one that counted", async () => {
    const view = await panel.ask("test.staged");
    const ballot = { idempotencyKey: "sent twice", digest: view.digest };
    await panel.vote("ann", view, ballot);
    expect(await panel.vote("ann", view, ballot)).toMatchObject({ confirmed: true, approval: { stage: 1 } });
    await panel.guard.gateway.cancel(panel.agent, view.id);
  });

  it("ends with one rejection in whichever stage", async () => {
    const view = await panel.ask("test.staged");
    await panel.vote("bob", view);
    await panel.vote("fay", view, { decision: "reject" });
    expect(await waitForStatus(panel.guard, view.id, "rejected")).toMatchObject({ approval: { status: "rejected" } });
  });
});

test("an approval that can no longer be reached is rejected at once", async () => {
  const view = await panel.ask("test.named");
  await panel.vote("ann", view, { decision: "reject" });
  const { approval } = await panel.vote("bob", view, { decision: "reject" });
  expect(approval).toMatchObject({ status: "rejected", resolution: { by: ["ann", "bob"] } });
});

test("an approval that nobody can give is denied with unsatisfiable_approval, and says why", async () => {
  const view = await panel.ask("test.lonely");
  expect(view).toMatchObject({ status: "denied", error: { code: "unsatisfiable_approval" } });
  expect(view.error?.message).toContain("role:oracle");
  expect(await panel.listEvents(view, "approval.opened")).toEqual([]);
});

test("an expression says who may approve, by who they are and what is asked", async () => {
  const [fitting, other] = [await panel.ask("test.by_rule"), await panel.ask("test.by_rule", "something else")];
  expect(other).toMatchObject({ status: "denied", error: { code: "unsatisfiable_approval" } });
  await expect(panel.vote("ann", fitting)).rejects.toMatchObject({ code: "not_an_approver" });
  expect((await panel.vote("fay", fitting)).approval).toMatchObject({ status: "approved" });
});

describe("the event budget", () => {
  it("of one vote is what it was", async () => {
    const view = await panel.ask("test.one");
    await panel.vote("ann", view);
    await waitForStatus(panel.guard, view.id, "executed");
    const { events } = await closedHistory(panel.guard, view);
    expect(events.length).toBeLessThanOrEqual(21 + BUFFERED);
  });

  it("of each further vote is five", async () => {
    const view = await panel.ask("test.two");
    await panel.vote("ann", view);
    await panel.vote("bob", view);
    await waitForStatus(panel.guard, view.id, "executed");
    const { events } = await closedHistory(panel.guard, view);
    expect(events.length).toBeLessThanOrEqual(21 + 5 + BUFFERED);
  });
});
