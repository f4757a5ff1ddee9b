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

const limits = {
  "limited.rate": { rate: { limit: 10, per: "1h", scope: "tenant" } },
  "limited.attempts": { attempts: { perRun: 10 } },
  "limited.budget": { budget: { name: "limited", limit: 10, unit: "units", estimate: 1 } },
} as const;

/** An action whose one try takes until the test has seen all other calls refused. */
let finishProbe = (): void => undefined;
const probed = defineAction({
  ...{ name: "limited.probe", description: "Calls the shop", input: z.object({ first: z.boolean() }) },
  execution: { maxAttempts: 1 },
  limits: { breaker: { dependency: "shop", failures: 1, resetAfter: "1s" } },
  run: async ({ first }) => {
    if (first) throw Object.assign(new Error("Nobody answers"), { code: "ECONNREFUSED" });
    await new Promise<void>((resolve) => (finishProbe = resolve));
    return {};
  },
});

beforeAll(async () => {
  const limited = Object.entries(limits).map(([name, terms]) =>
    defineAction({ name, description: "Is limited", input: z.object({}), limits: terms, run: () => ({}) }),
  );
  const asked = (["idempotent", "inline", "at_most_once"] as const).map((mode) => action(`asked.${mode}`, mode));
  guard = await startGuard([...asked, ...limited, probed, action("free.idempotent", "idempotent")], POLICY);
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

/** Makes 64 calls at once and counts their answers by status or code. */
async function callAtOnce(name: string, input: object, onAnswer?: (answer: string) => void) {
  const counts: Record<string, number> = {};
  const calls = Array.from({ length: 64 }, async () => {
    const call = { action: name, input, run: "r1", waitMs: 60_000 };
    const { status, error } = await guard.gateway.invoke(guard.admin, call);
    const answer = status === "denied" ? (error?.code ?? status) : status;
    counts[answer] = (counts[answer] ?? 0) + 1;
    onAnswer?.(answer);
  });
  await Promise.all(calls);
  return counts;
}

test.each([
  ["limited.rate", "rate_limited"],
  ["limited.attempts", "attempts_exceeded"],
  ["limited.budget", "budget_exceeded"],
])(
  "guardedAction() lets exactly 10 of 64 calls of %s pass at once",
  async (name, code) => {
    expect(await callAtOnce(name, {})).toEqual({ executed: 10, [code]: 54 });
  },
  40_000,
);

test("guardedAction() lets exactly one of 64 calls try a dependency that failed", async () => {
  const failing = { action: "limited.probe", input: { first: true }, waitMs: 20_000 };
  expect((await guard.gateway.invoke(guard.admin, failing)).status).toBe("failed");
  await expect
    .poll(async () => (await guard.gateway.getGuard(guard.admin, "breaker:shop")).state["resetAt"], { timeout: 5_000 })
    .toSatisfy((resetAt: string) => Date.parse(resetAt) < Date.now());
  let refused = 0;
  const counts = await callAtOnce("limited.probe", { first: false }, (answer) => {
    if (answer === "circuit_open" && ++refused === 63) finishProbe();
  });
  expect(counts).toEqual({ executed: 1, circuit_open: 63 });
}, 40_000);
