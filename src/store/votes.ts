import type { Decision } from "../contract/approval.ts";
import type { InvocationId, InvocationRef, VoteId } from "../contract/ids.ts";
import type { Judgement } from "../core/approval/approval.ts";
import type { Sql } from "./db.ts";

/** A vote as it is kept. The MAC covers what was decided, by whom, about what and when; not the idempotency key. */
export interface VoteRow {
  readonly tenant: string;
  readonly id: VoteId;
  readonly invocation: InvocationId;
  readonly round: number;
  readonly digest: string;
  readonly voter: string;
  readonly decision: Decision;
  readonly reason: string | null;
  readonly idempotency_key: string | null;
  readonly made_at: number;
  readonly mac: string;
  readonly state: "received" | "counted" | "refused";
  readonly code: string | null;
}

/** A vote of a voter who is known by now, with the rights held now. */
export interface VoteWithVoter extends VoteRow {
  readonly roles: readonly string[] | null;
  readonly groups: readonly string[] | null;
}

/** Queries of `vote`. */
export function createVoteTable(sql: Sql) {
  return { ...createWrites(sql), ...createReads(sql) };
}

function createWrites(sql: Sql) {
  return {
    /** Keeps a vote that the door received; it counts only once it is judged. */
    async insert(vote: Omit<VoteRow, "state" | "code">): Promise<void> {
      await sql.query(
        `insert into vote (tenant, id, invocation, round, digest, voter, decision, reason, idempotency_key, made_at, mac, state)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, 'received')`,
        [
          vote.tenant,
          vote.id,
          vote.invocation,
          vote.round,
          vote.digest,
          vote.voter,
          vote.decision,
          vote.reason,
          vote.idempotency_key,
          new Date(vote.made_at),
          vote.mac,
        ],
      );
    },

    /** Writes how votes were judged. */
    async judge(tenant: string, judgements: readonly Judgement[]): Promise<void> {
      if (judgements.length === 0) return;
      await sql.query(
        `update vote v set state = j.state, code = nullif(j.code, ''), judged_at = ms_now()
         from unnest($2::text[], $3::text[], $4::text[]) as j(id, state, code) where v.tenant = $1 and v.id = j.id`,
        [
          tenant,
          judgements.map((judgement) => judgement.id),
          judgements.map((judgement) => judgement.state),
          judgements.map((judgement) => (judgement.state === "refused" ? judgement.code : "")),
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

function createReads(sql: Sql) {
  return {
    /** One vote. */
    async get(tenant: string, id: VoteId): Promise<VoteRow | undefined> {
      return (await sql.query<VoteRow>(`select * from vote where tenant = $1 and id = $2`, [tenant, id]))[0];
    },

    /** Every vote of the round that isn't refused, oldest first, each with its voter's present rights. */
    async listOfRound(ref: InvocationRef, round: number): Promise<VoteWithVoter[]> {
      return sql.query<VoteWithVoter>(
        `select v.*, p.roles, p.groups from vote v left join principal p on p.tenant = v.tenant and p.subject = v.voter
         where v.tenant = $1 and v.invocation = $2 and v.round = $3 and v.state <> 'refused' order by v.made_at, v.id`,
        [ref.tenant, ref.id, round],
      );
    },
  };
}
