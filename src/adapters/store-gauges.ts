import { Gauge, Registry } from "prom-client";
import type { StoreGauges } from "../gateway/ports.ts";

const HELP = {
  open_approvals: "Approvals that wait for people, of all tenants",
  overdue_approvals: "Approvals that wait although their decide-by is over",
  oldest_approval_seconds: "Since the oldest approval that waits was opened",
  outbox_lag_events: "Events that webhooks have not been told of, summed over the webhooks",
  outbox_oldest_seconds: "Since the oldest event that a webhook has not been told of",
  outbox_dead: "Deliveries to webhooks that were given up",
} as const;

/** What the database knows, in Prometheus' text format; made anew each time, so that nothing old is told while the database is away. */
export function renderGauges(gauges: StoreGauges): Promise<string> {
  const registry = new Registry();
  const values: Readonly<Record<keyof typeof HELP, number>> = {
    open_approvals: gauges.openApprovals,
    overdue_approvals: gauges.overdueApprovals,
    oldest_approval_seconds: gauges.oldestApprovalSeconds,
    outbox_lag_events: gauges.outboxLagEvents,
    outbox_oldest_seconds: gauges.outboxOldestSeconds,
    outbox_dead: gauges.outboxDead,
  };
  for (const [name, help] of Object.entries(HELP)) {
    const gauge = new Gauge({ name: `countersign_${name}`, help, registers: [registry] });
    gauge.set(values[name as keyof typeof HELP]);
  }
  return registry.metrics();
}
