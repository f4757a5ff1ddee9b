import type { WorkerStatus } from "@temporalio/worker";
import { expect, test } from "vitest";
import { slotsOf } from "../../worker/worker-slots.ts";
import { toSdkSettings } from "../../worker/worker-settings.ts";

const STATUS: WorkerStatus = {
  ...{ runState: "RUNNING", workflowPollerState: "POLLING", activityPollerState: "POLLING" },
  ...{ hasOutstandingWorkflowPoll: true, hasOutstandingActivityPoll: true, numHeartbeatingActivities: 0 },
  ...{ numInFlightWorkflowActivations: 2, numInFlightActivities: 10, numInFlightNonLocalActivities: 7 },
  ...{ numInFlightLocalActivities: 3, numCachedWorkflows: 501 },
};

test("slotsOf() tells of each kind of work how much is done, and how much more would be", () => {
  const slots = slotsOf({ getStatus: () => STATUS }, toSdkSettings({ maxCachedRuns: 500 }));
  expect(slots.map(({ kind, used, free }) => `${kind} ${used} of ${used + free}`)).toEqual([
    ...["workflow_task 2 of 40", "activity 7 of 100", "local_activity 3 of 100", "cached_run 501 of 501"],
  ]);
});
