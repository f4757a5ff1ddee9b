import type { Resolution } from "../src/contract/approval.ts";
import type { RecordedVerdict } from "../src/contract/policy.ts";
import type { ActionContext } from "../src/action/action.ts";
import { inputDigest } from "../src/core/digest.ts";
import type { ErrorCode } from "../src/core/errors.ts";
import type { ApprovalRow } from "../src/store/approvals.ts";
import type { LockedInvocation } from "../src/store/invocations.ts";
import type { TransactionTables } from "../src/store/store.ts";
import type { Closing } from "./close-row.ts";

/** The approval that the recorded verdict asks for, locked; none for a recorded allow. */
export async function lockMandate(tx: TransactionTables, row: LockedInvocation): Promise<ApprovalRow | undefined> {
  return effectOf(row) === "require_approval" ? (await tx.approvals.lock(row))?.approval : undefined;
}

/** Why an invocation that nobody has begun may not run after all; `undefined` when it may. */
export function findObstacle(row: LockedInvocation, approval: ApprovalRow | undefined): Closing | undefined {
  if (row.cancel_at !== null) {
    return { status: "canceled", error: errorOf("invocation_canceled", row.cancel_reason ?? "The call was canceled") };
  }
  if (!isUntouched(row))
    return { status: "failed", error: errorOf("digest_mismatch", "The input is not the one that was decided") };
  if (effectOf(row) === "allow") return undefined;
  if (approval?.status !== "approved" || approval.digest !== row.digest || resolvedDigest(approval) !== row.digest) {
    return { status: "failed", error: errorOf("digest_mismatch", "No approval covers this input") };
  }
  if (approval.execute_by !== null && row.now > approval.execute_by) {
    return { status: "expired", error: errorOf("approval_expired", "The approval was not used in time") };
  }
  return undefined;
}

/** Whether the input is still, to the byte, what the digest was made of. */
export function isUntouched(row: LockedInvocation): boolean {
  const { id: invocation, tenant, actor, action, action_version: actionVersion, round, salt } = row;
  const input = JSON.parse(row.input) as unknown;
  return inputDigest({ invocation, tenant, actor, action, actionVersion, round, salt, input }) === row.digest;
}

/** What the action's function learns about its approval. */
export function approvalContext(approval: ApprovalRow | undefined): ActionContext["approval"] {
  if (approval === undefined || approval.resolution === null) return undefined;
  const { by, at, digest } = JSON.parse(approval.resolution) as Resolution;
  return { by, at, digest };
}

function effectOf(row: LockedInvocation): RecordedVerdict["effect"] | undefined {
  return row.verdict === null ? undefined : (JSON.parse(row.verdict) as RecordedVerdict).effect;
}

function resolvedDigest(approval: ApprovalRow): string | undefined {
  return approval.resolution === null ? undefined : (JSON.parse(approval.resolution) as Resolution).digest;
}

function errorOf(code: ErrorCode, message: string) {
  return { code, message, retryable: false };
}
