import type { Decision, Resolution } from "../../contract/approval.ts";
import type { ApprovalTerms } from "../../contract/policy.ts";
import type { ApprovalState } from "./approval.ts";

/** What is kept of an approval; documents are JSON text, times epoch milliseconds. */
export interface KeptApproval {
  readonly round: number;
  readonly digest: string;
  readonly requesters: readonly string[];
  readonly terms: string;
  readonly decide_by: number;
  readonly execute_by: number | null;
  readonly resolution: string | null;
}

/** What is kept of a vote, as far as the tally needs it. */
export interface KeptVote {
  readonly voter: string;
  readonly decision: Decision;
  readonly state: "received" | "counted" | "refused";
}

/** The state machine's state, from what is kept of an approval and of the votes of its round. */
export function approvalStateOf(kept: KeptApproval, votes: readonly KeptVote[]): ApprovalState {
  return {
    round: kept.round,
    digest: kept.digest,
    requesters: kept.requesters,
    terms: JSON.parse(kept.terms) as ApprovalTerms,
    decideByAtMs: kept.decide_by,
    counted: votes.filter((vote) => vote.state === "counted").map(({ voter, decision }) => ({ voter, decision })),
    resolution: kept.resolution === null ? undefined : readResolution(kept.resolution, kept.execute_by ?? undefined),
  };
}

function readResolution(text: string, executeByAtMs: number | undefined): ApprovalState["resolution"] {
  const { status, at, by, reason } = JSON.parse(text) as Resolution;
  return { status, atMs: Date.parse(at), by, reason, executeByAtMs };
}
