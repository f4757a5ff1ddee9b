import type { VoteId } from "../contract/ids.ts";
import { CountersignError } from "../core/countersign-error.ts";
import { isAuthenticVote } from "../core/vote-mac.ts";
import type { ApprovalRow } from "../store/approvals.ts";
import type { TransactionTables } from "../store/store.ts";
import type { VoteRow } from "../store/votes.ts";
import type { ReadBallot } from "./read-ballot.ts";

/** What a vote may repeat. */
export interface VoteToFind {
  readonly tx: TransactionTables;
  readonly ballot: ReadBallot;
  readonly voter: string;
  readonly approval: ApprovalRow;
  /** The open stage, from 0. */
  readonly stage: number;
  readonly signingKey: string;
}

/**
 * The vote that was kept already under the same idempotency key, in whichever round and stage: a request that is sent again after an
 * edit must not be taken for a vote on the edited input. A row that no door wrote is nobody's word.
 * @throws idempotency_conflict for a key that came with another vote
 */
export async function findByKey({ tx, ballot, voter, signingKey }: VoteToFind): Promise<VoteId | undefined> {
  if (ballot.idempotencyKey === null) return undefined;
  const rows = await tx.votes.listOfKey(ballot.ref, voter, ballot.idempotencyKey);
  const earlier = rows.find((row) => isAuthenticVote(signingKey, row));
  if (earlier === undefined) return undefined;
  const isSame = saysTheSame(ballot, earlier) && (ballot.digest ?? earlier.digest) === earlier.digest;
  if (isSame) return earlier.id;
  throw new CountersignError("idempotency_conflict", "The idempotency key was used with another vote");
}

/** The voter's newest word in the open stage, if it says the same. A row that no door wrote is nobody's word. */
export async function findNewest(wanted: VoteToFind): Promise<VoteId | undefined> {
  const { tx, ballot, voter, approval, stage, signingKey } = wanted;
  if ((ballot.digest ?? approval.digest) !== approval.digest) return undefined;
  const votes = await tx.votes.listOfVoter(ballot.ref, approval.round, voter);
  // One that was replaced, or refused, keeps nobody from saying the same again.
  const newest = votes.findLast(
    (row) =>
      row.stage === stage &&
      (row.state === "received" || row.state === "counted") &&
      row.digest === approval.digest &&
      isAuthenticVote(signingKey, row),
  );
  return newest !== undefined && saysTheSame(ballot, newest) ? newest.id : undefined;
}

function saysTheSame(ballot: ReadBallot, row: VoteRow): boolean {
  return row.decision === ballot.decision && row.edit === ballot.edit && row.grant_terms === ballot.grantTerms;
}
