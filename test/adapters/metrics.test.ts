import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";
import { createMetrics } from "../../src/adapters/metrics.ts";
import { readSamples } from "../support/metrics-text.ts";

describe("createMetrics()", () => {
  it("counts refusals by guard and code", async () => {
    const metrics = createMetrics();
    metrics.refused({ guard: "rate", code: "rate_limited" });
    metrics.refused({ guard: "rate", code: "rate_limited" });
    metrics.refused({ guard: "budget", code: "budget_exceeded" });
    const samples = readSamples(await metrics.render());
    expect(samples.get('countersign_guard_refusals_total{guard="rate",code="rate_limited"}')).toBe(2);
    expect(samples.get('countersign_guard_refusals_total{guard="budget",code="budget_exceeded"}')).toBe(1);
  });

  it("shows how many functions are stuck at the moment, none at first", async () => {
    const metrics = createMetrics();
    const stuck = async () => readSamples(await metrics.render()).get("countersign_stuck_calls");
    expect(await stuck()).toBe(0);
    metrics.stuckCalls(1);
    metrics.stuckCalls(1);
    metrics.stuckCalls(-1);
    expect(await stuck()).toBe(1);
  });

  it("counts decisions, ends and faults, and measures latencies in seconds", async () => {
    const metrics = createMetrics();
    metrics.decided("allow", 30);
    metrics.decided("require_approval");
    metrics.startedAfterVote(40);
    metrics.closed("executed");
    metrics.auditFailed();
    metrics.reconciled("restarted", 2);
    const samples = readSamples(await metrics.render());
    expect(samples.get('countersign_decisions_total{effect="allow"}')).toBe(1);
    expect(samples.get('countersign_decisions_total{effect="require_approval"}')).toBe(1);
    expect(samples.get("countersign_decision_seconds_count")).toBe(1);
    expect(samples.get("countersign_decision_seconds_sum")).toBe(0.03);
    expect(samples.get("countersign_vote_to_execution_seconds_sum")).toBe(0.04);
    expect(samples.get('countersign_invocations_closed_total{status="executed"}')).toBe(1);
    expect(samples.get("countersign_audit_failures_total")).toBe(1);
    expect(samples.get('countersign_reconciled_total{outcome="restarted"}')).toBe(2);
  });

  it("counts and measures requests by method and route", async () => {
    const metrics = createMetrics();
    const route = "/v1/invocations/{id}";
    metrics.answered({ method: "GET", route, status: 200, tookMs: 12 });
    metrics.answered({ method: "GET", route, status: 404, tookMs: 3 });
    const samples = readSamples(await metrics.render());
    const labels = `method="GET",route="${route}"`;
    expect(samples.get(`countersign_http_requests_total{${labels},status="404"}`)).toBe(1);
    expect(samples.get(`countersign_http_request_seconds_count{${labels}}`)).toBe(2);
    expect(samples.get(`countersign_http_request_seconds_bucket{le="0.005",${labels}}`)).toBe(1);
  });

  it("asks its worker for its slots whenever it is rendered, and has none without a worker", async () => {
    const metrics = createMetrics();
    const slots = async () => [...readSamples(await metrics.render())].filter(([name]) => name.includes("_slots"));
    expect(await slots()).toEqual([]);
    let used = 0;
    metrics.watchSlots(() => [{ kind: "activity", used: (used += 1), free: 100 - used }]);
    await slots();
    expect(await slots()).toEqual([
      ['countersign_worker_slots{kind="activity",state="used"}', 2],
      ['countersign_worker_slots{kind="activity",state="free"}', 98],
    ]);
  });

  it("tells what the database knows only where it is given", async () => {
    const metrics = createMetrics();
    const gauges = { openApprovals: 3, overdueApprovals: 1, oldestApprovalSeconds: 90.5 };
    const outbox = { outboxLagEvents: 7, outboxOldestSeconds: 2, outboxDead: 4 };
    const told = readSamples(await metrics.render({ ...gauges, ...outbox }));
    const names = ["open_approvals", "overdue_approvals", "oldest_approval_seconds"];
    const outboxNames = ["outbox_lag_events", "outbox_oldest_seconds", "outbox_dead"];
    expect([...names, ...outboxNames].map((name) => told.get(`countersign_${name}`))).toEqual([3, 1, 90.5, 7, 2, 4]);
    expect(readSamples(await metrics.render()).has("countersign_open_approvals")).toBe(false);
  });

  it("tells of the process itself, and shares nothing with another of its kind", async () => {
    const [one, other] = [createMetrics(), createMetrics()];
    one.refused({ guard: "facts", code: "fact_missing" });
    const samples = readSamples(await other.render());
    expect(samples.get("process_start_time_seconds")).toBeGreaterThan(0);
    expect([...samples.keys()].filter((name) => name.startsWith("countersign_guard_refusals"))).toEqual([]);
  });

  it("keeps no process alive", async () => {
    const source = new URL("../../src/adapters/metrics.ts", import.meta.url).href;
    const script = `const { createMetrics } = await import(${JSON.stringify(source)});
      console.log((await createMetrics().render()).includes("countersign_stuck_calls"));`;
    const args = ["--import", "tsx", "--input-type=module", "--eval", script];
    const { stdout } = await promisify(execFile)(process.execPath, args, { timeout: 30_000 });
    expect(stdout.trim()).toBe("true");
  }, 40_000);
});
