import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { defineAction } from "../../src/action/define-action.ts";
import { waitForStatus } from "../support/guard.ts";
import { effects, note } from "./actions.ts";
import { openPanel, type Panel } from "./panel.ts";

const SEATS = { ann: ["reviewers"], bob: ["reviewers"], cid: ["reviewers"] };

const POLICY = `
version: 1
rules:
  - name: nobody says this
    match: { action: test.edited, args: { text: forbidden } }
    effect: deny
    reason: That word is out of bounds
    priority: 1
  - name: two people, who may change the text
    match: { action: test.edited }
    effect: require_approval
    approval: { approvers: ["group:reviewers"], approve: 2, edit: { allow: [/text] }, decide_by: 1h, execute_by: 1h }
`;

let panel: Panel<keyof typeof SEATS>;

beforeAll(async () => {
  panel = await openPanel(SEATS, { actions: [defineAction({ ...note, name: "test.edited" })], policy: POLICY });
});
afterAll(() => panel.guard.close());

const edited = { edit: { "/text": "thank you" } };

describe("a vote with an edit", () => {
  it("opens a new round of the edited input, and covers it as little as the votes before it", async () => {
    const view = await panel.ask("test.edited");
    await panel.vote("bob", view);
    const { approval } = await panel.vote("ann", view, edited);
    expect(approval).toMatchObject({
      status: "pending",
      round: 2,
      input: { text: "thank you" },
      tally: { approve: 0 },
    });
    expect(approval.digest).not.toBe(view.digest);
    await expect(panel.vote("ann", view)).rejects.toMatchObject({ code: "self_approval" });
    await expect(panel.vote("cid", view, { digest: view.digest })).rejects.toMatchObject({ code: "digest_mismatch" });
    expect((await panel.vote("bob", view)).approval).toMatchObject({ status: "pending", tally: { approve: 1 } });
    const { approval: ended } = await panel.vote("cid", view, { digest: approval.digest });
    expect(ended.resolution).toMatchObject({ status: "approved", by: ["bob", "cid"], digest: approval.digest });
    expect(await waitForStatus(panel.guard, view.id, "executed")).toMatchObject({ output: { text: "thank you" } });
    expect(effects.get(view.id)).toBe(1);
  });

  it("leaves the input as it was sent on record, and what was changed field by field", async () => {
    const view = await panel.ask("test.edited", "an earlier text");
    await panel.vote("ann", view, edited);
    const { revisions } = await panel.guard.gateway.getApproval(panel.guard.admin, view.id);
    expect(revisions).toMatchObject([
      { round: 2, author: "approver ann", changes: [{ pointer: "/text", from: "an earlier text", to: "thank you" }] },
    ]);
    const kept = await panel.guard.store.db.query<{ round: number; input: string }>(
      "select round, input from input_revision where invocation = $1 order by round",
      [view.id],
    );
    expect(kept).toEqual([
      { round: 1, input: '{"text":"an earlier text"}' },
      { round: 2, input: '{"text":"thank you"}' },
    ]);
    const opened = await panel.listEvents(view, "approval.opened", "approval.vote_recorded");
    expect(opened).toMatchObject([
      { type: "approval.opened", data: { round: 1 } },
      { type: "approval.vote_recorded", principal: "ann", data: { edit: ["/text"] } },
      { type: "approval.opened", data: { round: 2, because: expect.stringContaining("ann") } },
    ]);
    await panel.guard.gateway.cancel(panel.agent, view.id);
    expect(await panel.listEvents(view, "approval.resolved")).toHaveLength(1);
  });

  it("is refused outside of what the terms allow, and where the action wouldn't take it", async () => {
    const view = await panel.ask("test.edited");
    const refusals = [
      [{ "/password": "hunter22" }, "forbidden"],
      [{ "/text": 7 }, "invalid_input"],
      [{ "/text": "refined away" }, "invalid_input"],
    ] as const;
    for (const [edit, code] of refusals)
      await expect(panel.vote("ann", view, { edit }), code).rejects.toMatchObject({ code });
    await expect(panel.vote("ann", view, { ...edited, decision: "reject" })).rejects.toMatchObject({
      code: "invalid_request",
    });
    expect(await panel.guard.gateway.getApproval(panel.people.ann, view.id)).toMatchObject({
      round: 1,
      tally: { approve: 0 },
    });
    await panel.guard.gateway.cancel(panel.agent, view.id);
  });

  it("goes back through policy, which may say no", async () => {
    const view = await panel.ask("test.edited");
    await panel.vote("ann", view, { edit: { "/text": "forbidden" } });
    expect(await waitForStatus(panel.guard, view.id, "denied")).toMatchObject({
      error: { code: "action_denied", message: "That word is out of bounds" },
    });
    expect(effects.has(view.id)).toBe(false);
    expect(await panel.listEvents(view, "approval.resolved")).toEqual([]);
  });

  it("keeps what is secret and not named as it was", async () => {
    const input = { text: "please", password: "correct-horse" };
    const view = await panel.guard.gateway.invoke(panel.agent, { action: "test.edited", input });
    await panel.vote("ann", view, edited);
    await panel.vote("bob", view);
    await panel.vote("cid", view);
    await waitForStatus(panel.guard, view.id, "executed");
    const [row] = await panel.guard.store.db.query<{ output: string }>("select output from invocation where id = $1", [
      view.id,
    ]);
    expect(JSON.parse(row?.output ?? "")).toEqual({ text: "thank you", password: "correct-horse" });
    expect(JSON.stringify(await panel.listEvents(view))).not.toContain("correct-horse");
  });
});
