import type { ApprovalTerms } from "../../src/contract/approval-terms.ts";
import type { Step } from "../../src/contract/run.ts";
import type { ErrorCode } from "../../src/core/errors.ts";
import type { AuditEntry } from "../../src/store/audit.ts";
import type { ApprovalRow } from "../../src/store/approvals.ts";
import { closeRow } from "../close-row.ts";
import type { Deciding } from "../deciding.ts";
import { createErrorView } from "../error-view.ts";
import type { Drift } from "./find-drift.ts";
import { reopen } from "./reopen.ts";

/** What people were asked is the question no more: they are asked the new one, or nobody is, as the approval's terms say. */
export async function askAgain(
  deciding: Deciding,
  approval: ApprovalRow,
  { because, events, ...drift }: Drift & { readonly events: readonly AuditEntry[] },
): Promise<Step> {
  const { tx, row } = deciding;
  const code = refusalOf(approval, drift);
  if (code !== undefined) {
    await tx.approvals.update(approval, { status: "superseded" });
    return closeRow(tx, row, { status: "denied", error: createErrorView(code, because), events });
  }
  const { requesters } = approval;
  return reopen(deciding, approval, { because, requesters, events, author: "countersign", judged: row.judged });
}

function refusalOf({ terms }: ApprovalRow, { isUnfit }: Pick<Drift, "isUnfit">): ErrorCode | undefined {
  if (isUnfit) return "invalid_input";
  return (JSON.parse(terms) as ApprovalTerms).onDrift === "deny" ? "action_denied" : undefined;
}
