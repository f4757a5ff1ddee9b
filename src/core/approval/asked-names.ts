import type { ApprovalTerms } from "../../contract/approval-terms.ts";
import { CONDITION_PREFIX } from "./approver-condition.ts";

/**
 * The names that terms put a request to, of all stages and each once: those by whom requests are counted. A condition names nobody, and
 * an escalation's people are only asked once it is due.
 */
export function askedNames({ stages }: Pick<ApprovalTerms, "stages">): string[] {
  const approvers = stages.flatMap((stage) => stage.approvers);
  return [...new Set(approvers)].filter((name) => !name.startsWith(CONDITION_PREFIX));
}
