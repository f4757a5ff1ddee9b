import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { publishFileDocument } from "../../../src/gateway/policy-documents.ts";
import type { Desk } from "../desk.ts";
import { approveBy, ask, cast, look, openApprovalDesk } from "./approval-desk.ts";

let desk: Desk;

beforeAll(async () => {
  desk = await openApprovalDesk();
});
afterAll(() => desk.close());
beforeEach(() => desk.store.db.query("delete from approval"));

/** One of finance approves a single call, one of finance and one of the board those in stages. */
async function limitTo(fatigue: string): Promise<void> {
  const document = `
version: 1
default: deny
fatigue: ${fatigue}
rules:
  - name: staged
    match: { action: pay.staged }
    effect: require_approval
    approval: { stages: [{ approvers: [group:finance] }, { approvers: [group:board] }], decide_by: 1h }
  - name: board
    match: { action: pay.two }
    effect: require_approval
    approval: { approvers: [group:board], decide_by: 1h }
  - name: one
    match: { action: pay.one }
    effect: require_approval
    approval: { approvers: [group:finance], decide_by: 1h, edit: { allow: [/amountCents] } }
`;
  await publishFileDocument(desk.store, document);
}

test("decideInvocation() counts what a group was asked within the hour also once the next stage is open", async () => {
  await limitTo("{ group: { per_hour: 1 } }");
  const { ref } = await ask(desk, "staged");
  expect(await approveBy(desk, ref, "ada")).toMatchObject({ kind: "wait" });
  const { step } = await ask(desk, "one");
  expect(step).toMatchObject({ result: { status: "denied", error: { code: "rate_limited" } } });
});

test.each([
  ["what waits", "{ group: { open: 1 } }"],
  ["what was asked within the hour", "{ group: { per_hour: 1 } }"],
])("decideInvocation() counts %s for a group of a later stage, too, before it asks", async (_, fatigue) => {
  await limitTo(fatigue);
  expect((await ask(desk, "staged")).step).toMatchObject({ kind: "wait" });
  expect((await ask(desk, "two")).step).toMatchObject({ result: { error: { code: "rate_limited" } } });
  await desk.store.db.query("delete from approval");
  expect((await ask(desk, "two")).step).toMatchObject({ kind: "wait" });
  expect((await ask(desk, "staged")).step).toMatchObject({ result: { error: { code: "rate_limited" } } });
});

test("recordVotes() counts no request against somebody who only edited it", async () => {
  await limitTo("{ requester: { open: 1 } }");
  const { ref } = await ask(desk, "one");
  await cast(desk, ref, { voter: "ada", edit: { "/amountCents": 501 } });
  expect(await look(desk, ref)).toMatchObject({ kind: "wait" });
  expect(await desk.store.approvals.countOpen(ref.tenant, { requester: "ada" })).toBe(0);
  const { actor } = (await desk.store.approvals.get(ref)) ?? {};
  expect(await desk.store.approvals.countOpen(ref.tenant, { requester: actor ?? "" })).toBe(1);
});
