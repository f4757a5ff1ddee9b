import { proxyActivities } from "@temporalio/workflow";
import type { Activities } from "../activities/index.ts";
import type { ProbeCall, ProbeResult } from "../src/contract/run.ts";
import { probeOptions } from "./options.ts";

/** Asks the action's probe about an uncertain outcome where the action's code is; what it says is recorded there. */
export async function probeOutcome(call: ProbeCall): Promise<ProbeResult> {
  const activities = proxyActivities<Pick<Activities, "probeOutcome">>(probeOptions(call));
  return activities.probeOutcome(call);
}
