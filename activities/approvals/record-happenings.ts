import { currentApprovers, deadlineOf } from "../../src/core/approval/clocks.ts";
import { readKeptEdit } from "../../src/core/approval/kept-vote.ts";
import { shownPlaces } from "../../src/core/approval/shown-places.ts";
import type { ApprovalState, Happening } from "../../src/core/approval/state.ts";
import { canonicalJson } from "../../src/core/canonical.ts";
import { isAuthenticVote } from "../../src/core/vote-mac.ts";
import type { AuditEntry } from "../../src/store/audit.ts";
import type { ApprovalRow } from "../../src/store/approvals.ts";
import type { LockedInvocation } from "../../src/store/invocations.ts";
import type { TransactionTables } from "../../src/store/store.ts";
import type { VoteJudgement, VoteRow } from "../../src/store/votes.ts";
import { votesTopic } from "../../src/core/topics.ts";
import { eventOf } from "../event-of.ts";
import type { ActivityPorts } from "../ports.ts";

/** A locked approval with its votes. */
export interface LockedApproval extends Pick<ActivityPorts, "redact" | "signingKey"> {
  readonly tx: TransactionTables;
  readonly row: LockedInvocation;
  readonly approval: ApprovalRow;
  /** Votes of the round that are not refused, oldest first. */
  readonly votes: readonly VoteRow[];
  /** Database time, epoch milliseconds. */
  readonly nowMs: number;
}

/**
 * Writes how votes were judged and where the approval stands now.
 * @returns what to record, in the order in which it happened
 */
export async function recordHappenings(
  locked: LockedApproval,
  state: ApprovalState,
  happenings: readonly Happening[],
): Promise<AuditEntry[]> {
  const { tx, row, approval, nowMs } = locked;
  const byId = new Map<string, VoteRow>(locked.votes.map((vote) => [vote.id, vote]));
  const judgements = judgementsOf(happenings, byId);
  await tx.votes.judge(row.tenant, judgements);
  if (judgements.length > 0) tx.notify(votesTopic(row));
  const progress = canonicalJson(state.progress);
  if (progress !== approval.progress) {
    await tx.approvals.update(approval, { progress, approvers: currentApprovers(state, nowMs) });
  }
  return happenings.flatMap((happening) => describeHappening(locked, { state, happening, byId }));
}

/** The last word on each vote: one may be counted and replaced at one look. */
function judgementsOf(happenings: readonly Happening[], byId: ReadonlyMap<string, VoteRow>): VoteJudgement[] {
  const last = new Map<string, Omit<VoteJudgement, "id">>();
  for (const happening of happenings) {
    switch (happening.kind) {
      case "counted":
        last.set(happening.vote, { state: "counted" });
        if (happening.replaces !== undefined) last.set(happening.replaces, { state: "replaced" });
        break;
      case "refused":
        last.set(happening.vote, { state: "refused", code: happening.code });
        break;
      case "lapsed":
        last.set(happening.vote, { state: "refused", code: happening.code });
        break;
      case "stage_opened":
      case "reminded":
      case "escalated":
      case "edited":
      case "resolved":
        break;
    }
  }
  return [...last].map(([id, judgement]) => ({ id: votedBy(byId, id).id, ...judgement }));
}

interface Telling<Kind extends Happening = Happening> {
  readonly state: ApprovalState;
  readonly happening: Kind;
  readonly byId: ReadonlyMap<string, VoteRow>;
}

function votedBy(byId: ReadonlyMap<string, VoteRow>, id: string): VoteRow {
  const vote = byId.get(id);
  if (vote === undefined) throw new Error("A vote was judged that nobody made");
  return vote;
}

function describeHappening(locked: LockedApproval, { state, happening, byId }: Telling): AuditEntry[] {
  const { row } = locked;
  const { round, terms } = state;
  switch (happening.kind) {
    case "counted": {
      const { replaces } = happening;
      return [voteEvent(locked, votedBy(byId, happening.vote), { ...(replaces === undefined ? {} : { replaces }) })];
    }
    case "refused":
      return [voteEvent(locked, votedBy(byId, happening.vote), { code: happening.code })];
    case "lapsed":
      return [voteEvent(locked, votedBy(byId, happening.vote), { code: happening.code, at: "resolution" })];
    case "stage_opened": {
      const { name, approvers = [] } = terms.stages[happening.stage] ?? {};
      const named = name === undefined ? {} : { name };
      const decideBy = new Date(deadlineOf(state)).toISOString();
      return [eventOf(row, "approval.stage_opened", { round, stage: happening.stage, ...named, approvers, decideBy })];
    }
    case "reminded": {
      const { stage, atMs, missed } = happening;
      return [eventOf(row, "approval.reminded", { round, stage, at: new Date(atMs).toISOString(), missed })];
    }
    case "escalated": {
      const { stage, index, atMs } = happening;
      const { to = [], notify = [] } = terms.stages[stage]?.escalate?.[index] ?? {};
      return [eventOf(row, "approval.escalated", { round, stage, at: new Date(atMs).toISOString(), to, notify })];
    }
    // What an edit and a resolution lead to is recorded where it is written.
    case "edited":
    case "resolved":
      return [];
  }
}

/** What nobody is known to have written is told by its id alone: no door has redacted it. */
function voteEvent(
  { row, redact, signingKey }: LockedApproval,
  vote: VoteRow,
  outcome: Readonly<Record<string, unknown>>,
): AuditEntry {
  const isGenuine = isAuthenticVote(signingKey, vote);
  const edit = isGenuine ? readKeptEdit(vote.edit) : undefined;
  const data = {
    vote: vote.id,
    decision: vote.decision,
    digest: vote.digest,
    stage: vote.stage,
    ...(vote.reason === null || !isGenuine ? {} : { reason: vote.reason }),
    madeAt: new Date(vote.made_at).toISOString(),
    ...(edit === undefined ? {} : { edit: shownPlaces(redact, Object.keys(edit)) }),
    ...outcome,
  };
  const type = "code" in outcome ? "approval.vote_refused" : "approval.vote_recorded";
  return { ...eventOf(row, type, data), principal: vote.voter };
}
