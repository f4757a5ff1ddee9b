import type { InvocationRef } from "../../src/contract/ids.ts";
import type { OpenInvocation } from "../../src/store/orphans.ts";
import { closeOrphan } from "./close-orphan.ts";
import { forgetEnd, mayBeAtWork, mayReport, type Sight } from "./late-report.ts";
import type { ReconcilerPorts } from "./ports.ts";
import type { RowOutcome } from "./report.ts";

/**
 * Asks Temporal how the run of an open invocation stands, and brings the two together. Whatever can't be asked changes nothing.
 * @throws when Temporal or the store can't be reached
 */
export async function checkRow(
  ports: ReconcilerPorts,
  row: OpenInvocation,
  sight: Sight,
): Promise<Exclude<RowOutcome, "fault">> {
  const ref: InvocationRef = { tenant: row.tenant, id: row.id };
  const state = await ports.states.describe(ref);
  switch (state.kind) {
    case "running":
      forgetEnd(sight.ends, ref);
      return "nothing";
    case "missing":
      forgetEnd(sight.ends, ref);
      return restartLost(ports, row);
    case "ended": {
      const { end } = state;
      const outcome = await closeOrphan(ports, ref, { end, mayReport: await mayReport(ports, { row, end }, sight) });
      if (outcome === "waiting") return outcome;
      forgetEnd(sight.ends, ref);
      if (outcome !== "nothing") {
        ports.log("info", "A call was closed whose run had ended without it", {
          ...{ invocation: row.id, status: outcome, ended: end.how, temporalRun: end.runId },
        });
      }
      return outcome;
    }
  }
}

/** What was accepted and never started belongs to the relay; of what has begun, a worker may not have heard yet that its run is lost. */
async function restartLost(ports: ReconcilerPorts, row: OpenInvocation): Promise<"nothing" | "waiting" | "restarted"> {
  if (row.status === "accepted") return "nothing";
  if (await mayBeAtWork(ports, row)) return "waiting";
  await ports.restart(row);
  ports.log("warn", "Temporal has lost the run of a call, it is started again", { invocation: row.id });
  return "restarted";
}
