import { afterAll, beforeAll, beforeEach, describe, expect, it, test } from "vitest";
import { createActivities } from "../../activities/index.ts";
import { scopeIds } from "../../src/adapters/call-scope.ts";
import { createMetrics } from "../../src/adapters/metrics.ts";
import { observeStore } from "../../src/adapters/observed-store.ts";
import { createTracing } from "../../src/adapters/tracing.ts";
import { createGateway } from "../../src/gateway/create-gateway.ts";
import type { Metrics } from "../../src/gateway/ports.ts";
import type { Store } from "../../src/store/store.ts";
import { readSamples } from "../support/metrics-text.ts";
import { acceptApproved, type Desk, noRuns, openDesk, perform } from "./desk.ts";

const TRACE = "a1".repeat(16);

let desk: Desk;
let metrics: Metrics;

beforeAll(async () => {
  desk = await openDesk();
  await desk.caller({ subject: "ada" });
});
afterAll(() => desk.close());
beforeEach(() => {
  metrics = createMetrics();
  desk.behave = () => ({});
});

/** The activities as a process has them, over this store. */
function observed(store: Store = desk.store) {
  const observers = { metrics, tracing: createTracing() };
  return createActivities({ ...desk.ports, ...observers, store: observeStore(store, observers) });
}

async function samples(): Promise<Record<string, number>> {
  const all = [...readSamples(await metrics.render())];
  return Object.fromEntries(all.filter(([name]) => /^countersign_.*(_total|_count|_sum)/.test(name)));
}

describe("observeStore()", () => {
  it("counts a decision, its latency by the database's time, and an end, once each", async () => {
    const ref = await desk.accept("free.inline");
    await perform(() => observed().decideInvocation(ref));
    expect(await samples()).toMatchObject({
      'countersign_decisions_total{effect="allow"}': 1,
      countersign_decision_seconds_count: 1,
      'countersign_invocations_closed_total{status="executed"}': 1,
      countersign_audit_failures_total: 0,
    });
    await perform(() => observed().decideInvocation(ref), 2);
    expect(await samples()).toMatchObject({ 'countersign_decisions_total{effect="allow"}': 1 });
  });

  it("measures from the vote that resolved an approval to the action's start", async () => {
    const ref = await acceptApproved(desk, "idempotent");
    const sql = "update approval set resolved_at = resolved_at - interval '30 seconds' where invocation = $1";
    await desk.store.db.query(sql, [ref.id]);
    await perform(() => observed().executeAction(ref));
    const { countersign_vote_to_execution_seconds_sum: sum, ...rest } = await samples();
    expect(rest["countersign_vote_to_execution_seconds_count"]).toBe(1);
    expect(sum).toBeGreaterThanOrEqual(30);
    expect(sum).toBeLessThan(40);
  });

  it("counts nothing of a transaction that was undone, but that its record failed", async () => {
    const ref = await desk.accept("shut.idempotent");
    const append = () => Promise.reject(new Error("No space left on device"));
    const full: Store = {
      ...desk.store,
      transaction: (work) => desk.store.transaction((tx) => work({ ...tx, audit: { ...tx.audit, append } })),
    };
    await expect(perform(() => observed(full).decideInvocation(ref))).rejects.toThrow("could not be carried out");
    expect(await samples()).toEqual({
      ...(await samples()),
      countersign_audit_failures_total: 1,
      countersign_decision_seconds_count: 0,
    });
    await perform(() => observed().decideInvocation(ref));
    expect(await samples()).toMatchObject({ 'countersign_decisions_total{effect="deny"}': 1 });
  });

  it("keeps a new call with the trace in which it was made", async () => {
    const observers = { metrics, tracing: createTracing() };
    const { gateway, close } = createGateway({
      ...{ ...desk.ports, ...observers, adminKey: undefined, runs: noRuns() },
      store: observeStore(desk.store, observers),
    });
    const traceParent = `00-${TRACE}-${"b2".repeat(8)}-01`;
    const { id } = await observers.tracing.trace({ name: "POST", kind: "server", traceParent }, () =>
      gateway.invoke(desk.admin, { action: "free.idempotent", input: {}, waitMs: 0 }),
    );
    close();
    const [row] = await desk.store.db.query("select trace_parent from invocation where id = $1", [id]);
    expect(row).toEqual({ trace_parent: traceParent });
  });
});

test("createActivities() lets what is logged in an action carry the ids of its call and of the trace that made it", async () => {
  const ref = await desk.accept("free.idempotent");
  const sql = "update invocation set trace_parent = $2 where id = $1";
  await desk.store.db.query(sql, [ref.id, `00-${TRACE}-${"b2".repeat(8)}-01`]);
  const seen: object[] = [];
  desk.behave = () => {
    seen.push(scopeIds());
    return {};
  };
  await perform(() => observed().decideInvocation(ref));
  await perform(() => observed().executeAction(ref));
  expect(seen).toEqual([{ invocation: ref.id, trace: TRACE }]);
});
