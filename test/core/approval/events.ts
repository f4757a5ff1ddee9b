import type { ApprovalTerms } from "../../../src/contract/policy.ts";
import type {
  ApprovalEvents,
  ApprovalState,
  ReceivedVote,
  RequestedCancel,
} from "../../../src/core/approval/approval.ts";

/** The one instant that these tests count from. */
export const OPENED_AT_MS = Date.parse("2026-01-02T03:04:05.000Z");
/** Until when votes count. */
export const DECIDE_BY_AT_MS = OPENED_AT_MS + 60_000;

/** Terms that one approval or one rejection satisfies, changed as a test needs them. */
export function termsWith(change: Partial<ApprovalTerms> = {}): ApprovalTerms {
  return { approvers: ["group:finance"], approve: 1, deny: 1, decideByMs: 60_000, requireReason: false, ...change };
}

/** An approval that nobody has voted on, asked for by `agent` through `helper`. */
export function openApproval(terms: Partial<ApprovalTerms> = {}): ApprovalState {
  return {
    round: 1,
    digest: "d1",
    requesters: ["agent", "helper"],
    terms: termsWith(terms),
    decideByAtMs: DECIDE_BY_AT_MS,
    counted: [],
    resolution: undefined,
  };
}

/** A vote that counts on {@link openApproval}: an authentic approval by somebody eligible, a second after it was opened. */
export function voteOf(change: Partial<ReceivedVote> = {}): ReceivedVote {
  return {
    id: "vote_1",
    voter: "ada",
    decision: "approve",
    reason: undefined,
    round: 1,
    digest: "d1",
    madeAtMs: OPENED_AT_MS + 1_000,
    authentic: true,
    eligible: true,
    ...change,
  };
}

/** A cancel by the actor. */
export function cancelOf(change: Partial<RequestedCancel> = {}): RequestedCancel {
  return { atMs: OPENED_AT_MS + 2_000, by: "agent", reason: "Changed my mind", ...change };
}

/** Events that were looked at five seconds after the approval was opened, unless told. */
export function eventsOf(change: Partial<ApprovalEvents> = {}): ApprovalEvents {
  return { votes: [], cancel: undefined, nowMs: OPENED_AT_MS + 5_000, ...change };
}
