import { Resolution, type ApprovalView, type VoteView } from "../contract/approval.ts";
import type { RemainingLimit } from "../contract/guards.ts";
import type { ApprovalSummary, InvocationView } from "../contract/invocation.ts";
import type { Risk } from "../contract/manifest.ts";
import type { ApprovalTerms, RecordedVerdict } from "../contract/policy.ts";
import { tallyVotes } from "../core/approval/approval.ts";
import type { ApprovalDetailRow, ApprovalRow, EmbeddedVote } from "../store/approvals.ts";
import type { InvocationRow } from "../store/invocations.ts";

/** What a view shows besides the row itself. */
export interface InvocationViewParts {
  readonly approval: ApprovalRow | undefined;
  readonly temporalUiUrl: string | undefined;
  /** True when an earlier call's answer is returned. */
  readonly replayed: boolean;
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
    approval: parts.approval === undefined ? undefined : summarizeApproval(parts.approval),
    output: parseDocument(row.output_view),
    error: parseDocument(row.error),
    attempts: row.attempts,
    createdAt: toWireTime(row.created_at),
    decidedAt: maybeWireTime(row.decided_at),
    executedAt: maybeWireTime(row.executed_at),
    closedAt: maybeWireTime(row.closed_at),
    replayed: parts.replayed ? true : undefined,
    temporalUiUrl: parts.temporalUiUrl,
  }) as InvocationView;
}

/** What the view of an approval shows besides the row: how the action describes itself, and where its run is seen. */
export interface ApprovalViewParts {
  readonly title: string | undefined;
  readonly description: string | undefined;
  readonly risk: Risk;
  /** Absent in lists, and for a call that no rate and no budget limits. */
  readonly remaining?: readonly RemainingLimit[] | undefined;
  readonly temporalUiUrl: string | undefined;
}

/** An approval as every door shows it. */
export function viewApproval(row: ApprovalDetailRow, parts: ApprovalViewParts): ApprovalView {
  const terms = JSON.parse(row.terms) as ApprovalTerms;
  const verdict = JSON.parse(row.verdict) as RecordedVerdict;
  const votes = JSON.parse(row.votes) as EmbeddedVote[];
  return withoutAbsent({
    id: row.invocation,
    tenant: row.tenant,
    status: row.status,
    action: row.action,
    title: parts.title,
    description: parts.description,
    actor: row.actor,
    via: known(row.via),
    run: known(row.run),
    reason: known(row.reason),
    risk: parts.risk,
    input: JSON.parse(row.input_view) as unknown,
    digest: row.digest,
    rule: verdict.rule,
    why: verdict.reason,
    policyVersion: verdict.policyVersion,
    approvers: row.approvers,
    thresholds: { approve: terms.approve, deny: terms.deny },
    tally: tallyVotes(votes.filter((vote) => vote.state === "counted")),
    requireReason: terms.requireReason,
    openedAt: toWireTime(row.opened_at),
    decideBy: toWireTime(row.decide_by),
    executeBy: maybeWireTime(latestExecuteBy(row, terms)),
    votes: votes.map(viewVote),
    resolution: row.resolution === null ? undefined : Resolution.parse(JSON.parse(row.resolution)),
    remaining: parts.remaining,
    invocationStatus: row.invocation_status,
    temporalUiUrl: parts.temporalUiUrl,
  }) as ApprovalView;
}

/** An instant in epoch milliseconds as the wire shows it. */
export function toWireTime(atMs: number): string {
  return new Date(atMs).toISOString();
}

function maybeWireTime(atMs: number | null | undefined): string | undefined {
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
function latestExecuteBy(row: ApprovalRow, terms: ApprovalTerms): number | undefined {
  if (row.status !== "pending") return row.execute_by ?? undefined;
  return terms.executeByMs === undefined ? undefined : row.decide_by + terms.executeByMs;
}

function viewVote(vote: EmbeddedVote): VoteView {
  return withoutAbsent({
    id: vote.id,
    voter: vote.voter,
    decision: vote.decision,
    reason: known(vote.reason),
    at: toWireTime(vote.made_at),
    state: vote.state,
    code: known(vote.code),
  }) as VoteView;
}

function parseDocument(text: string | null): unknown {
  return text === null ? undefined : JSON.parse(text);
}

function known<T>(value: T | null): T | undefined {
  return value ?? undefined;
}

/** Absent is a missing key on the wire. An output of `null` is known, so it stays. */
function withoutAbsent(members: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined));
}
