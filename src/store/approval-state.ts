import type { Resolution } from "../contract/approval.ts";
import type { ApprovalTerms } from "../contract/policy.ts";
import type { ApprovalState } from "../core/approval/approval.ts";
import type { ApprovalRow } from "./approvals.ts";
import type { VoteRow } from "./votes.ts";

/** The state machine's state, from the row and the votes of its round. */
export function approvalStateOf(row: ApprovalRow, votes: readonly VoteRow[]): ApprovalState {
  const resolution = row.resolution === null ? undefined : (JSON.parse(row.resolution) as Resolution);
  return {
    round: row.round,
    digest: row.digest,
    requesters: row.requesters,
    terms: JSON.parse(row.terms) as ApprovalTerms,
    decideByAtMs: row.decide_by,
    counted: votes.filter((vote) => vote.state === "counted").map(({ voter, decision }) => ({ voter, decision })),
    resolution:
      resolution === undefined
        ? undefined
        : {
            status: resolution.status,
            atMs: Date.parse(resolution.at),
            by: resolution.by,
            reason: resolution.reason,
            executeByAtMs: row.execute_by ?? undefined,
          },
  };
}
