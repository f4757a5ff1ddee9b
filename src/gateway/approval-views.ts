import {
  type ApprovalView,
  type InputChange,
  type PreviousView,
  Resolution,
  type RevisionView,
  type StageView,
  type VoteView,
} from "../contract/approval.ts";
import { GrantTerms } from "../contract/grants.ts";
import type { RemainingLimit } from "../contract/guards.ts";
import type { Risk } from "../contract/manifest.ts";
import type { RecordedVerdict } from "../contract/policy.ts";
import { openStageOf } from "../core/approval/clocks.ts";
import { tallyVotes } from "../core/approval/count-votes.ts";
import { type DescribedStage, describeStages } from "../core/approval/describe-stages.ts";
import { diffInputs } from "../core/approval/difference.ts";
import { readKeptEdit, readKeptGrant } from "../core/approval/kept-vote.ts";
import { approvalStateOf } from "../core/approval/read-approval.ts";
import type { ApprovalState } from "../core/approval/state.ts";
import type { PreviousApproval, RevisionRow } from "../store/approval-rounds.ts";
import type { ApprovalDetailRow, EmbeddedVote } from "../store/approvals.ts";
import { viewOutlook } from "./outlook-view.ts";
import type { Redact } from "./ports.ts";
import { viewReasonPattern } from "./reason-patterns.ts";
import { redactBounds } from "./view-grant.ts";
import { known, latestExecuteBy, maybeWireTime, toWireTime, withoutAbsent } from "./views.ts";

/** What the view of an approval shows besides the row: how the action describes itself, and where its run is seen. */
export interface ApprovalViewParts {
  readonly title: string | undefined;
  readonly description: string | undefined;
  readonly risk: Risk;
  readonly temporalUiUrl: string | undefined;
  readonly redact: Redact;
  /** JSON pointers that the action declared secret in the version that is voted on; `undefined` where nobody knows them any more. */
  readonly secretFields: readonly string[] | undefined;
  /** How many votes are shown, the newest; all of them when absent. */
  readonly maxVotes?: number | undefined;
  /** Absent in lists, and for a call that no rate and no budget limits. */
  readonly remaining?: readonly RemainingLimit[] | undefined;
  /** Every round of the input; absent in lists. */
  readonly revisions?: readonly RevisionRow[] | undefined;
  /** The same actor's request before, for a reader who may see that one too; absent in lists, and for the first one. */
  readonly previous?: PreviousApproval | undefined;
}

/** An approval as every door shows it. */
export function viewApproval(row: ApprovalDetailRow, parts: ApprovalViewParts): ApprovalView {
  const { votes } = row;
  const state = stateOf(row, votes);
  return withoutAbsent({
    ...viewRequest(row),
    ...viewStanding(row, state),
    title: parts.title,
    description: parts.description,
    risk: parts.risk,
    outlook: viewOutlook(state),
    votes: votes.slice(-(parts.maxVotes ?? votes.length)).map((vote) => viewVote(vote, parts)),
    remaining: parts.remaining,
    revisions: parts.revisions === undefined ? undefined : viewRevisions(parts.revisions),
    previous: parts.previous === undefined ? undefined : viewPrevious(parts.previous),
    temporalUiUrl: parts.temporalUiUrl,
  }) as ApprovalView;
}

/** What is asked, by whom and why. */
function viewRequest(row: ApprovalDetailRow): Partial<ApprovalView> {
  const verdict = JSON.parse(row.verdict) as RecordedVerdict;
  return {
    id: row.invocation,
    tenant: row.tenant,
    action: row.action,
    actor: row.actor,
    via: known(row.via),
    run: known(row.run),
    reason: known(row.reason),
    input: JSON.parse(row.input_view) as unknown,
    digest: row.digest,
    round: row.round,
    because: known(row.because),
    rule: verdict.rule,
    why: verdict.reason,
    policyVersion: verdict.policyVersion,
    invocationStatus: row.invocation_status,
  };
}

/** What it takes, and how far it has come. */
function viewStanding(row: ApprovalDetailRow, state: ApprovalState): Partial<ApprovalView> {
  const { terms, progress } = state;
  const { approve, deny } = openStageOf(state);
  return {
    status: row.status,
    approvers: [...row.approvers],
    thresholds: { approve, deny },
    tally: tallyVotes(state.counted),
    stage: progress.stage,
    stages: describeStages(state).map(viewStage),
    requireReason: terms.requireReason,
    reasonPattern: viewReasonPattern(terms),
    editable: terms.edit?.allow,
    openedAt: toWireTime(row.opened_at),
    decideBy: toWireTime(row.decide_by),
    executeBy: maybeWireTime(latestExecuteBy(row, terms)),
    resolution: row.resolution === null ? undefined : Resolution.parse(JSON.parse(row.resolution)),
  };
}

/** The state machine's state; a round that was withdrawn has no resolution of its own, and is over all the same. */
function stateOf(row: ApprovalDetailRow, votes: readonly EmbeddedVote[]): ApprovalState {
  const state = approvalStateOf(row, votes);
  if (row.status !== "superseded") return state;
  const withdrawn = { status: "canceled", by: [], reason: undefined, executeByAtMs: undefined } as const;
  return { ...state, resolution: { ...withdrawn, atMs: row.opened_at } };
}

function viewStage(stage: DescribedStage): StageView {
  return withoutAbsent({
    name: stage.name,
    status: stage.status,
    approvers: stage.approvers,
    thresholds: stage.thresholds,
    tally: stage.tally,
    by: stage.by,
    openedAt: maybeWireTime(stage.openedAtMs),
    decideBy: maybeWireTime(stage.deadlineAtMs),
    remindAt: maybeWireTime(stage.remindAtMs),
    escalations: stage.escalations.map(({ atMs, to, notify, done }) =>
      withoutAbsent({ at: maybeWireTime(atMs), to, notify, done }),
    ),
  }) as StageView;
}

/** Of an edit only the pointers, which a caller wrote: its values are real ones, and may be secret. */
function viewVote(vote: EmbeddedVote, { redact, secretFields }: ApprovalViewParts): VoteView {
  const edit = readKeptEdit(vote.edit);
  const grant = GrantTerms.safeParse(readKeptGrant(vote.grant_terms)).data;
  return withoutAbsent({
    id: vote.id,
    voter: vote.voter,
    decision: vote.decision,
    stage: vote.stage,
    reason: known(vote.reason),
    at: toWireTime(vote.made_at),
    state: vote.state,
    code: known(vote.code),
    edit: edit && Object.keys(edit).map((pointer) => redact(pointer)),
    unreadable: vote.isUnreadable === true ? true : undefined,
    grant: grant && { ...grant, bounds: redactBounds(grant.bounds, redact, secretFields) },
  }) as VoteView;
}

/** Every round but the one that was sent. */
function viewRevisions(rows: readonly RevisionRow[]): RevisionView[] {
  return rows
    .filter(({ round }) => round > 1)
    .map(({ round, author, created_at, digest, difference }) => ({
      ...{ round, author, at: toWireTime(created_at), digest },
      changes: difference === null ? [] : (JSON.parse(difference) as InputChange[]),
    }));
}

/** How the request before ended, and what is different now: found on the real inputs, shown by the redacted ones. */
function viewPrevious(previous: PreviousApproval): PreviousView {
  const resolution = previous.resolution === null ? undefined : Resolution.parse(JSON.parse(previous.resolution));
  const [before, after] = [previous.input, previous.current_input].map((text) => JSON.parse(text) as unknown);
  const views = {
    before: JSON.parse(previous.input_view) as unknown,
    after: JSON.parse(previous.current_input_view) as unknown,
  };
  return withoutAbsent({
    id: previous.invocation,
    status: previous.status,
    openedAt: toWireTime(previous.opened_at),
    resolvedAt: maybeWireTime(previous.resolved_at),
    by: resolution?.by ?? [],
    reason: resolution?.reason,
    changes: diffInputs(before, after, views),
  }) as PreviousView;
}
