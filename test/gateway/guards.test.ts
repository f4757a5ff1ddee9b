import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { createMetrics } from "../../src/adapters/metrics.ts";
import type { GuardKind } from "../../src/contract/guards.ts";
import type { Gateway } from "../../src/gateway/gateway.ts";
import { createGuardMethods } from "../../src/gateway/guards.ts";
import { findRefusal, reportOutcome } from "../../src/core/guards/breaker.ts";
import { openTestStore, type TestStore } from "../support/pglite.ts";
import { GUARD_IDS, recordGuards } from "../support/recorded-guards.ts";
import { codeOf, createCaller, createIdentityGateway, createPorts, type IdentityGateway } from "./identity-gateway.ts";

type GuardGateway = Pick<Gateway, "listGuards" | "getGuard" | "resetGuard" | "readMetrics">;

let store: TestStore;
let identity: IdentityGateway;
let guards: GuardGateway;

beforeAll(async () => {
  store = await openTestStore();
});
afterAll(() => store.close());
beforeEach(async () => {
  await store.truncateAll();
  identity = createIdentityGateway(createPorts(store));
  guards = createGuardMethods(createPorts(store));
});

const admin = (tenant = "default") => createCaller(identity, { subject: "ops", permissions: ["admin"], tenant });

async function resets(tenant = "default") {
  return (await store.audit.list(tenant, { type: "guard.reset" }, { limit: 50 })).items;
}

describe("listGuards()", () => {
  it("shows what every kind keeps, in words and in the units that people know", async () => {
    await recordGuards(store.db, { tenant: "default" });
    const { items } = await guards.listGuards(await admin(), {}, { limit: 50 });
    const byKind = Object.fromEntries(items.map((item) => [item.kind, item]));
    expect(byKind["rate"]).toMatchObject({ label: "the label", state: { used: 5, keptMs: 60_000 } });
    expect(byKind["attempts"]).toMatchObject({
      label: 'Calls of notes.write by ann in run run "1"',
      state: { used: 4, actor: "ann", run: 'run "1"', action: "notes.write" },
    });
    expect(byKind["breaker"]?.state).toEqual({ status: "open", failures: 3, resetAt: "2027-01-15T08:01:00.000Z" });
    expect(byKind["budget"]?.state).toEqual({
      ...{ name: "monthly", used: 1.5, reserved: 0.25, unit: "usd", scope: "tenant", period: "2026-01" },
    });
    expect(byKind["facts"]?.state).toEqual({ kinds: { order_read: 2 }, expiresAt: expect.stringMatching(/Z$/) });
    for (const item of items) expect(item.changedAt).toMatch(/^\d{4}-.*Z$/);
  });

  it("shows a probe that is under way, and when a session was closed", async () => {
    await recordGuards(store.db, { tenant: "default" });
    const document = { status: "half_open", failedAtMs: [1], probe: { token: "t", untilMs: 2 } };
    await store.db.query("update breaker set state = 'half_open', document = $1", [JSON.stringify(document)]);
    await store.db.query("update fact_session set closed_at = timestamptz '2026-01-01'");
    const caller = await admin();
    expect((await guards.getGuard(caller, GUARD_IDS.breaker)).state).toEqual({
      ...{ status: "half_open", failures: 1, probe: true },
    });
    expect((await guards.getGuard(caller, GUARD_IDS.facts)).state).toMatchObject({
      closedAt: "2026-01-01T00:00:00.000Z",
    });
  });

  it("needs admin", async () => {
    const caller = await createCaller(identity, { permissions: ["read", "audit", "policy"] });
    expect(await codeOf(guards.listGuards(caller, {}, { limit: 50 }))).toBe("forbidden");
    expect(await codeOf(guards.getGuard(caller, GUARD_IDS.rate))).toBe("forbidden");
    expect(await codeOf(guards.resetGuard(caller, GUARD_IDS.rate, {}))).toBe("forbidden");
  });
});

describe("resetGuard()", () => {
  it("answers with the guard as it is after it, and records who, why and what was before", async () => {
    await recordGuards(store.db, { tenant: "default" });
    const caller = await admin();
    const before = await guards.getGuard(caller, GUARD_IDS.budget);
    const after = await guards.resetGuard(caller, GUARD_IDS.budget, { reason: "New contract" });
    expect(after.state).toEqual({ ...before.state, used: 0 });
    expect(await guards.getGuard(caller, GUARD_IDS.budget)).toEqual(after);
    expect(await resets()).toMatchObject([
      {
        principal: "ops",
        data: { guard: "budget", id: GUARD_IDS.budget, before: before.state, reason: "New contract" },
      },
    ]);
  });

  it("answers for another tenant's guard as for one that doesn't exist, and changes nothing there", async () => {
    await recordGuards(store.db, { tenant: "default" });
    const [own, other] = [await admin(), await admin("acme")];
    const answers = async (id: string) => {
      const works = [guards.getGuard(other, id), guards.resetGuard(other, id, {})];
      return Promise.all(works.map((work) => work.catch((error: unknown) => error)));
    };
    const unknown = await answers("breaker:nobody");
    for (const [kind, id] of Object.entries(GUARD_IDS) as [GuardKind, string][]) {
      const before = await guards.getGuard(own, id);
      expect(await answers(id), kind).toEqual(unknown);
      expect(await guards.getGuard(own, id)).toEqual(before);
    }
    expect(unknown).toMatchObject([{ code: "not_found" }, { code: "not_found" }]);
    expect((await guards.listGuards(other, {}, { limit: 50 })).items).toEqual([]);
    expect([...(await resets()), ...(await resets("acme"))]).toEqual([]);
  });

  it("lets the next call of a dependency pass", async () => {
    const limit = { dependency: "ledger", failures: 1, resetAfterMs: 60_000, windowMs: 60_000 };
    const settings = { ...limit, countKinds: ["timeout" as const], ignoreKinds: [] };
    const stopOf = () =>
      store.transaction(async (tx) => {
        const { nowMs, states } = await tx.breakers.lock("default", ["ledger"]);
        const state = states.get("ledger");
        return state && { state, nowMs, stop: findRefusal(state, nowMs) };
      });
    const closed = await stopOf();
    if (closed === undefined) throw new Error("There is no breaker");
    const { state, nowMs } = closed;
    const report = { token: "t", beganAtMs: nowMs, outcome: "timeout" as const, nowMs };
    await store.transaction((tx) => tx.breakers.save("default", "ledger", reportOutcome(state, settings, report)));
    expect((await stopOf())?.stop).toMatchObject({ kind: "refused" });
    await guards.resetGuard(await admin(), "breaker:ledger", {});
    expect((await stopOf())?.stop).toBeUndefined();
  });

  it("gives a rate its whole window back", async () => {
    const counter = { key: "0123abcd", action: "notes.write", label: "x", cost: 8 };
    const counters = [{ ...counter, limits: [{ limit: 10, perMs: 60_000, scope: ["tenant"] }] }];
    const used = () =>
      store.transaction(async (tx) => {
        const { windows, nowMs } = await tx.rates.lock("default", counters);
        await tx.rates.charge("default", counters, nowMs);
        return windows.map((window) => window.used);
      });
    expect([await used(), await used()]).toEqual([[0], [8]]);
    await guards.resetGuard(await admin(), GUARD_IDS.rate, {});
    expect([await used(), await used()]).toEqual([[0], [8]]);
  });
});

describe("readMetrics()", () => {
  it("needs operator, which admin is not, and finds nothing in a process that counts nothing", async () => {
    const operator = await createCaller(identity, { subject: "root", permissions: ["operator"] });
    expect(await codeOf(guards.readMetrics(await admin()))).toBe("forbidden");
    expect(await codeOf(guards.readMetrics(operator))).toBe("not_found");
    const metrics = { ...createMetrics(), render: async () => "up 1\n" };
    expect(await createGuardMethods({ ...createPorts(store), metrics }).readMetrics(operator)).toBe("up 1\n");
  });
});
