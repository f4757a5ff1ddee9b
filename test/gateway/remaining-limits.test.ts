import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { InvocationId } from "../../src/contract/ids.ts";
import type { LimitTerms } from "../../src/contract/policy.ts";
import { openingProgress } from "../../src/core/approval/clocks.ts";
import { canonicalJson } from "../../src/core/canonical.ts";
import { budgetClaimsOf } from "../../src/core/guards/budget.ts";
import { reservationOf } from "../../src/core/guards/charges.ts";
import { rateCountersOf } from "../../src/core/guards/rate-counters.ts";
import { isRefusal } from "../../src/core/guards/refusal.ts";
import { createGateway, type OpenGateway } from "../../src/gateway/create-gateway.ts";
import type { Caller } from "../../src/gateway/gateway.ts";
import { recordInvocation } from "../support/decided-invocations.ts";
import { openTestStore, type TestStore } from "../support/pglite.ts";
import { newApproval } from "../support/recorded-approvals.ts";
import { stageOf, termsOf } from "./asked.ts";
import { codeOf, createCaller, createPorts } from "./identity-gateway.ts";

const INPUT = { customerId: "customer-of-mine", usd: 2.5 };
const RATE: LimitTerms["rate"] = [
  { limit: 10, perMs: 60_000, scope: ["input:/customerId"], cost: 1 },
  { limit: 100, perMs: 3_600_000, scope: ["input:/customerId"], cost: 1 },
  { limit: 5, perMs: 60_000, scope: ["actor", "run"], key: "shared", cost: 1 },
];
const BUDGET: LimitTerms["budget"] = [
  { name: "refunds", unit: "usd", limit: 10, per: "month", scope: "tenant", estimate: "/usd" },
  { name: "refunds", unit: "usd", limit: 3, per: "month", scope: "run", estimate: "/usd" },
];

let store: TestStore;
let opened: OpenGateway;
let approver: Caller;

beforeAll(async () => {
  store = await openTestStore();
  opened = createGateway(createPorts(store));
});
afterAll(async () => {
  opened.close();
  await store.close();
});
beforeEach(async () => {
  await store.truncateAll();
  approver = await createCaller(opened.gateway, { subject: "ann", permissions: ["approve"] });
});

/** A call of ada's that waits for ann, with what guards charged for it; `asks` for one that exceeds its budgets. */
async function ask(
  limits: LimitTerms | undefined,
  { asks = false, decidedAt = new Date() } = {},
): Promise<InvocationId> {
  const id = await recordInvocation(store.db, { input: INPUT, run: "r1" });
  const ref = { tenant: "default", id };
  const terms = termsOf({ stages: [stageOf({ approvers: ["user:ann"] })], decideByMs: 60_000 });
  await store.approvals.open(
    newApproval(ref, {
      ...{ approvers: ["user:ann"], terms: JSON.stringify(terms), openedAt: decidedAt },
      ...{ progress: JSON.stringify(openingProgress(decidedAt.getTime())) },
      decideBy: new Date(decidedAt.getTime() + terms.decideByMs),
    }),
  );
  if (limits !== undefined) {
    const guards = await charge(id, limits, { asks, nowMs: decidedAt.getTime() });
    await store.invocations.update(ref, { guards, verdict: verdictOf(limits), decided_at: decidedAt });
  }
  return id;
}

function verdictOf(limits: unknown): string {
  return canonicalJson({ effect: "require_approval", obligations: { limits } });
}

async function charge(
  id: InvocationId,
  limits: LimitTerms,
  { asks, nowMs }: { readonly asks: boolean; readonly nowMs: number },
): Promise<string> {
  const call = {
    ...{ tenant: "default", actor: "ada", run: "r1", session: undefined, action: "test.echo", input: INPUT },
  };
  const counters = rateCountersOf(limits.rate ?? [], call, INPUT);
  const claims = budgetClaimsOf(limits.budget ?? [], call, { nowMs, priceUsage: undefined });
  if (isRefusal(counters) || isRefusal(claims)) throw new Error("It was refused");
  await store.transaction(async (tx) => {
    const { nowMs: countedAtMs } = await tx.rates.lock("default", counters);
    await tx.rates.charge("default", counters, countedAtMs);
    if (asks || claims.length === 0) return;
    const accounts = claims.map(({ account }) => account);
    await tx.budgets.lock("default", accounts);
    const expiresAtMs = Date.now() + 60_000;
    await tx.budgets.reserve("default", { reservation: reservationOf(id, 1), claims, expiresAtMs });
  });
  const rates = counters.map(({ key, cost }) => ({ key, cost }));
  return canonicalJson({ rates, ...(asks ? { exceeds: claims } : { reservedRound: 1 }) });
}

describe("getApproval()", () => {
  it("shows what is left of every rate that the call counts in", async () => {
    await ask({ rate: RATE });
    const { remaining } = await opened.gateway.getApproval(approver, await ask({ rate: RATE }));
    expect(remaining).toHaveLength(3);
    expect(remaining).toEqual(
      expect.arrayContaining([
        { guard: "rate", limit: 10, perMs: 60_000, scope: ["input:/customerId"], used: 2, remaining: 8 },
        { guard: "rate", limit: 100, perMs: 3_600_000, scope: ["input:/customerId"], used: 2, remaining: 98 },
        { guard: "rate", limit: 5, perMs: 60_000, scope: ["actor", "run"], used: 2, remaining: 3 },
      ]),
    );
  });

  it("shows what is left of every limited budget around the call, its own reservation counted, the innermost first", async () => {
    const { remaining } = await opened.gateway.getApproval(approver, await ask({ budget: BUDGET }));
    const period = new Date().toISOString().slice(0, 7);
    const shared = { guard: "budget", name: "refunds", unit: "usd", period, used: 0, reserved: 2.5 };
    expect(remaining).toEqual([
      { ...shared, scope: "run", limit: 3, remaining: 0.5 },
      { ...shared, scope: "tenant", limit: 10, remaining: 7.5 },
    ]);
  });

  it("shows the budgets that the call would exceed, though nothing is reserved for it", async () => {
    await ask({ budget: BUDGET });
    const { remaining } = await opened.gateway.getApproval(approver, await ask({ budget: BUDGET }, { asks: true }));
    expect(remaining).toMatchObject([
      { scope: "run", reserved: 2.5, remaining: 0.5 },
      { scope: "tenant", reserved: 2.5, remaining: 7.5 },
    ]);
  });

  it("shows the accounts of the period in which the call was decided", async () => {
    const decidedAt = new Date("2026-01-31T23:59:59Z");
    const { remaining } = await opened.gateway.getApproval(approver, await ask({ budget: BUDGET }, { decidedAt }));
    expect(remaining).toMatchObject([{ period: "2026-01", reserved: 2.5 }, { period: "2026-01" }]);
  });

  it("needs no tariff to find the accounts of a planned usage", async () => {
    const id = await ask({ budget: BUDGET });
    const plan = { provider: "p", model: "m", input: 1, output: 1 };
    const budget = BUDGET?.map(({ name, limit, unit, scope }) => ({
      name,
      limit,
      unit,
      per: "month" as const,
      scope,
      plan,
    }));
    await store.invocations.update({ tenant: "default", id }, { verdict: verdictOf({ budget }) });
    expect((await opened.gateway.getApproval(approver, id)).remaining).toMatchObject([
      { scope: "run", reserved: 2.5 },
      { scope: "tenant", reserved: 2.5 },
    ]);
  });

  it("says nothing of limits where there are none, in lists, and to who may not see the approval", async () => {
    const id = await ask({ rate: RATE, budget: BUDGET });
    const view = await opened.gateway.getApproval(approver, id);
    expect(JSON.stringify(view)).not.toContain(INPUT.customerId);
    const { items } = await opened.gateway.listApprovals(approver, {}, { limit: 50 });
    expect(items).toEqual([expect.not.objectContaining({ remaining: expect.anything() as unknown })]);
    const other = await createCaller(opened.gateway, { subject: "eve", permissions: ["approve"] });
    expect(await codeOf(opened.gateway.getApproval(other, id))).toBe("not_found");
    for (const limits of [undefined, { attempts: { perRun: 3 } }]) {
      expect(await opened.gateway.getApproval(approver, await ask(limits))).not.toHaveProperty("remaining");
    }
  });
});
