import type { Decision } from "../contract/approval.ts";
import { canonicalJson } from "./canonical.ts";
import { isSignedText, type SigningKey, signText } from "./signing-key.ts";

/** Every column of a vote that decides what it counts for; one that is changed by hand no longer fits the MAC. */
export interface MacVote {
  /** The vote's id. */
  readonly id: string;
  /** The tenant that vote and invocation belong to. */
  readonly tenant: string;
  /** The invocation voted on. */
  readonly invocation: string;
  /** The round voted on. */
  readonly round: number;
  /** The digest that the voter saw. */
  readonly digest: string;
  /** Subject of the voter. */
  readonly voter: string;
  /** What the voter decided. */
  readonly decision: Decision;
  /** Why, in the voter's words; `null`, as the row has it, or absent when the voter gave none. */
  readonly reason?: string | null | undefined;
  /** When the door took the vote, in whole epoch milliseconds of the database's clock. */
  readonly madeAtMs: number;
  /** The stage voted in, from 0; 0 unless given. */
  readonly stage?: number | undefined;
  /** What the voter wants changed in the input, as the canonical JSON that the row keeps; `null` or absent for nothing. */
  readonly edit?: string | null | undefined;
  /** The terms of the grant that goes with the vote, as the canonical JSON that the row keeps; `null` or absent for none. */
  readonly grantTerms?: string | null | undefined;
}

/** Names the format within the text, so that a MAC of another format or purpose can never be taken for one of these. */
const FORMAT = "countersign/vote/1";

/**
 * The text that a vote's MAC is made of: canonical JSON of the whole row, an absent reason told from an empty one. Stage, edit and grant
 * are in it only where a vote has them, so that a vote without them has the text that it had before there were any.
 */
export function voteMacInput(vote: MacVote): string {
  const {
    id,
    tenant,
    invocation,
    round,
    digest,
    voter,
    decision,
    reason,
    madeAtMs,
    stage = 0,
    edit,
    grantTerms,
  } = vote;
  return canonicalJson({
    format: FORMAT,
    ...{ id, tenant, invocation, round, digest, voter, decision, reason: reason ?? null, madeAtMs },
    ...(stage === 0 ? {} : { stage }),
    ...(edit === null || edit === undefined ? {} : { edit }),
    ...(grantTerms === null || grantTerms === undefined ? {} : { grantTerms }),
  });
}

/** HMAC-SHA-256 of the vote under the signing key that only doors and workers hold, as 64 lower-case hex characters. */
export function computeVoteMac(key: SigningKey, vote: MacVote): string {
  return signText(key, voteMacInput(vote));
}

/** Whether the MAC belongs to the vote, under any key of the ring. Any malformed MAC is simply a wrong one. */
export function verifyVoteMac(key: SigningKey, vote: MacVote, mac: string): boolean {
  return isSignedText(key, voteMacInput(vote), mac);
}

/** A vote as its row keeps it. */
export type KeptMacVote = Omit<MacVote, "madeAtMs" | "grantTerms"> & {
  readonly made_at: number;
  readonly grant_terms?: string | null | undefined;
  readonly mac: string;
};

/** Whether a door wrote the row: one that was written or changed by hand has no MAC that fits. */
export function isAuthenticVote(key: SigningKey, row: KeptMacVote): boolean {
  return verifyVoteMac(key, { ...row, madeAtMs: row.made_at, grantTerms: row.grant_terms }, row.mac);
}
