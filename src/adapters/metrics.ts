import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from "prom-client";
import type { Metrics, WorkerSlots } from "../gateway/ports.ts";
import { renderGauges } from "./store-gauges.ts";

/** Seconds. Our choice: an answer of an allowed call takes some 30 ms, a long poll up to 60 s. */
const BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];

const MS_PER_SECOND = 1_000;

/**
 * Counts of one process in a registry of their own, beside what Prometheus' client tells of any Node process. They begin at zero
 * with the process and are summed by whoever scrapes; what is read from the database is the same in every process that is asked.
 * Nothing here keeps a process alive.
 */
export function createMetrics(): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  return {
    ...countCalls(registry),
    ...countRequests(registry),
    ...watchWorker(registry),
    render: async (gauges) => {
      const counted = await registry.metrics();
      return gauges === undefined ? counted : `${counted}${await renderGauges(gauges)}`;
    },
  };
}

function countCalls(registry: Registry): Omit<Metrics, "answered" | "watchSlots" | "render"> {
  const counter = createCounters(registry);
  const refusals = counter("guard_refusals", "Calls that a guard refused, by guard and by the code of the refusal", [
    ...(["guard", "code"] as const),
  ]);
  const decisions = counter("decisions", "Verdicts of policy, those of later rounds included, by effect", ["effect"]);
  const closed = counter("invocations_closed", "Calls that ended, by their status", ["status"]);
  const audits = counter("audit_failures", "Transactions undone because the record could not be written", []);
  const reconciled = counter("reconciled", "What the reconciler did about rows and runs, by outcome", ["outcome"]);
  const stuck = new Gauge({
    name: "countersign_stuck_calls",
    help: "Functions of actions that still run although their time is over",
    registers: [registry],
  });
  const latency = createHistograms(registry);
  const decision = latency("decision", "From a call's acceptance to its first verdict", []);
  const start = latency("vote_to_execution", "From the vote that resolved an approval to the start of the action", []);
  return {
    refused: ({ guard, code }) => refusals.inc({ guard, code }),
    stuckCalls: (change) => stuck.inc(change),
    decided: (effect, sinceAcceptedMs) => {
      decisions.inc({ effect });
      if (sinceAcceptedMs !== undefined) decision.observe(sinceAcceptedMs / MS_PER_SECOND);
    },
    startedAfterVote: (sinceResolvedMs) => start.observe(sinceResolvedMs / MS_PER_SECOND),
    closed: (status) => closed.inc({ status }),
    auditFailed: () => audits.inc(),
    reconciled: (outcome, count = 1) => reconciled.inc({ outcome }, count),
  };
}

function countRequests(registry: Registry): Pick<Metrics, "answered"> {
  const labels = ["method", "route", "status"] as const;
  const requests = createCounters(registry)("http_requests", "Requests that were answered", [...labels]);
  const help = "From a request to its answer, the waiting that was asked for included";
  const durations = createHistograms(registry)("http_request", help, ["method", "route"]);
  return {
    answered: ({ method, route, status, tookMs }) => {
      requests.inc({ method, route, status });
      durations.observe({ method, route }, tookMs / MS_PER_SECOND);
    },
  };
}

/** The worker is asked when somebody looks; a process without one has no such samples. */
function watchWorker(registry: Registry): Pick<Metrics, "watchSlots"> {
  let read: (() => readonly WorkerSlots[]) | undefined;
  const slots = new Gauge({
    name: "countersign_worker_slots",
    help: "What the worker of this process does at once, and how much more it would, by kind of work",
    labelNames: ["kind", "state"] as const,
    registers: [registry],
    collect: () => {
      for (const { kind, used, free } of read?.() ?? []) {
        slots.set({ kind, state: "used" }, used);
        slots.set({ kind, state: "free" }, free);
      }
    },
  });
  return { watchSlots: (reader) => void (read = reader) };
}

function createCounters(registry: Registry) {
  return <Label extends string>(name: string, help: string, labelNames: Label[]): Counter<Label> =>
    new Counter({ name: `countersign_${name}_total`, help, labelNames, registers: [registry] });
}

function createHistograms(registry: Registry) {
  return <Label extends string>(name: string, help: string, labelNames: Label[]): Histogram<Label> =>
    new Histogram({ name: `countersign_${name}_seconds`, help, labelNames, buckets: BUCKETS, registers: [registry] });
}
