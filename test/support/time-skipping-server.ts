import proto from "@temporalio/proto";
import { TestWorkflowEnvironment } from "@temporalio/testing";
import { ensureTemporalTestServer } from "../../scripts/temporal-test-server.mjs";
import * as searchAttributes from "../../workflows/search-attributes.ts";

/** How long a test file should leave it to install the server the first time, milliseconds. */
export const INSTALL_WITHIN_MS = 300_000;

const { IndexedValueType } = proto.temporal.api.enums.v1;

/**
 * Starts Temporal's time-skipping test server on a port of its own; `teardown` ends it. Its one clock runs as ours does until
 * something waits for a later time (`sleep`, or a run's `result`): then it jumps from timer to timer. While a workflow task waits for
 * a worker or is under way it doesn't jump. It knows no list, no count and no UI, and its search attributes can't be listed.
 */
export async function startTimeSkippingServer(): Promise<TestWorkflowEnvironment> {
  const path = await ensureTemporalTestServer();
  const environment = await TestWorkflowEnvironment.createTimeSkipping({
    server: { executable: { type: "existing-path", path } },
  });
  try {
    await addSearchAttributes(environment);
    return environment;
  } catch (error) {
    // Nobody else knows of it yet, and it wouldn't end by itself.
    await environment.teardown();
    throw error;
  }
}

async function addSearchAttributes(environment: TestWorkflowEnvironment): Promise<void> {
  await environment.connection.operatorService.addSearchAttributes({
    namespace: environment.namespace ?? "default",
    searchAttributes: Object.fromEntries(
      Object.values(searchAttributes).map(({ name, type }) => [name, IndexedValueType[`INDEXED_VALUE_TYPE_${type}`]]),
    ),
  });
}
