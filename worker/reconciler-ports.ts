import type { Client } from "@temporalio/client";
import type { ReconcilerPorts } from "../activities/reconciler/ports.ts";
import { createRunStates } from "../src/adapters/run-states.ts";
import { createTemporalRuns } from "../src/adapters/temporal-runs.ts";
import { runStartOf } from "../src/gateway/run-start.ts";

/** What the reconciler works with, over a client of the namespace in which the runs are. */
export function createReconcilerPorts(
  client: Client,
  { store, redact, signingKey, log, metrics }: Omit<ReconcilerPorts, "states" | "restart">,
): ReconcilerPorts {
  const runs = createTemporalRuns({ client, uiUrl: undefined, startEagerly: false });
  return {
    ...{ store, redact, signingKey, log, metrics },
    states: createRunStates(client),
    restart: (invocation) => runs.start(runStartOf(invocation)),
  };
}
