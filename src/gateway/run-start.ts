import type { InvocationRef } from "../contract/ids.ts";
import type { UnstartedInvocation } from "../store/invocations.ts";
import type { RunStart } from "./ports.ts";

/** What a run is started with, from the row that was accepted. */
export function runStartOf(row: UnstartedInvocation): RunStart {
  const ref: InvocationRef = { tenant: row.tenant, id: row.id };
  return {
    ref,
    taskQueue: row.task_queue,
    action: row.action,
    actor: row.actor,
    run: row.run ?? undefined,
    reason: row.reason ?? undefined,
    digest: row.digest,
    input: JSON.parse(row.input_view) as unknown,
  };
}
