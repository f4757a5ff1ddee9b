import { randomUUID } from "node:crypto";
import type { Resolution } from "../src/contract/approval.ts";
import type { InvocationRef } from "../src/contract/ids.ts";
import type { RecordedVerdict } from "../src/contract/policy.ts";
import type { ClosedStep } from "../src/contract/run.ts";
import type { Action, ActionContext } from "../src/action/action.ts";
import { inputDigest } from "../src/core/digest.ts";
import type { ErrorCode } from "../src/core/errors.ts";
import { isClosed, mayRun } from "../src/core/invocation.ts";
import type { ApprovalRow } from "../src/store/approvals.ts";
import type { InvocationChange, LockedInvocation } from "../src/store/invocations.ts";
import type { TransactionTables } from "../src/store/store.ts";
import { closeRow, eventOf } from "./close-row.ts";
import type { ActivityPorts } from "./ports.ts";
import { requireAction, requireRow } from "./require.ts";
import { closedStep } from "./steps.ts";

/** An attempt that is in the ledger and may run now. */
export interface BegunAttempt {
  readonly kind: "run";
  readonly ref: InvocationRef;
  readonly row: LockedInvocation;
  readonly action: Action;
  readonly attempt: number;
  /** Only its holder may record the outcome. */
  readonly token: string;
  /** Attempts before this one that reported an error. */
  readonly erredBefore: number;
  readonly approval: ActionContext["approval"];
}

/**
 * Checks for the last time that the invocation may run, and writes the attempt into the ledger before anything happens.
 * An invocation that may not run is closed instead.
 */
export function beginExecution(ports: ActivityPorts, ref: InvocationRef): Promise<BegunAttempt | ClosedStep> {
  const { identity } = ports;
  return ports.store.transaction(async (tx) => {
    const row = requireRow(await tx.invocations.lock(ref));
    if (isClosed(row.status)) return closedStep(row);
    const action = requireAction(ports, row.action);
    const { mode } = action.execution;
    const approval = await mandateOf(tx, row);
    const last = row.attempts === 0 ? undefined : await tx.executions.last(ref);
    const obstacle = last === undefined ? obstacleTo(row, approval) : undefined;
    if (obstacle !== undefined) return closeRow(tx, row, obstacle);
    if (mayRun(mode, last?.state) === "uncertain") return closeUncertain(tx, row, last);

    const attempt = row.attempts + 1;
    const token = randomUUID();
    await tx.executions.start({ ref, attempt, round: row.round, token, mode, digest: row.digest, worker: identity });
    const change: InvocationChange = { attempts: attempt };
    await tx.invocations.update(ref, row.status === "executing" ? change : { ...change, status: "executing" });
    if (approval !== undefined && approval.consumed_at === null) {
      await tx.approvals.update(approval, { consumed_at: new Date(row.now) });
    }
    await tx.audit.append(row.tenant, [eventOf(row, "execution.started", { attempt, mode, round: row.round, digest: row.digest })]);
    const erredBefore = last === undefined ? 0 : await tx.executions.countErred(ref);
    return { kind: "run", ref, row, action, attempt, token, erredBefore, approval: contextApproval(approval) };
  });
}

/** The approval that the verdict asks for; none for a recorded allow. */
async function mandateOf(tx: TransactionTables, row: LockedInvocation): Promise<ApprovalRow | undefined> {
  if (effectOf(row) !== "require_approval") return undefined;
  return (await tx.approvals.lock(row))?.approval;
}

/** Why an invocation that nobody has begun may not run after all; `undefined` when it may. */
function obstacleTo(row: LockedInvocation, approval: ApprovalRow | undefined): Parameters<typeof closeRow>[2] | undefined {
  if (row.cancel_at !== null) {
    return { status: "canceled", error: describe("invocation_canceled", row.cancel_reason ?? "The call was canceled") };
  }
  if (inputDigest({ ...identityOf(row), salt: row.salt, input: JSON.parse(row.input) as unknown }) !== row.digest) {
    return { status: "failed", error: describe("digest_mismatch", "The input is not the one that was decided") };
  }
  if (effectOf(row) === "allow") return undefined;
  if (approval?.status !== "approved" || approval.digest !== row.digest || resolvedDigest(approval) !== row.digest) {
    return { status: "failed", error: describe("digest_mismatch", "No approval covers this input") };
  }
  if (approval.execute_by !== null && row.now > approval.execute_by) {
    return { status: "expired", error: describe("approval_expired", "The approval was not used in time") };
  }
  return undefined;
}

async function closeUncertain(
  tx: TransactionTables,
  row: LockedInvocation,
  last: { readonly attempt: number; readonly token: string } | undefined,
): Promise<ClosedStep> {
  if (last !== undefined) {
    await tx.executions.finish({ ref: row, attempt: last.attempt, token: last.token, state: "uncertain", error: undefined });
  }
  return closeRow(tx, row, {
    status: "uncertain",
    error: describe("outcome_uncertain", "The worker was lost while the action ran, and it may run only once"),
    events: [eventOf(row, "execution.finished", { attempt: row.attempts, outcome: "uncertain" })],
  });
}

function effectOf(row: LockedInvocation): RecordedVerdict["effect"] | undefined {
  return row.verdict === null ? undefined : (JSON.parse(row.verdict) as RecordedVerdict).effect;
}

function resolvedDigest(approval: ApprovalRow): string | undefined {
  return approval.resolution === null ? undefined : (JSON.parse(approval.resolution) as Resolution).digest;
}

function identityOf(row: LockedInvocation) {
  return {
    invocation: row.id,
    tenant: row.tenant,
    actor: row.actor,
    action: row.action,
    actionVersion: row.action_version,
    round: row.round,
  };
}

function describe(code: ErrorCode, message: string) {
  return { code, message, retryable: false };
}

function contextApproval(approval: ApprovalRow | undefined): ActionContext["approval"] {
  if (approval === undefined || approval.resolution === null) return undefined;
  const { by, at, digest } = JSON.parse(approval.resolution) as Resolution;
  return { by, at, digest };
}
