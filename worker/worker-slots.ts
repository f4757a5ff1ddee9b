import type { Worker, WorkerOptions } from "@temporalio/worker";
import type { WorkerSlots } from "../src/gateway/ports.ts";

/** Workflow tasks that the SDK carries out at once unless told otherwise. */
const MAX_WORKFLOW_TASKS = 40;

/** What a worker does at the moment, by kind of work, and how much more it would take. */
export function slotsOf(worker: Pick<Worker, "getStatus">, settings: Partial<WorkerOptions>): readonly WorkerSlots[] {
  const status = worker.getStatus();
  const limits = {
    workflow_task: settings.maxConcurrentWorkflowTaskExecutions ?? MAX_WORKFLOW_TASKS,
    activity: settings.maxConcurrentActivityTaskExecutions ?? 0,
    local_activity: settings.maxConcurrentLocalActivityExecutions ?? 0,
    cached_run: settings.maxCachedWorkflows ?? 0,
  };
  const used = {
    workflow_task: status.numInFlightWorkflowActivations,
    activity: status.numInFlightNonLocalActivities,
    local_activity: status.numInFlightLocalActivities,
    cached_run: status.numCachedWorkflows,
  };
  const kinds = Object.keys(limits) as (keyof typeof limits)[];
  return kinds.map((kind) => ({ kind, used: used[kind], free: Math.max(0, limits[kind] - used[kind]) }));
}
