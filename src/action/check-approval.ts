import type { ApprovalTerms } from "../contract/approval-terms.ts";
import { checkApproverCondition } from "../core/approval/approver-condition.ts";
import { CONDITION_PREFIX } from "../core/policy/document/approval-values.ts";
import { parseRegex } from "../core/policy/match/patterns.ts";
import type { Fault } from "./definition-fault.ts";

/**
 * Checks what stands in the texts of an action's terms: conditions in CEL and the patterns of reasons. Apart from the definition itself,
 * since their parsers are packages, which whoever only calls an action doesn't load.
 * @throws invalid_request naming the first that is wrong
 */
export function assertApprovalTexts({ stages, reasonPattern }: Readonly<ApprovalTerms>, fault: Fault): void {
  const approvers = stages.flatMap((stage) => [...stage.approvers, ...(stage.escalate ?? []).flatMap(({ to }) => to)]);
  for (const approver of approvers) {
    if (!approver.startsWith(CONDITION_PREFIX)) continue;
    const [found] = checkApproverCondition(approver.slice(CONDITION_PREFIX.length));
    if (found === undefined) continue;
    const hint = found.hint === undefined ? "" : ` (${found.hint})`;
    throw fault(
      "approval.approvers",
      `has a condition with a fault at character ${found.start + 1}: ${found.message}${hint}`,
    );
  }
  for (const source of reasonPattern ?? []) {
    const pattern = parseRegex(source);
    if ("fault" in pattern) throw fault("approval.reasonPattern", `can't be used: ${pattern.fault}`);
  }
}
