import { proxyActivities } from "@temporalio/workflow";
import type { trivial } from "./activity.ts";

const activities = proxyActivities<{ trivial: typeof trivial }>({ startToCloseTimeout: 30_000 });

/** The least that a durable call costs: a workflow with one activity that does nothing. */
export function floor(n: number): Promise<number> {
  return activities.trivial(n);
}
