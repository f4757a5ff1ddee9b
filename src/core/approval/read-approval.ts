import type { Decision, Resolution } from "../../contract/approval.ts";
import type { ApprovalTerms } from "../../contract/approval-terms.ts";
import type { ApprovalProgress, ApprovalState } from "./state.ts";

/** What is kept of one round of an approval; documents are JSON text, times epoch milliseconds. */
export interface KeptApproval {
  readonly round: number;
  readonly digest: string;
  readonly requesters: readonly string[];
  readonly terms: string;
  /** {@link ApprovalProgress} as JSON. */
  readonly progress: string;
  readonly opened_at: number;
  readonly decide_by: number;
  readonly execute_by: number | null;
  readonly resolution: string | null;
}

/** What is kept of a vote, as far as the tally needs it. */
export interface KeptVote {
  readonly id: string;
  readonly voter: string;
  readonly decision: Decision;
  readonly stage: number;
  readonly state: "received" | "counted" | "replaced" | "refused";
}

/** The state machine's state, from what is kept of a round and of its votes, the oldest first. */
export function approvalStateOf(kept: KeptApproval, votes: readonly KeptVote[]): ApprovalState {
  const progress = JSON.parse(kept.progress) as ApprovalProgress;
  return {
    round: kept.round,
    digest: kept.digest,
    requesters: kept.requesters,
    terms: JSON.parse(kept.terms) as ApprovalTerms,
    openedAtMs: kept.opened_at,
    decideByAtMs: kept.decide_by,
    progress,
    counted: votes
      .filter((vote) => vote.state === "counted" && vote.stage === progress.stage)
      .map(({ id, voter, decision }) => ({ id, voter, decision })),
    resolution: kept.resolution === null ? undefined : readResolution(kept.resolution, kept.execute_by ?? undefined),
  };
}

function readResolution(text: string, executeByAtMs: number | undefined): ApprovalState["resolution"] {
  const { status, at, by, reason } = JSON.parse(text) as Resolution;
  return { status, atMs: Date.parse(at), by, reason, executeByAtMs };
}
