import type { GrantFilter } from "../contract/grants.ts";
import type { GrantId, InvocationId, VoteId } from "../contract/ids.ts";
import type { PageQuery } from "../contract/invocation.ts";
import type { Page } from "../contract/problem.ts";
import type { MacGrant } from "../core/grant-mac.ts";
import type { Place } from "../core/sealed-text.ts";
import type { ApprovalRow } from "./approvals.ts";
import { type Cipher, inputPlace, PLAIN } from "./cipher.ts";
import type { Sql } from "./db.ts";
import { pageOf, readCursor } from "./paging.ts";

/** A grant as it is kept; times epoch milliseconds. */
export interface GrantRow extends MacGrant {
  readonly id: GrantId;
  readonly vote: VoteId;
  readonly invocation: InvocationId;
  /** From 0 to `uses`. */
  readonly used: number;
  readonly revoked_at: number | null;
  readonly revoked_by: string | null;
  /** Over everything but `used` and the revocation. */
  readonly mac: string;
}

/** A grant as it is issued. */
export type NewGrant = Omit<GrantRow, "used" | "revoked_at" | "revoked_by">;

/** A grant with what its view needs of the approved call. */
export interface GrantDetailRow extends GrantRow {
  /** Redacted input of the approved call. */
  readonly input_view: string;
}

/** A grant that may cover a call, with everything that tells whether it is genuine. */
export interface UsableGrant extends GrantRow {
  /** Real input that the vote approved, canonical JSON: never for a view. */
  readonly source_input: string;
  /** What that input's digest was salted with. */
  readonly source_salt: string;
  /** Where the round that the vote was made in stands, with its digest and whoever could not vote in it. */
  readonly source_status: ApprovalRow["status"];
  readonly source_digest: string;
  readonly source_requesters: readonly string[];
}

/** A call that grants may cover; the versions are those that it is decided by. */
export interface CoveredCall {
  readonly action: string;
  readonly actor: string;
  readonly run: string | null;
  readonly actionVersion: string;
  readonly policyVersion: string;
}

/** Which grants a list covers. */
export interface GrantListScope {
  readonly tenant: string;
  readonly filter: Pick<GrantFilter, "action" | "actor" | "issuedBy">;
  /** Only those that this subject issued or is the actor of. */
  readonly subject: string | undefined;
}

/**
 * Of many the ones that end soonest, so that no choice hides a grant for as long as it lasts. Conditions stand twice: whoever waited
 * for a lock has to look again at what was used or revoked meanwhile.
 */
const LOCK_USABLE = `
  select g.*, r.input as source_input, r.salt as source_salt, a.status as source_status, a.digest as source_digest, a.requesters as source_requesters
  from approval_grant g
  join input_revision r on r.tenant = g.tenant and r.invocation = g.invocation and r.round = g.round
  join approval a on a.tenant = g.tenant and a.invocation = g.invocation and a.round = g.round and a.action = g.action and a.actor = g.actor
  where g.tenant = $1 and g.revoked_at is null and g.used < g.uses and g.id = any(array(
    select o.id from approval_grant o
    where o.tenant = $1 and o.action = $2 and o.actor = $3 and o.revoked_at is null and o.used < o.uses
      and o.expires_at > (select ms_now()) and (o.scope = 'actor' or o.run = $4)
      and o.action_version = $5 and o.policy_version = $6
    order by o.expires_at, o.id limit $7))
  order by g.id collate "C" for update of g`;

const USE = `
  with used as (
    update approval_grant set used = used + 1 where tenant = $1 and id = any($2::text[]) returning id
  )
  insert into approval_grant_use (tenant, grant_id, invocation) select $1, id, $3 from used`;

const INSERT = `
  insert into approval_grant (tenant, id, vote, invocation, round, stage, issuer, action, action_version, policy_version, actor, run,
    scope, bounds, uses, issued_at, expires_at, mac)
  values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18)`;

const DETAIL = `
  select g.*, i.input_view from approval_grant g join invocation i on i.tenant = g.tenant and i.id = g.invocation`;

const LIST = `${DETAIL}
  where g.tenant = $1 and ($2::text is null or g.action = $2) and ($3::text is null or g.actor = $3)
    and ($4::text is null or g.issuer = $4) and ($5::text is null or g.issuer = $5 or g.actor = $5)
    and ($6::timestamptz is null or (g.issued_at, g.id) < ($6, $7))
  order by g.issued_at desc, g.id desc limit $8`;

/** Queries of `approval_grant` and its uses. */
export function createGrantTable(sql: Sql, cipher: Cipher = PLAIN) {
  return { ...createWrites(sql, cipher), ...createReads(sql) };
}

function createWrites(sql: Sql, cipher: Cipher) {
  return {
    /** Adds a grant that nobody has used yet. */
    async insert(grant: NewGrant): Promise<void> {
      await sql.query(INSERT, [
        ...[grant.tenant, grant.id, grant.vote, grant.invocation, grant.round, grant.stage, grant.issuer],
        ...[grant.action, grant.action_version, grant.policy_version, grant.actor, grant.run],
        ...[grant.scope, grant.bounds, grant.uses, new Date(grant.issued_at), new Date(grant.expires_at)],
        grant.mac,
      ]);
    },

    /**
     * Locks the grants that may cover a call until the transaction ends: not revoked, used up or over, for this actor and, where they
     * are for one run, for this run, of these versions. Ordered by id, at most `limit`. Whether they are genuine and whether their
     * bounds hold is not looked at.
     */
    async lockUsable(tenant: string, call: CoveredCall, limit: number): Promise<UsableGrant[]> {
      const rows = await sql.query<UsableGrant>(LOCK_USABLE, [
        ...[tenant, call.action, call.actor, call.run],
        ...[call.actionVersion, call.policyVersion, limit],
      ]);
      return rows.map((row) => ({ ...row, source_input: cipher.open(row.source_input, placeOfSource(row)) }));
    },

    /** Counts one use of each of these grants, for this invocation. Only under {@link lockUsable}: one without a use left fails the transaction. */
    async use(tenant: string, ids: readonly string[], invocation: InvocationId): Promise<void> {
      if (ids.length > 0) await sql.query(USE, [tenant, ids, invocation]);
    },

    /** Ends a grant now. False when there is none that isn't revoked already: nothing was written. */
    async revoke(tenant: string, id: GrantId, by: string): Promise<boolean> {
      const rows = await sql.query(
        `update approval_grant set revoked_at = ms_now(), revoked_by = $3 where tenant = $1 and id = $2 and revoked_at is null returning id`,
        [tenant, id, by],
      );
      return rows.length === 1;
    },
  };
}

function placeOfSource({ tenant, invocation, round }: UsableGrant): Place {
  return inputPlace({ tenant, id: invocation }, round);
}

function createReads(sql: Sql) {
  return {
    /** One grant. */
    async get(tenant: string, id: GrantId): Promise<GrantDetailRow | undefined> {
      return (await sql.query<GrantDetailRow>(`${DETAIL} where g.tenant = $1 and g.id = $2`, [tenant, id]))[0];
    },

    /** Newest first. @throws invalid_query for a cursor that no list gave */
    async list({ tenant, filter, subject }: GrantListScope, page: PageQuery): Promise<Page<GrantDetailRow>> {
      const cursor = readCursor(page.cursor);
      const rows = await sql.query<GrantDetailRow>(LIST, [
        ...[tenant, filter.action ?? null, filter.actor ?? null, filter.issuedBy ?? null, subject ?? null],
        ...[cursor?.at ?? null, cursor?.id ?? null, page.limit + 1],
      ]);
      return pageOf(rows, page.limit, (row) => ({ atMs: row.issued_at, id: row.id }));
    },
  };
}
