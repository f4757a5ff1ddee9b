import type { ApprovalTerms } from "../contract/approval-terms.ts";
import type { ApprovalView } from "../contract/approval.ts";

/** The forms that a reason must have, as people and programs are told them: one as a plain text, several as a list. */
export function viewReasonPattern({
  reasonPattern,
}: Pick<ApprovalTerms, "reasonPattern">): ApprovalView["reasonPattern"] {
  return reasonPattern?.length === 1 ? reasonPattern[0] : reasonPattern;
}
