import { afterAll, beforeAll, expect, test } from "vitest";
import type { InvocationRef } from "../../src/contract/ids.ts";
import { ask, cast, execute, look, openApprovalDesk } from "../activities/approvals/approval-desk.ts";
import type { Desk } from "../activities/desk.ts";

let desk: Desk;

beforeAll(async () => {
  desk = await openApprovalDesk();
});
afterAll(() => desk.close());

/** A call whose input somebody edited, as policy then decides it without people. */
async function editTo(amountCents: number): Promise<InvocationRef> {
  const { ref } = await ask(desk, "one");
  await cast(desk, ref, { voter: "ada", edit: { "/amountCents": amountCents } });
  await look(desk, ref);
  return ref;
}

test("getApproval() shows an approval as superseded whose call was let in after an edit and executed", async () => {
  const ref = await editTo(5);
  expect(await execute(desk, ref)).toMatchObject({ result: { status: "executed" } });
  const view = await desk.gateway.getApproval(desk.admin, ref.id);
  expect(view).toMatchObject({ status: "superseded", invocationStatus: "executed" });
  expect(view).not.toHaveProperty("resolution");
});

test("listApprovals() and readApprovalStats() tell superseded requests from those that were called off", async () => {
  const ref = await editTo(1_500_000);
  const [superseded, canceled] = await Promise.all(
    (["superseded", "canceled"] as const).map(async (status) => {
      const { items } = await desk.gateway.listApprovals(desk.admin, { status }, { limit: 50 });
      return items.map(({ id }) => id);
    }),
  );
  expect(superseded).toContain(ref.id);
  expect(canceled).toEqual([]);
  const stats = await desk.gateway.readApprovalStats(desk.admin, {});
  expect(stats).toMatchObject({ superseded: superseded?.length, canceled: 0 });
});
