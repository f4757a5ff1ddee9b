import type { ApprovalStatus } from "../contract/approval.ts";
import type { InvocationRef } from "../contract/ids.ts";
import type { PageQuery } from "../contract/invocation.ts";
import type { Page } from "../contract/problem.ts";
import type { ApprovalDetailRow, ApprovalRow, ApprovalScope, EmbeddedVote } from "./approvals.ts";
import { type Cipher, editPlace, openReadable } from "./cipher.ts";
import type { Param, Sql } from "./db.ts";
import { IS_NEWEST_ROUND } from "./newest-round.ts";
import { pageOf, type PagePosition, readCursor, writeCursor } from "./paging.ts";

interface Statement {
  readonly text: string;
  readonly params: readonly Param[];
}

const DETAIL = `
  select a.*, i.action_version, i.via, i.run, i.reason, i.input_view, i.verdict, i.status as invocation_status, i.temporal_run_id,
    coalesce((select json_agg(json_build_object('id', v.id, 'voter', v.voter, 'decision', v.decision, 'stage', v.stage,
        'reason', v.reason, 'made_at', round(extract(epoch from v.made_at) * 1000), 'state', v.state, 'code', v.code,
        'edit', v.edit, 'grant_terms', v.grant_terms) order by v.made_at, v.id)
      from vote v where v.tenant = a.tenant and v.invocation = a.invocation and v.round = a.round), '[]')::text as votes`;

const GET = `${DETAIL}
  from approval a join invocation i on i.tenant = a.tenant and i.id = a.invocation
  where a.tenant = $1 and a.invocation = $2 order by a.round desc limit 1`;

/** More than any page holds: a number in the statement's text tells the planner that a few rows of an index in its order are enough. */
const MANY = 1_000;

/**
 * The page is cut from `approval` alone, in the order of an index; only what is on it is looked up elsewhere. Conditions that a list
 * doesn't ask for are left out, so that a plan for any parameters knows how much there is to find: a request that waits is found among
 * those that wait.
 */
function listText(conditions: readonly string[], limit: string): string {
  return `${DETAIL}
  from (
    select * from (
      select * from approval a where ${conditions.join(" and ")} order by a.opened_at desc, a.invocation desc limit ${MANY}
    ) m limit ${limit}
  ) a join invocation i on i.tenant = a.tenant and i.id = a.invocation
  order by a.opened_at desc, a.invocation desc`;
}

/**
 * Whether a stage or an escalation, open or to come, may name somebody: each name stands in the terms' text as a JSON string. That text may
 * hold what the database's JSON refuses, and what merely reads alike is sorted out by whoever lists.
 */
function namedAnywhere(names: string): string {
  const named = `select 1 from unnest(${names}::text[]) as n(name) where strpos(a.terms, n.name) > 0`;
  return `(exists (${named}) or strpos(a.terms, '"when:') > 0)`;
}

/** Rounds that another one took the place of are no requests of their own. */
function statusCondition(status: ApprovalStatus | undefined): string {
  switch (status) {
    case undefined:
      return IS_NEWEST_ROUND;
    case "superseded":
      return `a.status = 'superseded' and ${IS_NEWEST_ROUND}`;
    case "pending":
    case "approved":
    case "rejected":
    case "expired":
    case "canceled":
      return `a.status = '${status}'`;
  }
}

function listStatement({ tenant, filter, subject, voterNames }: ApprovalScope, page: PageQuery): Statement {
  const params: Param[] = [];
  const add = (value: Param): string => `$${params.push(value)}`;
  const cursor = readCursor(page.cursor);
  const conditions = [`a.tenant = ${add(tenant)}`];
  conditions.push(statusCondition(filter.status));
  if (filter.action !== undefined) conditions.push(`a.action = ${add(filter.action)}`);
  if (voterNames !== undefined) {
    const isNow = `a.approvers && ${add(voterNames)}::text[] or a.asks_by_rule`;
    const isEver = namedAnywhere(add(voterNames.map((name) => JSON.stringify(name))));
    const asked = `${add(subject ?? "")} = any(a.requesters)`;
    conditions.push(
      filter.eligible === undefined
        ? `(${isNow} or ${isEver} or ${asked})`
        : `(${isNow} or strpos(a.terms, '"escalate":') > 0 and ${isEver}) and not ${asked}`,
    );
  }
  if (cursor !== undefined) conditions.push(`(a.opened_at, a.invocation) < (${add(cursor.at)}, ${add(cursor.id)})`);
  return { text: listText(conditions, add(page.limit + 1)), params };
}

/** A row as the statements give it. */
type ReadRow = Omit<ApprovalDetailRow, "votes"> & { readonly votes: string };

/** Queries that give approvals as they are shown. */
export function createApprovalReads(sql: Sql, cipher: Cipher) {
  return {
    /** The newest round with its votes and what its view needs; an edit that no key opens hides neither. */
    async get(ref: InvocationRef): Promise<ApprovalDetailRow | undefined> {
      const [row] = await sql.query<ReadRow>(GET, [ref.tenant, ref.id]);
      return row && openDetail(row, cipher);
    },

    /** The newest rounds of the approvals of many invocations, by invocation. */
    async findMany(tenant: string, invocations: readonly string[]): Promise<ReadonlyMap<string, ApprovalRow>> {
      if (invocations.length === 0) return new Map();
      const rows = await sql.query<ApprovalRow>(
        `select distinct on (invocation) * from approval where tenant = $1 and invocation = any($2) order by invocation, round desc`,
        [tenant, invocations],
      );
      return new Map(rows.map((row) => [row.invocation, row]));
    },

    /** Newest rounds, newest first. @throws invalid_query for a cursor that no list gave */
    async list(scope: ApprovalScope, page: PageQuery): Promise<Page<ApprovalDetailRow>> {
      const { text, params } = listStatement(scope, page);
      const rows = await sql.query<ReadRow>(text, params);
      const opened = rows.map((row) => openDetail(row, cipher));
      return pageOf(opened, page.limit, positionOf);
    },

    /** The cursor to what a list gives after this row, for whoever shows less of a page than was read. */
    cursorAfter(row: ApprovalRow): string {
      return writeCursor(positionOf(row));
    },
  };
}

function openDetail(row: ReadRow, cipher: Cipher): ApprovalDetailRow {
  const { tenant, invocation } = row;
  const votes = (JSON.parse(row.votes) as EmbeddedVote[]).map((vote) => {
    if (vote.edit === null) return vote;
    const edit = openReadable(cipher, vote.edit, editPlace({ tenant, invocation, id: vote.id }));
    return edit === undefined ? { ...vote, edit: null, isUnreadable: true } : { ...vote, edit };
  });
  return { ...row, votes };
}

function positionOf(row: ApprovalRow): PagePosition {
  return { atMs: row.opened_at, id: row.invocation };
}
