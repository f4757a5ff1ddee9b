import type { ApprovalFilter, ApprovalStatus, Decision } from "../contract/approval.ts";
import type { ApprovalTerms } from "../contract/approval-terms.ts";
import type { InvocationId, InvocationRef } from "../contract/ids.ts";
import type { InvocationStatus } from "../contract/invocation.ts";
import { askedNames } from "../core/approval/asked-names.ts";
import { asksByCondition } from "../core/approval/eligibility.ts";
import { createApprovalGate } from "./approval-gate.ts";
import { createApprovalReads } from "./approval-reads.ts";
import { createApprovalRounds } from "./approval-rounds.ts";
import { createApprovalStats } from "./approval-stats.ts";
import { type Cipher, PLAIN } from "./cipher.ts";
import { readNowMs } from "./clock.ts";
import type { Sql } from "./db.ts";
import { createSetClause } from "./set-clause.ts";
import type { VoteRow } from "./votes.ts";

/** An approval's round as it is kept; `terms`, `progress` and `resolution` are canonical JSON, times epoch milliseconds. */
export interface ApprovalRow {
  readonly tenant: string;
  readonly invocation: InvocationId;
  readonly round: number;
  /** `superseded` once another round, or none, has taken its place: it has no resolution of its own. */
  readonly status: ApprovalStatus;
  readonly action: string;
  /** The actor of the call. */
  readonly actor: string;
  /** Whoever may not vote: the actor, whoever called for it, and whoever edited the input. */
  readonly requesters: readonly string[];
  /** Who may vote in the open stage at present. */
  readonly approvers: readonly string[];
  /** The names that the request was put to when the round was opened, those of later stages included. */
  readonly asked: readonly string[];
  /** Whether one of the approvers is an expression, so that names alone don't tell who may vote. */
  readonly asks_by_rule: boolean;
  readonly terms: string;
  /** Where the state machine stands in the round. */
  readonly progress: string;
  /** Why a later round was opened; `null` for the first. */
  readonly because: string | null;
  readonly digest: string;
  readonly opened_at: number;
  readonly decide_by: number;
  readonly execute_by: number | null;
  readonly resolution: string | null;
  readonly resolved_at: number | null;
  readonly consumed_at: number | null;
}

/** An approval's newest round with what its view needs of the invocation. */
export interface ApprovalDetailRow extends ApprovalRow {
  readonly action_version: string;
  readonly via: string | null;
  readonly run: string | null;
  readonly reason: string | null;
  /** Redacted input of the invocation's current round. */
  readonly input_view: string;
  readonly verdict: string;
  readonly invocation_status: InvocationStatus;
  readonly temporal_run_id: string | null;
  /** The votes of this round, oldest first. */
  readonly votes: readonly EmbeddedVote[];
}

/** A vote inside {@link ApprovalDetailRow.votes}; `made_at` in epoch milliseconds. */
export interface EmbeddedVote {
  readonly id: string;
  readonly voter: string;
  readonly decision: Decision;
  readonly stage: number;
  readonly reason: string | null;
  readonly made_at: number;
  readonly state: VoteRow["state"];
  readonly code: string | null;
  /** Canonical JSON of pointers and real values: only the pointers may be shown. `null` without one, and where it can't be read. */
  readonly edit: string | null;
  /** That there is an edit, which no key opens. */
  readonly isUnreadable?: boolean;
  /** Canonical JSON of `GrantTerms`. */
  readonly grant_terms: string | null;
}

/**
 * Whose approvals a list covers: those that somebody with a name among `voterNames` may vote on, now or in a later stage, and those
 * requested by `subject`, or all when `voterNames` is undefined. With the filter `eligible` only those whose open stage may name them.
 * Gives rather too much than too little: whether an expression fits, or an escalation is due, is for the caller to find out.
 */
export interface ApprovalScope {
  readonly tenant: string;
  readonly filter: ApprovalFilter;
  readonly subject: string | undefined;
  readonly voterNames: readonly string[] | undefined;
}

/** What opens a round. */
export type NewApproval = Pick<
  ApprovalRow,
  "round" | "action" | "requesters" | "approvers" | "terms" | "progress" | "digest"
> & {
  readonly ref: InvocationRef;
  /** Why a later round is opened. */
  readonly because: string | undefined;
  readonly openedAt: Date;
  readonly decideBy: Date;
};

/** The columns that change while a round lives. */
export interface ApprovalChange {
  readonly status?: ApprovalRow["status"];
  readonly progress?: string;
  readonly approvers?: readonly string[];
  readonly resolution?: string;
  readonly resolved_at?: Date;
  readonly execute_by?: Date | null;
  readonly consumed_at?: Date;
}

/** Queries of `approval`. */
export function createApprovalTable(sql: Sql, cipher: Cipher = PLAIN) {
  return {
    ...createWrites(sql),
    ...createApprovalReads(sql, cipher),
    ...createApprovalRounds(sql, cipher),
    ...createApprovalGate(sql),
    ...createApprovalStats(sql),
  };
}

/** The actor is the invocation's, so that no caller can name another one. */
const OPEN = `
  insert into approval (tenant, invocation, round, status, action, actor, requesters, approvers, asked, asks_by_rule, terms, progress,
    because, digest, opened_at, decide_by)
  select $1, $2, $3, 'pending', $4, i.actor, $5::text[], $6::text[], $7::text[], $8, $9, $10, $11, $12, $13, $14
  from invocation i where i.tenant = $1 and i.id = $2
  on conflict do nothing`;

function createWrites(sql: Sql) {
  return {
    /** Opens a round; one of this number that is there already is left as it is. */
    async open(row: NewApproval): Promise<void> {
      await sql.query(OPEN, [
        ...[row.ref.tenant, row.ref.id, row.round, row.action],
        ...[row.requesters, row.approvers, askedNames(JSON.parse(row.terms) as ApprovalTerms)],
        asksByCondition(row.approvers),
        ...[row.terms, row.progress, row.because ?? null, row.digest],
        ...[row.openedAt, row.decideBy],
      ]);
    },

    /** The approval's newest round, locked until the transaction ends, and the database's time taken after the lock was had. */
    async lock(ref: InvocationRef): Promise<{ readonly approval: ApprovalRow; readonly nowMs: number } | undefined> {
      const rows = await sql.query<ApprovalRow>(
        `select * from approval where tenant = $1 and invocation = $2 order by round desc limit 1 for update`,
        [ref.tenant, ref.id],
      );
      const approval = rows[0];
      if (approval === undefined) return undefined;
      // A statement of its own: a time taken by the locking statement may lie before the wait for the lock.
      return { approval, nowMs: await readNowMs(sql) };
    },

    /** Ends a round that is still pending, since its call has ended otherwise. */
    async endPending({ tenant, id }: InvocationRef): Promise<void> {
      await sql.query(
        `update approval set status = 'superseded' where tenant = $1 and invocation = $2 and status = 'pending'`,
        [tenant, id],
      );
    },

    /** Writes the columns that changed. */
    async update(row: Pick<ApprovalRow, "tenant" | "invocation" | "round">, change: ApprovalChange): Promise<void> {
      const { approvers } = change;
      const asks = approvers === undefined ? {} : { asks_by_rule: asksByCondition(approvers) };
      const set = createSetClause({ ...change, ...asks }, 4);
      await sql.query(`update approval set ${set.text} where tenant = $1 and invocation = $2 and round = $3`, [
        ...[row.tenant, row.invocation, row.round],
        ...set.params,
      ]);
    },
  };
}
