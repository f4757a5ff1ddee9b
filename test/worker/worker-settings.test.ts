import { expect, test } from "vitest";
import { toSdkSettings } from "../../worker/worker-settings.ts";

test("toSdkSettings() gives the defaults: no versions, polls as the SDK has them", () => {
  expect(toSdkSettings({})).toEqual({
    maxCachedWorkflows: 500,
    maxConcurrentActivityTaskExecutions: 100,
    maxConcurrentLocalActivityExecutions: 100,
    shutdownGraceTime: 5_000,
    shutdownForceTime: 10_000,
  });
});

test("toSdkSettings() leaves a third of the time to end for what comes after the worker", () => {
  const settings = toSdkSettings({ shutdownGraceMs: 40_000, maxCachedRuns: 7 });
  expect(settings).toMatchObject({ shutdownGraceTime: 13_333, shutdownForceTime: 26_666, maxCachedWorkflows: 7 });
});

test("toSdkSettings() gives polls that grow with the work, and a version whose runs go on with the newest", () => {
  expect(toSdkSettings({ scalesPollers: true, deployment: { name: "refunds", buildId: "2" } })).toMatchObject({
    workflowTaskPollerBehavior: { type: "autoscaling" },
    activityTaskPollerBehavior: { type: "autoscaling" },
    workerDeploymentOptions: {
      version: { deploymentName: "refunds", buildId: "2" },
      useWorkerVersioning: true,
      defaultVersioningBehavior: "AUTO_UPGRADE",
    },
  });
});
