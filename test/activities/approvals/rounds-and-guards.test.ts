import { afterAll, beforeAll, expect, test } from "vitest";
import { activitiesOf, type Desk, perform } from "../desk.ts";
import { approvalPolicy, approveBy, type ask, cast, execute, look, openApprovalDesk, rowOf } from "./approval-desk.ts";

let desk: Desk;

const LIMITS = `
limits:
  rate: { limit: 100, per: 1h, scope: actor }
  attempts: { per_run: 2 }
  budget: { name: paid, limit: 1000, unit: units, scope: tenant, estimate: /amountCents }
fatigue: { requester: { open: 3 } }`;

beforeAll(async () => {
  desk = await openApprovalDesk(approvalPolicy({}, LIMITS));
});
afterAll(() => desk.close());

async function held(): Promise<unknown> {
  const [budget] = await desk.store.db.query("select used, reserved from budget where scope = 'tenant'");
  return budget;
}

async function askInRun(amountCents: number, run: string) {
  const agent = await desk.gateway.getPrincipal(desk.admin, "agent");
  const caller = { principal: agent, permissions: new Set(["invoke"] as const) };
  const view = await desk.gateway.invoke(caller, { action: "pay.one", input: { amountCents }, run, waitMs: 0 });
  const ref = { tenant: view.tenant, id: view.id as Awaited<ReturnType<typeof ask>>["ref"]["id"] };
  return { ref, step: await perform(() => activitiesOf(desk).decideInvocation(ref)) };
}

test("recordVotes() reserves what an edited input is going to cost instead of what was asked for first, and counts no attempt twice", async () => {
  const { ref } = await askInRun(600, "r1");
  expect(await held()).toEqual({ used: 0, reserved: 600_000_000 });
  for (const amountCents of [900, 800]) {
    await cast(desk, ref, { voter: amountCents === 900 ? "ada" : "fay", edit: { "/amountCents": amountCents } });
    expect(await look(desk, ref)).toMatchObject({ kind: "wait" });
    expect(await held()).toEqual({ used: 0, reserved: amountCents * 1_000_000 });
  }
  expect(await desk.store.db.query("select used from attempt_counter where run = 'r1'")).toEqual([{ used: 1 }]);
  expect(await desk.store.db.query("select total from rate_counter where tenant = $1", [ref.tenant])).toEqual([
    { total: 1 },
  ]);
  expect(await approveBy(desk, ref, "finn")).toMatchObject({ kind: "execute" });
  expect(await execute(desk, ref)).toMatchObject({ result: { status: "executed" } });
  expect(await held()).toEqual({ used: 800_000_000, reserved: 0 });
  await desk.store.db.query("delete from budget");
});

test("recordVotes() refuses an edited input that exceeds the budget, and frees what was reserved", async () => {
  const { ref } = await askInRun(600, "r2");
  await cast(desk, ref, { voter: "ada", edit: { "/amountCents": 1_001 } });
  expect(await look(desk, ref)).toMatchObject({ result: { status: "denied", error: { code: "budget_exceeded" } } });
  expect(await held()).toEqual({ used: 0, reserved: 0 });
  expect((await rowOf(desk, ref)).guards).toContain("reservedRound");
});

test("decideInvocation() refuses to ask people more than the limit lets it, and charges nothing for it", async () => {
  const asked = [await askInRun(1_0, "r3"), await askInRun(10, "r4"), await askInRun(10, "r5")];
  expect(asked.map(({ step }) => step.kind)).toEqual(["wait", "wait", "wait"]);
  const { step } = await askInRun(10, "r6");
  expect(step).toMatchObject({
    result: { status: "denied", error: { code: "rate_limited", details: { guard: "fatigue" } } },
  });
  expect(await held()).toEqual({ used: 0, reserved: 30_000_000 });
  const [first] = asked;
  if (first !== undefined) await approveBy(desk, first.ref, "ada");
  expect((await askInRun(10, "r7")).step).toMatchObject({ kind: "wait" });
});
