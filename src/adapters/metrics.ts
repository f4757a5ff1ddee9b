import { collectDefaultMetrics, Counter, Gauge, Registry } from "prom-client";
import type { Metrics } from "../gateway/ports.ts";

/**
 * Counts of one process in a registry of their own, beside what Prometheus' client tells of any Node process. They begin at zero
 * with the process and are summed by whoever scrapes. Nothing here keeps a process alive.
 */
export function createMetrics(): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const refusals = new Counter({
    name: "countersign_guard_refusals_total",
    help: "Calls that a guard refused, by guard and by the code of the refusal",
    labelNames: ["guard", "code"] as const,
    registers: [registry],
  });
  const stuck = new Gauge({
    name: "countersign_stuck_calls",
    help: "Functions of actions that still run although their time is over",
    registers: [registry],
  });
  return {
    refused: ({ guard, code }) => refusals.inc({ guard, code }),
    stuckCalls: (change) => stuck.inc(change),
    render: () => registry.metrics(),
  };
}
