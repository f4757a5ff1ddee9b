import { randomBytes } from "node:crypto";
import type { Resolution } from "../../src/contract/approval.ts";
import type { GrantTerms } from "../../src/contract/grants.ts";
import type { ErrorView } from "../../src/contract/invocation.ts";
import type { RecordedVerdict } from "../../src/contract/policy.ts";
import type { ResolvedApproval } from "../../src/core/approval/state.ts";
import { canonicalJson } from "../../src/core/canonical.ts";
import { computeGrantMac } from "../../src/core/grant-mac.ts";
import { newGrantId } from "../../src/core/ids.ts";
import type { AuditEntry } from "../../src/store/audit.ts";
import { canceledError, createErrorView } from "../error-view.ts";
import { eventOf } from "../event-of.ts";
import type { LockedApproval } from "./record-happenings.ts";

/**
 * Writes the one resolution of an approval, and the grants that came with the votes for it.
 * @param counted ids of the votes that count by now, of all stages
 * @returns what to record
 */
export async function recordResolution(
  locked: LockedApproval,
  resolution: ResolvedApproval,
  counted: ReadonlySet<string>,
): Promise<AuditEntry[]> {
  const { tx, row, approval } = locked;
  const document: Resolution = {
    status: resolution.status,
    at: new Date(resolution.atMs).toISOString(),
    by: [...resolution.by],
    ...(resolution.reason === undefined ? {} : { reason: resolution.reason }),
    digest: approval.digest,
    actionVersion: row.action_version,
    policyVersion: policyVersionOf(locked),
  };
  await tx.approvals.update(approval, {
    status: resolution.status,
    resolution: canonicalJson(document),
    resolved_at: new Date(resolution.atMs),
    execute_by: resolution.executeByAtMs === undefined ? null : new Date(resolution.executeByAtMs),
  });
  const resolved = eventOf(row, "approval.resolved", { ...document, round: approval.round });
  return resolution.status === "approved" ? [resolved, ...(await issueGrants(locked, counted))] : [resolved];
}

/** A grant holds from the moment that the approval it came with was given by everybody who had to. */
async function issueGrants(
  { tx, row, approval, votes, nowMs, signingKey }: LockedApproval,
  counted: ReadonlySet<string>,
): Promise<AuditEntry[]> {
  const events: AuditEntry[] = [];
  for (const vote of votes) {
    if (vote.grant_terms === null || vote.decision !== "approve" || !counted.has(vote.id)) continue;
    const { uses, expiresInMs, scope, bounds } = JSON.parse(vote.grant_terms) as GrantTerms;
    const id = newGrantId(randomBytes);
    const policyVersion = policyVersionOf({ row });
    const grant = {
      ...{ tenant: row.tenant, id, vote: vote.id, invocation: row.id, round: approval.round, stage: vote.stage },
      ...{ issuer: vote.voter, action: row.action, action_version: row.action_version, policy_version: policyVersion },
      ...{ actor: row.actor, run: row.run, scope, bounds: canonicalJson(bounds), uses },
      ...{ issued_at: nowMs, expires_at: nowMs + expiresInMs },
    };
    await tx.grants.insert({ ...grant, mac: computeGrantMac(signingKey, grant) });
    const expiresAt = new Date(nowMs + expiresInMs).toISOString();
    const issued = eventOf(row, "grant.issued", { grant: id, vote: vote.id, uses, scope, expiresAt });
    events.push({ ...issued, principal: vote.voter });
  }
  return events;
}

/** Why a call isn't executed whose approval was not given. */
export function errorOf({ reason, by }: ResolvedApproval, status: "rejected" | "expired" | "canceled"): ErrorView {
  switch (status) {
    case "rejected":
      return createErrorView("approval_rejected", reason ?? rejectionOf(by));
    case "expired":
      return createErrorView("approval_expired", "Nobody decided in time");
    case "canceled":
      return canceledError({ cancel_reason: reason ?? null });
  }
}

function rejectionOf(by: readonly string[]): string {
  return by.length < 2 ? "An approver rejected the call" : `${by.length} approvers rejected the call`;
}

function policyVersionOf({ row }: Pick<LockedApproval, "row">): string {
  return (JSON.parse(row.verdict ?? "{}") as RecordedVerdict).policyVersion;
}
