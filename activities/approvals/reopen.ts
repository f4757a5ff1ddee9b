import type { ExecuteStep, ClosedStep, WaitStep } from "../../src/contract/run.ts";
import type { ApprovalRow } from "../../src/store/approvals.ts";
import { actionVersionOf } from "../action-version.ts";
import { decideCall } from "../decide-call.ts";
import type { Deciding, LaterRound } from "../deciding.ts";
import { reviseInput } from "../revise-input.ts";

/** What a later round is opened with. */
export interface Reopening extends LaterRound {
  /** Who or what made its input. */
  readonly author: string;
  /** Canonical JSON; as it was, unless somebody edited it. */
  readonly input: string;
}

/**
 * Ends a round without a resolution and decides the call anew, with its input as it now is and as the action now takes it: policy,
 * grants and guards are asked again, and people where policy says so. Votes of the round before cover nothing of it.
 */
export async function reopen(
  deciding: Deciding,
  approval: ApprovalRow,
  { author, input, ...later }: Reopening,
): Promise<WaitStep | ExecuteStep | ClosedStep> {
  const { ports, tx, row, action } = deciding;
  await tx.approvals.update(approval, { status: "superseded" });
  const actionVersion = actionVersionOf(action);
  const revised = await reviseInput(ports, { tx, row, action }, { input, author, actionVersion });
  const step = await decideCall({ ...deciding, row: revised, later });
  if (step.kind === "run") throw new Error("A later round begins no attempt by itself");
  return step;
}
