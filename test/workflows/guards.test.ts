import { afterAll, beforeAll, expect, test } from "vitest";
import { z } from "zod";
import { defineAction } from "../../src/action/define-action.ts";
import type { ExecutionMode } from "../../src/contract/manifest.ts";
import type { Caller } from "../../src/gateway/gateway.ts";
import { closedHistory, startGuard, type TestGuard, waitForStatus } from "../support/guard.ts";

const POLICY = `
version: 1
default: allow
rules:
  - name: asked
    match: { action: "asked.*" }
    effect: require_approval
    approval: { approvers: ["user:ada"], decide_by: 1h }
`;

let guard: TestGuard;
let ada: Caller;
let fails = false;

function action(name: string, mode: ExecutionMode) {
  return defineAction({
    ...{ name, description: "Calls the bank", input: z.object({}) },
    execution: { mode, maxAttempts: 1 },
    limits: {
      breaker: { dependency: "bank", failures: 1, resetAfter: "2s" },
      budget: { name: "bank", limit: 10, unit: "units", estimate: 1 },
    },
    run: () => {
      if (fails) throw Object.assign(new Error("Nobody answers"), { code: "ECONNREFUSED" });
      return {};
    },
  });
}

beforeAll(async () => {
  const asked = (["idempotent", "inline", "at_most_once"] as const).map((mode) => action(`asked.${mode}`, mode));
  guard = await startGuard([...asked, action("free.idempotent", "idempotent")], POLICY);
  ada = await guard.caller({ subject: "ada", permissions: ["read", "approve"] });
});
afterAll(() => guard.close());

test.each(["asked.idempotent", "asked.inline", "asked.at_most_once"])(
  "guardedAction() lets an approved call of %s wait for the breaker, and run once it may",
  async (name) => {
    const { gateway, admin } = guard;
    const pending = await gateway.invoke(admin, { action: name, input: {} });
    fails = true;
    const opening = await gateway.invoke(admin, { action: "free.idempotent", input: {}, waitMs: 20_000 });
    fails = false;
    expect(opening.status).toBe("failed");
    const refused = await gateway.invoke(admin, { action: "free.idempotent", input: {}, waitMs: 20_000 });
    expect(refused.error).toMatchObject({ code: "circuit_open", details: { dependency: "bank" } });

    await gateway.vote(ada, pending.id, { decision: "approve" });
    const executed = await waitForStatus(guard, pending.id, "executed", "failed", "uncertain", "denied");
    expect(executed).toMatchObject({ status: "executed", attempts: 1 });
    expect((await closedHistory(guard, executed)).status).toBe("COMPLETED");
  },
  40_000,
);

test("guardedAction() completes a refused call with its code, in as few events as a denial", async () => {
  const { gateway, admin } = guard;
  const calls = Array.from({ length: 8 }, () => gateway.invoke(admin, { action: "free.idempotent", input: {} }));
  const refused = (await Promise.all(calls)).find(({ status }) => status === "denied");
  expect(refused?.error).toMatchObject({ code: "budget_exceeded", retryable: true });
  if (refused === undefined) return;
  const { status, events } = await closedHistory(guard, refused);
  expect(status).toBe("COMPLETED");
  expect([7, 10]).toContain(events.length);
});
