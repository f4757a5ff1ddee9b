import type { ApprovalFilter, ApprovalStatus, Decision } from "../contract/approval.ts";
import type { InvocationId, InvocationRef } from "../contract/ids.ts";
import type { InvocationStatus, PageQuery } from "../contract/invocation.ts";
import type { Page } from "../contract/problem.ts";
import { readNowMs } from "./clock.ts";
import type { Sql } from "./db.ts";
import { pageOf, readCursor } from "./paging.ts";
import { createSetClause } from "./set-clause.ts";

/** An approval as it is kept; `terms` and `resolution` are canonical JSON. */
export interface ApprovalRow {
  readonly tenant: string;
  readonly invocation: InvocationId;
  readonly round: number;
  readonly status: ApprovalStatus;
  readonly action: string;
  readonly requesters: readonly string[];
  readonly approvers: readonly string[];
  readonly terms: string;
  readonly digest: string;
  readonly opened_at: number;
  readonly decide_by: number;
  readonly execute_by: number | null;
  readonly resolution: string | null;
  readonly resolved_at: number | null;
  readonly consumed_at: number | null;
}

/** An approval with what its view needs of the invocation. */
export interface ApprovalDetailRow extends ApprovalRow {
  readonly action_version: string;
  readonly actor: string;
  readonly via: string | null;
  readonly run: string | null;
  readonly reason: string | null;
  readonly input_view: string;
  readonly verdict: string;
  readonly invocation_status: InvocationStatus;
  readonly temporal_run_id: string | null;
  /** JSON: the votes of this round, oldest first. */
  readonly votes: string;
}

/** A vote inside {@link ApprovalDetailRow.votes}; `made_at` in epoch milliseconds. */
export interface EmbeddedVote {
  readonly id: string;
  readonly voter: string;
  readonly decision: Decision;
  readonly reason: string | null;
  readonly made_at: number;
  readonly state: "received" | "counted" | "refused";
  readonly code: string | null;
}

/** What opens an approval. */
export type NewApproval = Pick<ApprovalRow, "round" | "action" | "requesters" | "approvers" | "terms" | "digest"> & {
  readonly ref: InvocationRef;
  readonly openedAt: Date;
  readonly decideBy: Date;
};

/** The columns that change while an approval lives. */
export interface ApprovalChange {
  readonly status?: ApprovalStatus;
  readonly resolution?: string;
  readonly resolved_at?: Date;
  readonly execute_by?: Date | null;
  readonly consumed_at?: Date;
}

/** Whose approvals a list covers: those with a name among `voterNames`, those requested by `subject`, or all when undefined. */
export interface ApprovalScope {
  readonly tenant: string;
  readonly filter: ApprovalFilter;
  readonly subject: string | undefined;
  readonly voterNames: readonly string[] | undefined;
}

const DETAIL = `
  select a.*, i.action_version, i.actor, i.via, i.run, i.reason, i.input_view, i.verdict, i.status as invocation_status, i.temporal_run_id,
    coalesce((select json_agg(json_build_object('id', v.id, 'voter', v.voter, 'decision', v.decision, 'reason', v.reason,
        'made_at', round(extract(epoch from v.made_at) * 1000), 'state', v.state, 'code', v.code) order by v.made_at, v.id)
      from vote v where v.tenant = a.tenant and v.invocation = a.invocation and v.round = a.round), '[]')::text as votes
  from approval a join invocation i on i.tenant = a.tenant and i.id = a.invocation and i.round = a.round`;

/** Queries of `approval`. */
export function createApprovalTable(sql: Sql) {
  return { ...createWrites(sql), ...createReads(sql) };
}

function createWrites(sql: Sql) {
  return {
    /** Opens an approval; one of this round that is there already is left as it is. */
    async open(row: NewApproval): Promise<void> {
      await sql.query(
        `insert into approval (tenant, invocation, round, status, action, requesters, approvers, terms, digest, opened_at, decide_by)
         values ($1, $2, $3, 'pending', $4, $5, $6, $7, $8, $9, $10) on conflict do nothing`,
        [
          row.ref.tenant,
          row.ref.id,
          row.round,
          row.action,
          row.requesters,
          row.approvers,
          row.terms,
          row.digest,
          row.openedAt,
          row.decideBy,
        ],
      );
    },

    /** The approval of the current round, locked until the transaction ends, and the database's time taken after the lock was had. */
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

    /** Writes the columns that changed. */
    async update(row: Pick<ApprovalRow, "tenant" | "invocation" | "round">, change: ApprovalChange): Promise<void> {
      const set = createSetClause({ ...change }, 4);
      await sql.query(`update approval set ${set.text} where tenant = $1 and invocation = $2 and round = $3`, [
        row.tenant,
        row.invocation,
        row.round,
        ...set.params,
      ]);
    },
  };
}

function createReads(sql: Sql) {
  return {
    /** The approval of the current round with its votes and what its view needs. */
    async get(ref: InvocationRef): Promise<ApprovalDetailRow | undefined> {
      const rows = await sql.query<ApprovalDetailRow>(`${DETAIL} where a.tenant = $1 and a.invocation = $2`, [
        ref.tenant,
        ref.id,
      ]);
      return rows[0];
    },

    /** The approvals of the current rounds of many invocations, by invocation. */
    async findMany(tenant: string, invocations: readonly string[]): Promise<ReadonlyMap<string, ApprovalRow>> {
      if (invocations.length === 0) return new Map();
      const rows = await sql.query<ApprovalRow>(
        `select distinct on (invocation) * from approval where tenant = $1 and invocation = any($2) order by invocation, round desc`,
        [tenant, invocations],
      );
      return new Map(rows.map((row) => [row.invocation, row]));
    },

    /** Newest first. */
    async list(scope: ApprovalScope, page: PageQuery): Promise<Page<ApprovalDetailRow>> {
      const cursor = readCursor(page.cursor);
      const rows = await sql.query<ApprovalDetailRow>(
        `${DETAIL} where a.tenant = $1 and ($2::text is null or a.status = $2) and ($3::text is null or a.action = $3)
           and ($4::text[] is null or a.approvers && $4 and not ($5 = any(a.requesters)) or ($6 and $5 = any(a.requesters)))
           and ($7::timestamptz is null or (a.opened_at, a.invocation) < ($7, $8))
         order by a.opened_at desc, a.invocation desc limit $9`,
        [
          scope.tenant,
          scope.filter.status ?? null,
          scope.filter.action ?? null,
          scope.voterNames ?? null,
          scope.subject ?? "",
          scope.filter.eligible === undefined,
          cursor?.at ?? null,
          cursor?.id ?? null,
          page.limit + 1,
        ],
      );
      return pageOf(rows, page.limit, (row) => ({ atMs: row.opened_at, id: row.invocation }));
    },
  };
}
