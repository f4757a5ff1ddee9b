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
