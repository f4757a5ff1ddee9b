import { afterAll, beforeEach, describe, expect, it, beforeAll } from "vitest";
import { publishFileDocument } from "../../src/gateway/policy-documents.ts";
import { waitForStatus } from "../support/guard.ts";
import { effects, note } from "./actions.ts";
import { openPanel, type Panel } from "./panel.ts";

const SEATS = { ann: ["reviewers"], bob: ["reviewers"] };

/** Asks for one approval, or what `change` says instead. */
function policy(change: { readonly terms?: string; readonly rest?: string } = {}): string {
  const { terms = "decide_by: 1h", rest = "" } = change;
  return `
version: 1
rules:
  - name: reviewers
    match: { action: test.note }
    effect: require_approval
    approval: { approvers: ["group:reviewers"], ${terms} }
${rest}`;
}

const DENIAL = `
  - name: nobody any more
    match: { action: test.note }
    effect: deny
    reason: Notes are closed
    priority: 1
`;

let panel: Panel<keyof typeof SEATS>;

beforeAll(async () => {
  panel = await openPanel(SEATS, { actions: [note], policy: policy() });
});
beforeEach(() => publish(policy()));
afterAll(() => panel.guard.close());

function publish(document: string): Promise<unknown> {
  return publishFileDocument(panel.guard.store, document);
}

describe("a policy that changes while people are asked", () => {
  it("has them asked again where it asks for more, and says why", async () => {
    const view = await panel.ask("test.note");
    await publish(policy({ terms: "decide_by: 1h, approve: 2" }));
    const { approval } = await panel.vote("ann", view);
    expect(approval).toMatchObject({ status: "pending", round: 2, tally: { approve: 0 }, thresholds: { approve: 2 } });
    expect(approval.because).toMatch(/policy.*changed/);
    expect(approval.digest).not.toBe(view.digest);
    await panel.vote("ann", view);
    const { approval: ended } = await panel.vote("bob", view, { digest: approval.digest });
    expect(ended.resolution).toMatchObject({ status: "approved", by: ["ann", "bob"] });
    expect(ended.resolution?.policyVersion).not.toBe(view.verdict?.policyVersion);
    await waitForStatus(panel.guard, view.id, "executed");
    expect(effects.get(view.id)).toBe(1);
    expect(await panel.listEvents(view, "approval.resolved")).toHaveLength(1);
  });

  it("denies the call where the terms say so", async () => {
    await publish(policy({ terms: "decide_by: 1h, on_drift: deny" }));
    const view = await panel.ask("test.note");
    await publish(policy({ terms: "decide_by: 2h, on_drift: deny" }));
    await panel.vote("ann", view);
    expect(await waitForStatus(panel.guard, view.id, "denied")).toMatchObject({ error: { code: "action_denied" } });
    expect(effects.has(view.id)).toBe(false);
  });

  it("denies the call where it denies it by now", async () => {
    const view = await panel.ask("test.note");
    await publish(policy({ rest: DENIAL }));
    await panel.vote("ann", view);
    expect(await waitForStatus(panel.guard, view.id, "denied")).toMatchObject({
      error: { code: "action_denied", message: "Notes are closed" },
    });
    expect(effects.has(view.id)).toBe(false);
  });

  it("is no drift where this call's question is the same", async () => {
    const view = await panel.ask("test.note");
    await publish(policy({ rest: DENIAL.replace("test.note", "test.other") }));
    expect((await panel.vote("ann", view)).approval).toMatchObject({ status: "approved", round: 1 });
    expect(await waitForStatus(panel.guard, view.id, "executed")).toMatchObject({ attempts: 1 });
  });

  it("does not stop a rejection", async () => {
    const view = await panel.ask("test.note");
    await publish(policy({ terms: "decide_by: 1h, approve: 2" }));
    expect((await panel.vote("ann", view, { decision: "reject" })).approval).toMatchObject({ status: "rejected" });
  });
});
