import type { Decision } from "../contract/approval.ts";
import type { InvocationId, InvocationRef, VoteId } from "../contract/ids.ts";
import type { ErrorCode } from "../core/errors.ts";
import { type Cipher, PLAIN } from "./cipher.ts";
import type { Sql } from "./db.ts";
import { openEdit, openEdits, sealEdit } from "./vote-edits.ts";
import { createVoteLookups } from "./vote-lookups.ts";

/** A vote as it is kept. The MAC covers what was decided, by whom, about what and when, with its edit and grant; not the idempotency key. */
export interface VoteRow {
  readonly tenant: string;
  readonly id: VoteId;
  readonly invocation: InvocationId;
  readonly round: number;
  /** The stage that was open when it was made, from 0. */
  readonly stage: number;
  readonly digest: string;
  readonly voter: string;
  readonly decision: Decision;
  readonly reason: string | null;
  readonly idempotency_key: string | null;
  readonly made_at: number;
  /** What the voter wants changed in the input, canonical JSON of pointers and real values: never for a view. */
  readonly edit: string | null;
  /** Canonical JSON of the `GrantTerms` that go with it. */
  readonly grant_terms: string | null;
  readonly mac: string;
  /** `received` until it is judged; then `counted`, or `replaced` once the same person voted anew in the stage; or `refused`. */
  readonly state: "received" | "counted" | "replaced" | "refused";
  readonly code: string | null;
}

/** What became of one vote. */
export interface VoteJudgement {
  /** The vote's. */
  readonly id: string;
  readonly state: "counted" | "replaced" | "refused";
  /** Why, for a refused one. */
  readonly code?: ErrorCode | undefined;
}

/** Queries of `vote`. */
export function createVoteTable(sql: Sql, cipher: Cipher = PLAIN) {
  return { ...createWrites(sql, cipher), ...createReads(sql, cipher), ...createVoteLookups(sql, cipher) };
}

function createWrites(sql: Sql, cipher: Cipher) {
  return {
    /** Keeps a vote that the door received; it counts only once it is judged. */
    async insert(vote: Omit<VoteRow, "state" | "code">): Promise<void> {
      await sql.query(
        `insert into vote (tenant, id, invocation, round, stage, digest, voter, decision, reason, edit, grant_terms, idempotency_key,
           made_at, mac, state)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, 'received')`,
        [
          ...[vote.tenant, vote.id, vote.invocation, vote.round, vote.stage, vote.digest],
          ...[vote.voter, vote.decision, vote.reason, sealEdit(vote, cipher), vote.grant_terms],
          ...[vote.idempotency_key, new Date(vote.made_at), vote.mac],
        ],
      );
    },

    /** Writes how votes were judged. */
    async judge(tenant: string, judgements: readonly VoteJudgement[]): Promise<void> {
      if (judgements.length === 0) return;
      await sql.query(
        `update vote v set state = j.state, code = nullif(j.code, ''), judged_at = ms_now()
         from unnest($2::text[], $3::text[], $4::text[]) as j(id, state, code) where v.tenant = $1 and v.id = j.id`,
        [
          tenant,
          judgements.map((judgement) => judgement.id),
          judgements.map((judgement) => judgement.state),
          judgements.map((judgement) => judgement.code ?? ""),
        ],
      );
    },

    /** Leases votes that were received a while ago and that no run has judged, oldest first. */
    async leaseReceived(lease: {
      olderThanMs: number;
      leaseMs: number;
      limit: number;
    }): Promise<Pick<VoteRow, "tenant" | "id" | "invocation">[]> {
      return sql.query<Pick<VoteRow, "tenant" | "id" | "invocation">>(
        `update vote set leased_until = ms_now() + $2 * interval '1 millisecond'
         where (tenant, id) in (select tenant, id from vote
           where state = 'received' and made_at < ms_now() - $1 * interval '1 millisecond' and (leased_until is null or leased_until < ms_now())
           order by made_at limit $3 for update skip locked)
         returning tenant, id, invocation`,
        [lease.olderThanMs, lease.leaseMs, lease.limit],
      );
    },
  };
}

function createReads(sql: Sql, cipher: Cipher) {
  return {
    /** One vote. */
    async get(tenant: string, id: VoteId): Promise<VoteRow | undefined> {
      const [row] = await sql.query<VoteRow>(`select * from vote where tenant = $1 and id = $2`, [tenant, id]);
      return row && openEdit(row, cipher);
    },

    /** Every vote of the round that isn't refused, oldest first. */
    async listOfRound(ref: InvocationRef, round: number): Promise<VoteRow[]> {
      const rows = await sql.query<VoteRow>(
        `select * from vote where tenant = $1 and invocation = $2 and round = $3 and state <> 'refused' order by made_at, id`,
        [ref.tenant, ref.id, round],
      );
      return openEdits(rows, cipher);
    },

    /** One voter's votes of the round that aren't refused, oldest first. */
    async listOfVoter(ref: InvocationRef, round: number, voter: string): Promise<VoteRow[]> {
      const rows = await sql.query<VoteRow>(
        `select * from vote where tenant = $1 and invocation = $2 and round = $3 and voter = $4 and state <> 'refused'
         order by made_at, id`,
        [ref.tenant, ref.id, round, voter],
      );
      return openEdits(rows, cipher);
    },

    /** Everybody with a vote in the newest round that isn't refused. */
    async listVoters(ref: InvocationRef): Promise<string[]> {
      const rows = await sql.query<Pick<VoteRow, "voter">>(
        `select distinct voter from vote where tenant = $1 and invocation = $2 and state <> 'refused'
           and round = (select max(round) from approval where tenant = $1 and invocation = $2)
         order by voter`,
        [ref.tenant, ref.id],
      );
      return rows.map(({ voter }) => voter);
    },
  };
}
