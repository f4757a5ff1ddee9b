import type { ApprovalStatus, Decision } from "../../contract/approval.ts";
import type { ApprovalTerms } from "../../contract/policy.ts";
import type { ErrorCode } from "../errors.ts";

/** A vote as the door kept it, with what was found out about it since. Times are instants by database time, in epoch milliseconds. */
export interface ReceivedVote {
  readonly id: string;
  readonly voter: string;
  readonly decision: Decision;
  readonly reason: string | undefined;
  /** Round and digest that the voter saw. */
  readonly round: number;
  readonly digest: string;
  /** When it was made at the door; its signal may come much later. */
  readonly madeAtMs: number;
  /** Whether its MAC holds: false for a row that no door wrote. */
  readonly authentic: boolean;
  /** Whether the voter is, as of now, one of the approvers that the terms name. */
  readonly eligible: boolean;
}

/** A vote that counts. */
export interface CountedVote {
  readonly voter: string;
  readonly decision: Decision;
}

/** What votes, clock or cancel made of the approval. Made once. */
export interface ResolvedApproval {
  readonly status: Exclude<ApprovalStatus, "pending">;
  /** When what resolved it happened: the vote was made, the deadline passed, the cancel was asked for. */
  readonly atMs: number;
  /** Whoever's votes or cancel made it; empty when the clock did. */
  readonly by: readonly string[];
  readonly reason: string | undefined;
  /** The instant after which an approved call may no longer begin. */
  readonly executeByAtMs: number | undefined;
}

/** One approval, as data: everything the state machine needs to go on. */
export interface ApprovalState {
  readonly round: number;
  readonly digest: string;
  /** The actor, and whoever called for it: they can't vote. */
  readonly requesters: readonly string[];
  readonly terms: ApprovalTerms;
  readonly decideByAtMs: number;
  readonly counted: readonly CountedVote[];
  readonly resolution: ResolvedApproval | undefined;
}

/** A cancel that was asked for. `by` is absent for one made in the Temporal UI. */
export interface RequestedCancel {
  readonly atMs: number;
  readonly by: string | undefined;
  readonly reason: string | undefined;
}

/** What has happened since the approval was last looked at. */
export interface ApprovalEvents {
  /** In any order: they are judged in the order they were made. */
  readonly votes: readonly ReceivedVote[];
  readonly cancel: RequestedCancel | undefined;
  /** Database time, epoch milliseconds. */
  readonly nowMs: number;
}

/** How one vote ended: it counts, or it is refused with a code. */
export type Judgement =
  | { readonly id: string; readonly state: "counted" }
  | { readonly id: string; readonly state: "refused"; readonly code: ErrorCode };

/** The next state and how each vote ended. */
export interface AdvancedApproval {
  readonly state: ApprovalState;
  readonly judgements: readonly Judgement[];
}

/** A count of the votes that count. */
export interface Tally {
  readonly approve: number;
  readonly reject: number;
}

/**
 * Moves an approval on: a cancel first, then every vote in the order it was made, then the clock.
 * A vote counts by the time it was made, whenever it arrives; silence never approves.
 */
export function advanceApproval(start: ApprovalState, events: ApprovalEvents): AdvancedApproval {
  let state = events.cancel === undefined ? start : cancelApproval(start, events.cancel);
  const judgements: Judgement[] = [];
  for (const vote of events.votes.toSorted(byTimeMade)) {
    const code = refuseVote(state, vote);
    if (code === undefined) {
      judgements.push({ id: vote.id, state: "counted" });
      state = countVote(state, vote);
    } else {
      judgements.push({ id: vote.id, state: "refused", code });
    }
  }
  return { state: expireApproval(state, events.nowMs), judgements };
}

/** Counts approvals and rejections. */
export function tallyVotes(counted: readonly CountedVote[]): Tally {
  const approve = counted.filter((vote) => vote.decision === "approve").length;
  return { approve, reject: counted.length - approve };
}

/** The next instant at which the approval changes by itself; none once it is resolved. One millisecond after decide-by, since a vote in that very millisecond is still in time. */
export function nextChangeAtMs(state: ApprovalState): number | undefined {
  return state.resolution === undefined ? state.decideByAtMs + 1 : undefined;
}

/** Why a vote can't count, as a code; `undefined` when it counts. The same answer at the door and where votes are judged. */
export function refuseVote(state: ApprovalState, vote: ReceivedVote): ErrorCode | undefined {
  if (!vote.authentic) return "forbidden";
  if (state.requesters.includes(vote.voter)) return "self_approval";
  if (!vote.eligible) return "not_an_approver";
  if (state.resolution !== undefined) return "already_resolved";
  if (vote.madeAtMs > state.decideByAtMs) return "approval_expired";
  if (vote.round !== state.round || vote.digest !== state.digest) return "digest_mismatch";
  if (state.terms.requireReason && (vote.reason === undefined || vote.reason.trim() === "")) return "invalid_request";
  return undefined;
}

function byTimeMade(one: ReceivedVote, other: ReceivedVote): number {
  return one.madeAtMs - other.madeAtMs || (one.id < other.id ? -1 : 1);
}

function countVote(state: ApprovalState, vote: ReceivedVote): ApprovalState {
  // A person counts once: the newest vote replaces the one before.
  const others = state.counted.filter((earlier) => earlier.voter !== vote.voter);
  const counted = [...others, { voter: vote.voter, decision: vote.decision }];
  const tally = tallyVotes(counted);
  if (tally.reject >= state.terms.deny) return { ...state, counted, resolution: resolveBy("rejected", counted, vote) };
  if (tally.approve < state.terms.approve) return { ...state, counted };
  const { executeByMs } = state.terms;
  const executeByAtMs = executeByMs === undefined ? undefined : vote.madeAtMs + executeByMs;
  return { ...state, counted, resolution: { ...resolveBy("approved", counted, vote), executeByAtMs } };
}

function resolveBy(
  status: "approved" | "rejected",
  counted: readonly CountedVote[],
  last: ReceivedVote,
): ResolvedApproval {
  const by = counted.filter((vote) => vote.decision === last.decision).map((vote) => vote.voter);
  return { status, atMs: last.madeAtMs, by, reason: last.reason, executeByAtMs: undefined };
}

function cancelApproval(state: ApprovalState, cancel: RequestedCancel): ApprovalState {
  if (state.resolution !== undefined) return state;
  const by = cancel.by === undefined ? [] : [cancel.by];
  return {
    ...state,
    resolution: { status: "canceled", atMs: cancel.atMs, by, reason: cancel.reason, executeByAtMs: undefined },
  };
}

function expireApproval(state: ApprovalState, nowMs: number): ApprovalState {
  if (state.resolution !== undefined || nowMs <= state.decideByAtMs) return state;
  return {
    ...state,
    resolution: { status: "expired", atMs: state.decideByAtMs, by: [], reason: undefined, executeByAtMs: undefined },
  };
}
