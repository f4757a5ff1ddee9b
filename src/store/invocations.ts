import type { InvocationId, InvocationRef } from "../contract/ids.ts";
import type { InvocationFilter, InvocationStats, InvocationStatus, PageQuery } from "../contract/invocation.ts";
import type { Page } from "../contract/problem.ts";
import { type Cipher, inputPlace, type KeptValue, outputPlace, PLAIN } from "./cipher.ts";
import type { Param, Sql } from "./db.ts";
import { createDecidedReads } from "./decided-invocations.ts";
import { createContents, openLocked } from "./invocation-contents.ts";
import { pageOf, readCursor } from "./paging.ts";
import { createSetClause } from "./set-clause.ts";
import { createLeases } from "./unstarted-invocations.ts";

/** An invocation as it is kept. Documents are canonical JSON text, times epoch milliseconds, absent is `null`. */
export interface InvocationRow {
  readonly tenant: string;
  readonly id: InvocationId;
  readonly action: string;
  readonly action_version: string;
  readonly task_queue: string;
  readonly actor: string;
  /** The actor's rights as they were at the door. */
  readonly actor_principal: string;
  readonly via: string | null;
  readonly run: string | null;
  readonly session: string | null;
  readonly reason: string | null;
  readonly status: InvocationStatus;
  readonly idempotency_key: string | null;
  readonly request_hash: string;
  readonly round: number;
  readonly digest: string;
  /** Redacted input. */
  readonly input_view: string;
  readonly verdict: string | null;
  /** Real output as it is kept; `openOutput` gives the text. Never for a view. */
  readonly output: KeptValue | null;
  /** Redacted output. */
  readonly output_view: string | null;
  readonly error: string | null;
  readonly attempts: number;
  /** What guards charged when it was decided: canonical JSON of `GuardCharges`. */
  readonly guards: string | null;
  readonly retry_of: string | null;
  /** W3C trace context of the request that made the call. */
  readonly trace_parent: string | null;
  /** Id of the executed invocation that this call undoes. */
  readonly compensates: string | null;
  /** When its content was erased. */
  readonly erased_at: number | null;
  readonly temporal_run_id: string | null;
  readonly cancel_at: number | null;
  readonly cancel_by: string | null;
  readonly cancel_reason: string | null;
  readonly created_at: number;
  readonly decided_at: number | null;
  readonly executed_at: number | null;
  readonly closed_at: number | null;
}

/** A locked invocation with its current input revision and the database's time. */
export interface LockedInvocation extends InvocationRow {
  /** Real input of the current round. */
  readonly input: string;
  /** The same before policy changed it: what policy is asked about. */
  readonly judged: string;
  readonly salt: string;
  /** Database time, epoch milliseconds. */
  readonly now: number;
}

/** What is known at the door. */
export interface NewInvocation {
  readonly ref: InvocationRef;
  readonly action: string;
  readonly actionVersion: string;
  readonly taskQueue: string;
  readonly actor: string;
  readonly actorPrincipal: string;
  readonly via: string | undefined;
  readonly run: string | undefined;
  readonly session: string | undefined;
  readonly reason: string | undefined;
  readonly idempotencyKey: string | undefined;
  readonly requestHash: string;
  readonly digest: string;
  readonly input: string;
  readonly inputView: string;
  readonly salt: string;
  /** W3C trace context of the request that makes the call. */
  readonly traceParent?: string | undefined;
}

/** The next round's input. */
export type NewRevision = Pick<LockedInvocation, "round" | "input" | "input_view" | "salt" | "digest"> & {
  /** What policy is asked about, where that isn't the input itself. */
  readonly judged?: string | undefined;
  /** Who or what made it of the input before. */
  readonly author: string;
  /** What it changes, field by field and redacted: JSON of `InputChange[]`. */
  readonly difference?: string | undefined;
  /** The action's version that the input is for, when it isn't the one before. */
  readonly action_version?: string | undefined;
};

/** The columns that change while an invocation lives. */
export interface InvocationChange {
  readonly status?: InvocationStatus;
  readonly verdict?: string;
  readonly output?: string;
  readonly output_view?: string;
  readonly error?: string | null;
  readonly attempts?: number;
  readonly guards?: string;
  readonly temporal_run_id?: string;
  readonly cancel_at?: Date;
  readonly cancel_by?: string;
  readonly cancel_reason?: string;
  readonly decided_at?: Date;
  readonly executed_at?: Date;
  readonly closed_at?: Date;
}

const INSERT = `
  insert into invocation (tenant, id, action, action_version, task_queue, actor, actor_principal, via, run, session, reason,
    status, idempotency_key, request_hash, digest, input_view, trace_parent)
  select $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, 'accepted', $12, $13, $14, $15, $18`;
const INSERT_REVISION = `
  insert into input_revision (tenant, invocation, round, input, salt, digest, author) select tenant, id, round, $16, $17, $14, $6 from added`;

/** Without a key there is nothing to clash with; with one, the first insert of the key wins and all others add nothing. */
const ACCEPT = `with added as (${INSERT} returning tenant, id, round, created_at), revision as (${INSERT_REVISION})`;
const ACCEPT_KEYED = `
  with claim as (insert into idempotency_key (tenant, actor, action, key, invocation) values ($1, $6, $3, $12, $2)
                 on conflict do nothing returning invocation),
       added as (${INSERT} from claim returning tenant, id, round, created_at),
       revision as (${INSERT_REVISION})`;
/** A call that was added makes the run that it names, if there is none. */
const NAME_RUN = `, named as (insert into run (tenant, actor, id, status, started_at)
                    select $1, $6, $9, 'open', created_at from added on conflict do nothing)`;

const REVISE = `
  with revision as (insert into input_revision (tenant, invocation, round, input, salt, digest, author, difference, judged)
                    values ($1, $2, $3, $4, $5, $6, $7, $9, $11) returning round, digest)
  update invocation i set round = r.round, digest = r.digest, input_view = $8, action_version = coalesce($10, i.action_version)
  from revision r where i.tenant = $1 and i.id = $2`;

const LOCK = `
  select i.*, r.input, r.salt, coalesce(r.judged, r.input) as judged, ms_now() as now
  from invocation i join input_revision r on r.tenant = i.tenant and r.invocation = i.id and r.round = i.round
  where i.tenant = $1 and i.id = $2 for update of i`;

const FILTER = `tenant = $1 and ($2::text is null or status = $2) and ($3::text is null or action = $3) and ($4::text is null or actor = $4)
  and ($5::text is null or run = $5) and ($6::text is null or idempotency_key = $6)
  and ($7::timestamptz is null or created_at > $7) and ($8::timestamptz is null or created_at < $8)
  and ($9::text is null or actor = $9 or via = $9)`;

/** Queries of `invocation`, its input revisions and its idempotency keys. */
export function createInvocationTable(sql: Sql, cipher: Cipher = PLAIN) {
  return {
    ...createWrites(sql, cipher),
    ...createReads(sql),
    ...createContents(sql, cipher),
    ...createDecidedReads(sql, cipher),
    ...createLeases(sql),
  };
}

function createWrites(sql: Sql, cipher: Cipher) {
  return {
    /** Inserts an accepted invocation, its first revision, its key and its run. False when the key is taken: nothing was written. */
    async accept(row: NewInvocation): Promise<boolean> {
      const accept = row.idempotencyKey === undefined ? ACCEPT : ACCEPT_KEYED;
      const text = `${accept}${row.run === undefined ? "" : NAME_RUN} select id from added`;
      const input = cipher.seal(row.input, inputPlace(row.ref, 1));
      return (await sql.query(text, acceptParams({ ...row, input }))).length === 1;
    },

    /** Frees the key that stands for this invocation: the next call with it is a new one. */
    async releaseKey(row: InvocationRow): Promise<void> {
      if (row.idempotency_key === null) return;
      await sql.query(
        `delete from idempotency_key where tenant = $1 and actor = $2 and action = $3 and key = $4 and invocation = $5`,
        [row.tenant, row.actor, row.action, row.idempotency_key, row.id],
      );
    },

    /** One invocation with its current revision, locked until the transaction ends. The first lock of every transaction. */
    async lock(ref: InvocationRef): Promise<LockedInvocation | undefined> {
      const [row] = await sql.query<LockedInvocation>(LOCK, [ref.tenant, ref.id]);
      return row && openLocked(row, cipher);
    },

    /** Adds a revision of the input and makes it the current one. Only under {@link lock}. */
    async revise(ref: InvocationRef, revision: NewRevision): Promise<void> {
      const { round, judged = revision.input } = revision;
      await sql.query(REVISE, [
        ...[ref.tenant, ref.id, round, cipher.seal(revision.input, inputPlace(ref, round)), revision.salt],
        ...[revision.digest, revision.author, revision.input_view, revision.difference ?? null],
        revision.action_version ?? null,
        judged === revision.input ? null : cipher.seal(judged, inputPlace(ref, round, "judged")),
      ]);
    },

    /** Writes the columns that changed. */
    async update(ref: InvocationRef, change: InvocationChange): Promise<void> {
      const { output } = change;
      const sealed = output === undefined ? {} : { output: cipher.seal(output, outputPlace(ref)) };
      const set = createSetClause({ ...change, ...sealed }, 3);
      await sql.query(`update invocation set ${set.text} where tenant = $1 and id = $2`, [
        ref.tenant,
        ref.id,
        ...set.params,
      ]);
    },
  };
}

function createReads(sql: Sql) {
  return {
    /** One invocation. */
    async get(ref: InvocationRef): Promise<InvocationRow | undefined> {
      const rows = await sql.query<InvocationRow>(`select * from invocation where tenant = $1 and id = $2`, [
        ref.tenant,
        ref.id,
      ]);
      return rows[0];
    },

    /** The invocation that a key stands for, with the hash of its request. */
    async findByKey(key: {
      tenant: string;
      actor: string;
      action: string;
      key: string;
    }): Promise<InvocationRow | undefined> {
      const rows = await sql.query<InvocationRow>(
        `select i.* from idempotency_key k join invocation i on i.tenant = k.tenant and i.id = k.invocation
         where k.tenant = $1 and k.actor = $2 and k.action = $3 and k.key = $4`,
        [key.tenant, key.actor, key.action, key.key],
      );
      return rows[0];
    },

    /** Newest first. With `ownedBy`, only what this subject is the actor or the caller of. */
    async list(scope: InvocationScope, page: PageQuery): Promise<Page<InvocationRow>> {
      const cursor = readCursor(page.cursor);
      const rows = await sql.query<InvocationRow>(
        `select * from invocation where ${FILTER} and ($10::timestamptz is null or (created_at, id) < ($10, $11))
         order by created_at desc, id desc limit $12`,
        [...filterParams(scope), cursor?.at ?? null, cursor?.id ?? null, page.limit + 1],
      );
      return pageOf(rows, page.limit, (row) => ({ atMs: row.created_at, id: row.id }));
    },

    /** Counts per status under the same filter as the list. */
    async count(scope: InvocationScope): Promise<InvocationStats> {
      const rows = await sql.query<{ status: InvocationStatus; n: number }>(
        `select status, count(*)::bigint as n from invocation where ${FILTER} group by status`,
        filterParams(scope),
      );
      const byStatus = Object.fromEntries(rows.map((row) => [row.status, row.n])) as InvocationStats["byStatus"];
      return { total: rows.reduce((sum, row) => sum + row.n, 0), byStatus };
    },
  };
}

/** Which rows a list or a count covers. */
export interface InvocationScope {
  readonly tenant: string;
  readonly filter: InvocationFilter;
  /** Only what this subject is the actor or the caller of. */
  readonly ownedBy: string | undefined;
}

function filterParams({ tenant, filter, ownedBy }: InvocationScope): Param[] {
  return [
    tenant,
    filter.status ?? null,
    filter.action ?? null,
    filter.actor ?? null,
    filter.run ?? null,
    filter.idempotencyKey ?? null,
    filter.createdAfter === undefined ? null : new Date(filter.createdAfter),
    filter.createdBefore === undefined ? null : new Date(filter.createdBefore),
    ownedBy ?? null,
  ];
}

function acceptParams(row: NewInvocation): Param[] {
  return [
    ...[row.ref.tenant, row.ref.id, row.action, row.actionVersion, row.taskQueue, row.actor, row.actorPrincipal],
    ...[row.via ?? null, row.run ?? null, row.session ?? null, row.reason ?? null, row.idempotencyKey ?? null],
    ...[row.requestHash, row.digest, row.inputView, row.input, row.salt, row.traceParent ?? null],
  ];
}
