import type { VoteId } from "../contract/ids.ts";
import { CountersignError } from "../core/countersign-error.ts";
import type { SigningKey } from "../core/signing-key.ts";
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
  /** The voter's own votes of the round, as {@link listOwn} gives them. */
  readonly own: readonly VoteRow[];
  /** The open stage, from 0. */
  readonly stage: number;
  /** Whether the approval has its resolution, so that no vote can replace another any more. */
  readonly isResolved: boolean;
  readonly signingKey: SigningKey;
}

/** Whose votes are meant, and in which round. */
export interface OwnVotes {
  readonly tx: TransactionTables;
  readonly voter: string;
  readonly approval: ApprovalRow;
  readonly signingKey: SigningKey;
}

/** What the voter said in the round, but for what was refused, oldest first. A row that no door wrote is nobody's word. */
export async function listOwn({ tx, voter, approval, signingKey }: OwnVotes): Promise<readonly VoteRow[]> {
  const ref = { tenant: approval.tenant, id: approval.invocation };
  const rows = await tx.votes.listOfVoter(ref, approval.round, voter);
  return rows.filter((row) => isAuthenticVote(signingKey, row));
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

/** The voter's newest word in the open stage, if it says the same. */
export function findNewest({ ballot, approval, own, stage, isResolved }: VoteToFind): VoteId | undefined {
  if ((ballot.digest ?? approval.digest) !== approval.digest) return undefined;
  // A key that no vote came with is remembered by a vote of its own: sent again later, it must overturn nothing that was said since.
  if (ballot.idempotencyKey !== null && !isResolved) return undefined;
  // One that was replaced, or refused, keeps nobody from saying the same again.
  const newest = own.findLast(
    (row) =>
      row.stage === stage && (row.state === "received" || row.state === "counted") && row.digest === approval.digest,
  );
  return newest !== undefined && saysTheSame(ballot, newest) ? newest.id : undefined;
}

function saysTheSame(ballot: ReadBallot, row: VoteRow): boolean {
  return row.decision === ballot.decision && row.edit === ballot.edit && row.grant_terms === ballot.grantTerms;
}
