import type { Step } from "../../src/contract/run.ts";
import type { ApprovalRow } from "../../src/store/approvals.ts";
import { actionVersionOf } from "../action-version.ts";
import { decideCall } from "../decide-call.ts";
import type { Deciding, LaterRound } from "../deciding.ts";

/**
 * Ends a round without a resolution and decides the call anew, with its input as it now is and as the action now takes it: policy,
 * grants and guards are asked again, and people where policy says so. Votes of the round before cover nothing of it.
 */
export async function reopen(
  deciding: Deciding,
  approval: ApprovalRow,
  round: Omit<LaterRound, "actionVersion">,
): Promise<Step> {
  await deciding.tx.approvals.update(approval, { status: "superseded" });
  const later = { ...round, actionVersion: actionVersionOf(deciding.action) };
  const step = await decideCall({ ...deciding, later });
  if (step.kind === "run") throw new Error("A later round begins no attempt by itself");
  return step;
}
