import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { GrantRequest } from "../../src/contract/grants.ts";
import { defineAction } from "../../src/action/define-action.ts";
import { publishFileDocument } from "../../src/gateway/policy-documents.ts";
import { waitForStatus } from "../support/guard.ts";
import { effects, note } from "./actions.ts";
import { openPanel, type Panel } from "./panel.ts";

const SEATS = { ann: ["reviewers"], bob: ["reviewers"] };

const POLICY = `
version: 1
rules:
  - name: one reviewer
    match: { action: test.granted }
    effect: require_approval
    approval: { approvers: ["group:reviewers"], decide_by: 1h }
  - name: two reviewers
    match: { action: test.granted_by_two }
    effect: require_approval
    approval: { approvers: ["group:reviewers"], approve: 2, decide_by: 1h }
  - name: nobody says this
    match: { action: test.granted, args: { text: forbidden } }
    effect: deny
    priority: 1
`;

const actions = ["test.granted", "test.granted_by_two"].map((name) => defineAction({ ...note, name }));
const SHORT_TEXTS: GrantRequest = { uses: 2, expiresIn: "1h", bounds: { "/text": { matches: "^[a-z]{1,9}$" } } };

let panel: Panel<keyof typeof SEATS>;

beforeAll(async () => {
  panel = await openPanel(SEATS, { actions, policy: POLICY });
});
afterAll(() => panel.guard.close());

/** Asks, and lets ann approve with a grant. */
async function grant(terms: Partial<GrantRequest> = {}) {
  const view = await panel.ask("test.granted");
  await panel.vote("ann", view, { grant: { ...SHORT_TEXTS, ...terms } });
  await waitForStatus(panel.guard, view.id, "executed");
  const { items } = await panel.guard.gateway.listGrants(panel.people.ann, {}, { limit: 1 });
  const [issued] = items;
  if (issued?.invocation !== view.id) throw new Error("No grant was issued");
  return issued;
}

describe("a grant", () => {
  it("lets as many matching calls in as it was issued for, each on record", async () => {
    const issued = await grant();
    const used = [await panel.ask("test.granted", "first"), await panel.ask("test.granted", "second")];
    expect(used).toMatchObject([
      { status: "executed", verdict: { effect: "allow", rule: "one reviewer" } },
      { status: "executed", verdict: { effect: "allow" } },
    ]);
    for (const view of used) {
      expect(await panel.listEvents(view, "grant.used")).toMatchObject([{ data: { grant: issued.id, by: "ann" } }]);
      expect(effects.get(view.id)).toBe(1);
    }
    expect(await panel.ask("test.granted", "third")).toMatchObject({ status: "pending" });
    expect(await panel.guard.gateway.getGrant(panel.people.ann, issued.id)).toMatchObject({
      status: "used_up",
      used: 2,
    });
  });

  it("covers nothing that it doesn't name: another text, another actor, what policy denies", async () => {
    const issued = await grant();
    expect(await panel.ask("test.granted", "much too long a text")).toMatchObject({ status: "pending" });
    expect(await panel.ask("test.granted", "forbidden")).toMatchObject({ status: "denied" });
    const stranger = await panel.guard.caller({ subject: "stranger" });
    const call = { action: "test.granted", input: { text: "please" } };
    expect(await panel.guard.gateway.invoke(stranger, call)).toMatchObject({ status: "pending" });
    expect(await panel.guard.gateway.getGrant(panel.people.ann, issued.id)).toMatchObject({
      status: "active",
      used: 0,
    });
    await panel.guard.gateway.revokeGrant(panel.people.ann, issued.id);
    expect(await panel.ask("test.granted", "please")).toMatchObject({ status: "pending" });
  });

  it("is spent once by each of many calls at once", async () => {
    const issued = await grant({ uses: 3 });
    const views = await Promise.all(Array.from({ length: 8 }, () => panel.ask("test.granted", "please")));
    expect(views.map(({ status }) => status).toSorted()).toEqual([
      ...["executed", "executed", "executed"],
      ...["pending", "pending", "pending", "pending", "pending"],
    ]);
    expect(await panel.guard.gateway.getGrant(panel.people.ann, issued.id)).toMatchObject({ used: 3 });
  });

  it("of one person is not enough where two have to agree", async () => {
    const view = await panel.ask("test.granted_by_two");
    await panel.vote("ann", view, { grant: SHORT_TEXTS });
    await panel.vote("bob", view);
    await waitForStatus(panel.guard, view.id, "executed");
    expect(await panel.ask("test.granted_by_two", "again")).toMatchObject({ status: "pending" });
  });

  it("is void once the policy has another version", async () => {
    const issued = await grant();
    await publishFileDocument(panel.guard.store, POLICY.replace("decide_by: 1h", "decide_by: 2h"));
    expect(await panel.ask("test.granted", "please")).toMatchObject({ status: "pending" });
    expect(await panel.guard.gateway.getGrant(panel.people.ann, issued.id)).toMatchObject({ status: "void", used: 0 });
  });
});
