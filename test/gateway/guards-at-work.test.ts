import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { publishFileDocument } from "../../src/gateway/policy-documents.ts";
import { activitiesOf, type Desk, openDesk, perform, rowOf } from "../activities/desk.ts";

const POLICY = `
version: 1
default: deny
rules:
  - name: asked
    match: { action: "asked.*" }
    effect: require_approval
    approval: { approvers: ["user:ada"] }
    limits:
      rate: { limit: 10, per: 1m, scope: actor }
      budget: { name: spending, limit: 5, unit: usd, scope: actor, estimate: 3, on_exceed: require_approval }
  - name: free
    match: { action: "free.*" }
    effect: allow
    limits:
      breaker: { dependency: ledger, failures: 1, reset_after: 1h, window: 1h }
`;

let desk: Desk;

beforeAll(async () => {
  desk = await openDesk();
  await publishFileDocument(desk.store, POLICY);
});
afterAll(() => desk.close());

/** Decides and runs one call, as its run does, and tells where it stands then. */
async function call(action: string) {
  const ref = await desk.accept(action);
  const step = await perform(() => activitiesOf(desk).decideInvocation(ref));
  if (step.kind === "execute") await perform(() => activitiesOf(desk).executeAction(ref));
  const { status, error } = await rowOf(desk, ref);
  return { id: ref.id, status, code: error === null ? undefined : (JSON.parse(error) as { code: string }).code };
}

describe("resetGuard()", () => {
  it("of an open breaker lets the next call pass, through decision and execution", async () => {
    desk.behave = () => Promise.reject(Object.assign(new Error("Refused"), { code: "ECONNREFUSED" }));
    expect((await call("free.at_most_once")).status).toBe("uncertain");
    desk.behave = () => ({});
    expect(await call("free.at_most_once")).toMatchObject({ status: "denied", code: "circuit_open" });
    const open = await desk.gateway.getGuard(desk.admin, "breaker:ledger");
    expect(open.state).toMatchObject({ status: "open", failures: 1 });
    const after = await desk.gateway.resetGuard(desk.admin, "breaker:ledger", { reason: "The ledger is back" });
    expect(after.state).toEqual({ status: "closed", failures: 0 });
    expect(await call("free.at_most_once")).toMatchObject({ status: "executed" });
  });
});

describe("getApproval()", () => {
  it("shows what the decision charged, and what a call that exceeds its budget was measured by", async () => {
    const ada = await desk.caller({ subject: "ada" });
    const remainingOf = async (id: string) => (await desk.gateway.getApproval(ada, id)).remaining;
    const [first, second] = [await call("asked.idempotent"), await call("asked.idempotent")];
    const rate = { guard: "rate", limit: 10, perMs: 60_000, scope: ["actor"], used: 2, remaining: 8 };
    const budget = { guard: "budget", name: "spending", unit: "usd", scope: "actor", limit: 5, used: 0, reserved: 3 };
    for (const { id } of [first, second]) {
      expect(await remainingOf(id)).toEqual([rate, { ...budget, remaining: 2 }]);
    }
    const { items } = await desk.gateway.listGuards(desk.admin, { kind: "budget" }, { limit: 50 });
    expect(items.map(({ state }) => [state["scope"], state["reserved"]])).toEqual(
      expect.arrayContaining([
        ["actor", 3],
        ["tenant", 3],
      ]),
    );
  });
});
