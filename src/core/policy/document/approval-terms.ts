import type { ApprovalStage, ApprovalTerms } from "../../../contract/approval-terms.ts";
import { freezeDeep } from "./freeze-deep.ts";

/** A stage that says no more: one approver. */
export const DEFAULT_STAGE: Readonly<ApprovalStage> = freezeDeep({
  approvers: ["role:approver"],
  approve: 1,
  deny: 1,
});

/** Terms where neither policy nor the action says more: one approver within a day. */
export const DEFAULT_APPROVAL_TERMS: Readonly<ApprovalTerms> = freezeDeep<ApprovalTerms>({
  stages: [DEFAULT_STAGE],
  decideByMs: 86_400_000,
  exclude: ["requester"],
  requireReason: false,
  onDrift: "ask_again",
});

/** A copy of terms, for readers who do with it what they like. */
export function copyApprovalTerms(terms: Readonly<ApprovalTerms>): ApprovalTerms {
  const { edit, reasonPattern } = terms;
  const copy: ApprovalTerms = { ...terms, stages: terms.stages.map(copyStage), exclude: [...terms.exclude] };
  if (reasonPattern !== undefined) copy.reasonPattern = [...reasonPattern];
  if (edit !== undefined) copy.edit = { allow: [...edit.allow] };
  return copy;
}

function copyStage(stage: ApprovalStage): ApprovalStage {
  const { escalate } = stage;
  const copy: ApprovalStage = { ...stage, approvers: [...stage.approvers] };
  if (escalate !== undefined) {
    copy.escalate = escalate.map(({ afterMs, to, notify }) => ({ afterMs, to: [...to], notify: [...notify] }));
  }
  return copy;
}
