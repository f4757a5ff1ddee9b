import { beforeEach, describe, expect, test } from "vitest";
import type { InvocationRef } from "../../src/contract/ids.ts";
import { createApprovalTable } from "../../src/store/approvals.ts";
import type { Db } from "../../src/store/db.ts";
import { createInvocationTable, type NewRevision } from "../../src/store/invocations.ts";
import { newApproval, OPENED_AT_MS, recordApproval } from "../support/recorded-approvals.ts";

/** What looking back from an approval must do, whatever database is underneath. */
export function describeApprovalRounds(db: () => Db): void {
  describe("createApprovalRounds()", () => {
    beforeEach(() => db().transaction((tx) => tx.runScript("truncate approval, vote, invocation, input_revision")));
    describePrevious(db);
    describeRevisions(db);
  });
}

function describePrevious(db: () => Db): void {
  const approvals = () => createApprovalTable(db());

  test("previous() gives the newest earlier approval of the actor's for the action, with both inputs", async () => {
    await recordApproval(db(), { openedAtMs: OPENED_AT_MS - 2_000 });
    const before = await recordApproval(db(), {
      ...{ input: { amount: 1 }, openedAtMs: OPENED_AT_MS - 1_000, status: "approved", resolvedAfterMs: 500 },
    });
    const ref = await recordApproval(db(), { input: { amount: 2 } });
    expect(await approvals().previous(ref)).toEqual({
      ...{ invocation: before.id, status: "approved", opened_at: OPENED_AT_MS - 1_000 },
      ...{ resolved_at: OPENED_AT_MS - 500, resolution: null, input: '{"amount":1}', input_view: "{}" },
      ...{ current_input: '{"amount":2}', current_input_view: "{}" },
    });
  });

  test("previous() gives none of another tenant, action or actor, and none that was opened later", async () => {
    const earlier = { openedAtMs: OPENED_AT_MS - 1_000 };
    await recordApproval(db(), { ...earlier, tenant: "acme" });
    await recordApproval(db(), { ...earlier, action: "test.other" });
    await recordApproval(db(), { ...earlier, actor: { subject: "eve" }, requesters: ["eve", "ada"] });
    await recordApproval(db(), { openedAtMs: OPENED_AT_MS + 1 });
    const ref = await recordApproval(db());
    expect(await approvals().previous(ref)).toBeUndefined();
    expect(await approvals().previous({ ...ref, tenant: "acme" })).toBeUndefined();
  });

  test("previous() of a request with several rounds takes no round of its own, and the newest of the one before", async () => {
    const before = await recordApproval(db(), { input: { amount: 1 }, openedAtMs: OPENED_AT_MS - 1_000 });
    await reopen(db(), before, { amount: 2 });
    const ref = await recordApproval(db(), { openedAtMs: OPENED_AT_MS + 5_000 });
    await reopen(db(), ref, { amount: 9 });
    expect(await approvals().previous(ref)).toMatchObject({
      ...{ invocation: before.id, status: "pending", input: '{"amount":2}', input_view: '{"seen":2}' },
      ...{ current_input: '{"amount":9}', current_input_view: '{"seen":9}' },
    });
    expect(await approvals().previous(before)).toBeUndefined();
  });

  test("previous() of two that were opened in one millisecond is the other of one of them only", async () => {
    const [one, two] = [await recordApproval(db()), await recordApproval(db())];
    const found = [await approvals().previous(one), await approvals().previous(two)];
    expect(found.filter((row) => row === undefined)).toHaveLength(1);
  });
}

function describeRevisions(db: () => Db): void {
  test("revisions() gives every round of the input, oldest first, with what it changed", async () => {
    const ref = await recordApproval(db());
    await createInvocationTable(db()).revise(ref, revision({ amount: 3 }, { difference: '[{"pointer":"/amount"}]' }));
    expect(await createApprovalTable(db()).revisions(ref)).toEqual([
      { round: 1, author: "ada", created_at: expect.any(Number) as number, digest: "d", difference: null },
      {
        ...{ round: 2, author: "bob", created_at: expect.any(Number) as number, digest: "d2" },
        difference: '[{"pointer":"/amount"}]',
      },
    ]);
  });

  test("revise() makes the input, its view and its digest the current ones, and the action's version where one is given", async () => {
    const ref = await recordApproval(db());
    const table = createInvocationTable(db());
    await table.revise(ref, revision({ amount: 3 }));
    const first = { round: 2, digest: "d2", input: '{"amount":3}', input_view: '{"seen":3}', salt: "s2" };
    expect(await table.lock(ref)).toMatchObject({ ...first, action_version: "v1" });
    await table.revise(ref, { ...revision({ amount: 4 }, { action_version: "v2" }), round: 3 });
    expect(await table.lock(ref)).toMatchObject({ round: 3, input: '{"amount":4}', action_version: "v2" });
  });
}

function revision(input: { readonly amount: number }, change: Partial<NewRevision> = {}): NewRevision {
  const texts = { input: JSON.stringify(input), input_view: JSON.stringify({ seen: input.amount }) };
  return { round: 2, ...texts, salt: "s2", digest: "d2", author: "bob", ...change };
}

/** Edits a call whose approval waits: the round ends, and another one is opened on the new input. */
async function reopen(db: Db, ref: InvocationRef, input: { readonly amount: number }): Promise<void> {
  const table = createApprovalTable(db);
  const held = (await table.lock(ref))?.approval;
  await table.update({ tenant: ref.tenant, invocation: ref.id, round: 1 }, { status: "superseded" });
  await createInvocationTable(db).revise(ref, revision(input));
  await table.open(newApproval(ref, { round: 2, openedAt: new Date((held?.opened_at ?? 0) + 10) }));
}
