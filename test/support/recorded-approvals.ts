import { randomBytes } from "node:crypto";
import type { InvocationRef } from "../../src/contract/ids.ts";
import { canonicalJson } from "../../src/core/canonical.ts";
import { newGrantId, newVoteId } from "../../src/core/ids.ts";
import { DEFAULT_APPROVAL_TERMS, DEFAULT_STAGE } from "../../src/core/policy/document/approval-terms.ts";
import {
  type ApprovalChange,
  type ApprovalRow,
  createApprovalTable,
  type NewApproval,
} from "../../src/store/approvals.ts";
import type { Db } from "../../src/store/db.ts";
import { createGrantTable, type GrantRow, type NewGrant } from "../../src/store/grants.ts";
import { createVoteTable, type VoteRow } from "../../src/store/votes.ts";
import { type Recorded, recordInvocation } from "./decided-invocations.ts";

/** The instant at which approvals of tests are opened unless they say otherwise, epoch milliseconds. */
export const OPENED_AT_MS = Date.parse("2026-03-01T12:00:00.000Z");

const HOUR_MS = 3_600_000;

/** What a test says of an approval on record. */
export interface RecordedApproval extends Recorded {
  readonly requesters?: readonly string[];
  readonly approvers?: readonly string[];
  /** Epoch milliseconds. */
  readonly openedAtMs?: number;
  /** `pending` unless given. */
  readonly status?: ApprovalRow["status"];
  /** When it was resolved, from its opening. */
  readonly resolvedAfterMs?: number;
}

/** The first round of an approval for this call, as the decision opens it: of one stage unless the terms say otherwise. */
export function newApproval(ref: InvocationRef, change: Partial<NewApproval> = {}): NewApproval {
  const { openedAt = new Date(OPENED_AT_MS), approvers = ["role:approver"] } = change;
  const terms = canonicalJson({ ...DEFAULT_APPROVAL_TERMS, stages: [{ ...DEFAULT_STAGE, approvers }] });
  return {
    ...{ ref, round: 1, action: "test.echo", requesters: ["ada"], approvers, terms },
    ...{ progress: "{}", because: undefined, digest: "d", openedAt, decideBy: new Date(openedAt.getTime() + HOUR_MS) },
    ...change,
  };
}

/** Puts a call and the approval that it waits for, or waited for, on record. */
export async function recordApproval(db: Db, recorded: RecordedApproval = {}): Promise<InvocationRef> {
  const { tenant = "default", action = "test.echo", openedAtMs = OPENED_AT_MS, status, resolvedAfterMs } = recorded;
  const createdAt = new Date(openedAtMs).toISOString();
  const ref = { tenant, id: await recordInvocation(db, { createdAt, ...recorded }) };
  await db.query("update invocation set decided_at = created_at where tenant = $1 and id = $2", [tenant, ref.id]);
  const table = createApprovalTable(db);
  const { approvers = ["role:approver"], requesters = [recorded.actor?.subject ?? "ada"] } = recorded;
  const openedAt = new Date(openedAtMs);
  await table.open(newApproval(ref, { action, openedAt, approvers, requesters }));
  const change: ApprovalChange = {
    ...(status === undefined ? {} : { status }),
    ...(resolvedAfterMs === undefined ? {} : { resolved_at: new Date(openedAtMs + resolvedAfterMs) }),
  };
  if (Object.keys(change).length > 0) await table.update({ tenant, invocation: ref.id, round: 1 }, change);
  return ref;
}

/** Puts a received vote on record, an approval by bob a minute after the opening unless changed. */
export async function recordVote(db: Db, ref: InvocationRef, change: Partial<VoteRow> = {}): Promise<VoteRow["id"]> {
  const id = newVoteId(randomBytes);
  const vote = {
    ...{ tenant: ref.tenant, id, invocation: ref.id, round: 1, stage: 0, digest: "d", voter: "bob" },
    ...{ decision: "approve" as const, reason: null, edit: null, grant_terms: null, idempotency_key: null },
    ...{ made_at: OPENED_AT_MS + 60_000, mac: "m" },
    ...change,
  };
  await createVoteTable(db).insert(vote);
  return vote.id;
}

/** Puts a grant on record that a vote on this call gave: three uses within a day, for every call of the actor. */
export async function recordGrant(db: Db, ref: InvocationRef, change: Partial<NewGrant> = {}): Promise<GrantRow["id"]> {
  const id = newGrantId(randomBytes);
  await createGrantTable(db).insert({
    ...{
      tenant: ref.tenant,
      id,
      vote: await recordVote(db, ref),
      invocation: ref.id,
      round: 1,
      stage: 0,
      issuer: "bob",
    },
    ...{ action: "test.echo", action_version: "v1", policy_version: "1-0", actor: "ada", run: null },
    ...{ scope: "actor" as const, bounds: "{}", uses: 3, issued_at: Date.now(), expires_at: Date.now() + 24 * HOUR_MS },
    mac: "m",
    ...change,
  });
  return id;
}
