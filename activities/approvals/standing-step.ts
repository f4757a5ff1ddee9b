import type { RecordedVerdict } from "../../src/contract/policy.ts";
import type { ExecuteStep, WaitStep } from "../../src/contract/run.ts";
import { approvalStateOf } from "../../src/core/approval/read-approval.ts";
import type { LockedInvocation } from "../../src/store/invocations.ts";
import type { TransactionTables } from "../../src/store/store.ts";
import type { ActivityPorts } from "../ports.ts";
import { requireAction } from "../require.ts";
import { executeStep, releaseOf, waitStep } from "../steps.ts";

/**
 * The step that the recorded verdict leads to: people are waited for as long as its round is pending. Whoever looks again, since the
 * answer was lost or the run was reset, so finds the same.
 */
export async function standingStep(
  ports: ActivityPorts,
  tx: TransactionTables,
  row: LockedInvocation,
): Promise<WaitStep | ExecuteStep> {
  const { effect } = JSON.parse(row.verdict ?? "{}") as Partial<RecordedVerdict>;
  const locked = effect === "require_approval" ? await tx.approvals.lock(row) : undefined;
  // A round that another verdict took the place of says nothing about it.
  if (locked === undefined) return executeStep(row, requireAction(ports, row.action), { by: [] });
  const { approval, nowMs } = locked;
  const state = approvalStateOf(approval, await tx.votes.listOfRound(row, approval.round));
  return state.resolution === undefined
    ? waitStep(row, state, nowMs)
    : executeStep(row, requireAction(ports, row.action), releaseOf(state.resolution, nowMs));
}
