import type { ApprovalTerms } from "../contract/approval-terms.ts";
import type { ApprovalSummary, InvocationView } from "../contract/invocation.ts";
import type { RecordedVerdict } from "../contract/policy.ts";
import type { ApprovalRow } from "../store/approvals.ts";
import type { InvocationRow } from "../store/invocations.ts";

/** What a view shows besides the row itself. */
export interface InvocationViewParts {
  readonly approval: ApprovalRow | undefined;
  readonly temporalUiUrl: string | undefined;
  /** True when an earlier call's answer is returned. */
  readonly replayed: boolean;
  /** Since when no worker was seen that could carry it on, epoch milliseconds; absent while there is one, or nobody looked. */
  readonly noWorkerSince?: number | undefined;
}

/** An invocation as every door shows it. Input, output and error were redacted when they were kept. */
export function viewInvocation(row: InvocationRow, parts: InvocationViewParts): InvocationView {
  return withoutAbsent({
    id: row.id,
    tenant: row.tenant,
    action: row.action,
    actionVersion: row.action_version,
    actor: row.actor,
    via: known(row.via),
    run: known(row.run),
    session: parseDocument(row.session),
    reason: known(row.reason),
    status: row.status,
    verdict: row.verdict === null ? undefined : viewVerdict(JSON.parse(row.verdict) as RecordedVerdict),
    input: JSON.parse(row.input_view) as unknown,
    digest: row.digest,
    idempotencyKey: known(row.idempotency_key),
    retryOf: known(row.retry_of),
    compensates: known(row.compensates),
    noWorkerSince: maybeWireTime(parts.noWorkerSince),
    approval: parts.approval === undefined ? undefined : summarizeApproval(parts.approval),
    output: parseDocument(row.output_view),
    error: parseDocument(row.error),
    attempts: row.attempts,
    createdAt: toWireTime(row.created_at),
    decidedAt: maybeWireTime(row.decided_at),
    executedAt: maybeWireTime(row.executed_at),
    closedAt: maybeWireTime(row.closed_at),
    erasedAt: maybeWireTime(row.erased_at),
    replayed: parts.replayed ? true : undefined,
    temporalUiUrl: parts.temporalUiUrl,
  }) as InvocationView;
}

/** An instant in epoch milliseconds as the wire shows it. */
export function toWireTime(atMs: number): string {
  return new Date(atMs).toISOString();
}

/** {@link toWireTime} of an instant that may be unknown. */
export function maybeWireTime(atMs: number | null | undefined): string | undefined {
  return atMs === null || atMs === undefined ? undefined : toWireTime(atMs);
}

function viewVerdict(verdict: RecordedVerdict): InvocationView["verdict"] {
  const { effect, rule, reason, policyVersion } = verdict;
  return rule === undefined ? { effect, reason, policyVersion } : { effect, rule, reason, policyVersion };
}

function summarizeApproval(row: ApprovalRow): ApprovalSummary {
  const terms = JSON.parse(row.terms) as ApprovalTerms;
  return withoutAbsent({
    status: row.status,
    approvers: row.approvers,
    decideBy: toWireTime(row.decide_by),
    executeBy: maybeWireTime(latestExecuteBy(row, terms)),
    resolvedAt: maybeWireTime(row.resolved_at),
  }) as ApprovalSummary;
}

/** The instant once the resolution fixed it; before, the latest that it can become. */
export function latestExecuteBy(row: ApprovalRow, terms: ApprovalTerms): number | undefined {
  if (row.status !== "pending") return row.execute_by ?? undefined;
  return terms.executeByMs === undefined ? undefined : row.decide_by + terms.executeByMs;
}

function parseDocument(text: string | null): unknown {
  return text === null ? undefined : JSON.parse(text);
}

/** Absent is `null` in a column and `undefined` everywhere else. */
export function known<T>(value: T | null): T | undefined {
  return value ?? undefined;
}

/** Absent is a missing key on the wire. An output of `null` is known, so it stays. */
export function withoutAbsent(members: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined));
}
