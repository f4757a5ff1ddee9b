import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { ApprovalStats } from "../../src/contract/approval-stats.ts";
import { canonicalJson } from "../../src/core/canonical.ts";
import { createGateway, type OpenGateway } from "../../src/gateway/create-gateway.ts";
import type { Caller } from "../../src/gateway/gateway.ts";
import { recordInvocation } from "../support/decided-invocations.ts";
import { openTestStore, type TestStore } from "../support/pglite.ts";
import { recordApproval } from "../support/recorded-approvals.ts";
import { codeOf, createCaller, createPorts } from "./identity-gateway.ts";

const DAY_MS = 86_400_000;

let store: TestStore;
let opened: OpenGateway;
let auditor: Caller;

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
  auditor = await createCaller(opened.gateway, { subject: "aud", permissions: ["audit"] });
});

async function answered(rule: string, times: number, status: "approved" | "rejected" = "approved"): Promise<void> {
  for (let n = 0; n < times; n += 1) {
    const openedAtMs = Date.now() - DAY_MS + n;
    const ref = await recordApproval(store.db, { status, resolvedAfterMs: (n + 1) * 1_000, openedAtMs });
    await store.invocations.update(ref, { verdict: canonicalJson({ reason: "Asks", rule }) });
  }
}

describe("readApprovalStats()", () => {
  it("names the rules that were answered ten times, and always with yes", async () => {
    await answered("rubber", 10);
    await answered("few", 9);
    await answered("mixed", 10);
    await answered("mixed", 1, "rejected");
    const stats = await opened.gateway.readApprovalStats(auditor, {});
    expect(stats.rules.map(({ rule, alwaysApproved }) => [rule, alwaysApproved])).toEqual([
      ["mixed", false],
      ["rubber", true],
      ["few", false],
    ]);
  });

  it("counts questions per 100 calls, and how long people took", async () => {
    await answered("rubber", 10);
    const at = new Date(Date.now() - DAY_MS);
    for (let n = 0; n < 20; n += 1) {
      const id = await recordInvocation(store.db, { createdAt: at.toISOString() });
      await store.invocations.update({ tenant: "default", id }, { decided_at: at });
    }
    const stats = await opened.gateway.readApprovalStats(auditor, {});
    expect(ApprovalStats.parse(stats)).toEqual(stats);
    expect(stats).toMatchObject({
      ...{ calls: 30, questions: 10, approved: 10, rejected: 0, pending: 0, expired: 0, canceled: 0, superseded: 0 },
      ...{ questionsPer100Calls: 33.33, timeToAnswerMs: { p50: 5_500, p90: 9_100 } },
      rules: [{ rule: "rubber", questions: 10, questionsPer100Calls: 33.33 }],
    });
  });

  it("covers the last 30 days unless told, and the time that it is told", async () => {
    const openedAtMs = Date.now() - 31 * DAY_MS;
    await recordApproval(store.db, { openedAtMs });
    await recordApproval(store.db, { openedAtMs: Date.now() - DAY_MS });
    const lately = await opened.gateway.readApprovalStats(auditor, {});
    expect(lately).toMatchObject({ questions: 1, pending: 1 });
    expect(Date.parse(lately.createdBefore) - Date.parse(lately.createdAfter)).toBe(30 * DAY_MS);
    expect(lately).not.toHaveProperty("timeToAnswerMs");
    const createdAfter = new Date(openedAtMs).toISOString();
    const createdBefore = new Date(openedAtMs + DAY_MS).toISOString();
    const times = { createdAfter, createdBefore };
    expect(await opened.gateway.readApprovalStats(auditor, times)).toMatchObject({ ...times, questions: 1 });
    expect(await opened.gateway.readApprovalStats(auditor, { action: "other.one" })).toMatchObject({ questions: 0 });
  });

  it("counts nothing of another tenant, and of nothing makes no share", async () => {
    await recordApproval(store.db, { tenant: "acme", openedAtMs: Date.now() - DAY_MS });
    expect(await opened.gateway.readApprovalStats(auditor, {})).toMatchObject({
      ...{ calls: 0, questions: 0, questionsPer100Calls: 0, rules: [] },
    });
  });

  it("needs the permission audit", async () => {
    const reader = await createCaller(opened.gateway, { subject: "rea", permissions: ["read", "approve"] });
    expect(await codeOf(opened.gateway.readApprovalStats(reader, {}))).toBe("forbidden");
  });
});
