import type { InvocationId } from "../contract/ids.ts";
import type { ErrorView } from "../contract/invocation.ts";
import { canonicalJson } from "../core/canonical.ts";
import { type AuditEntry, createAuditTable } from "./audit.ts";
import { AUDIT_COLUMNS, type AuditRow, groupByInvocation, hashErased } from "./audit-chain.ts";
import { readNowMs } from "./clock.ts";
import type { Db, Param, Sql } from "./db.ts";
import { countLeftovers, deleteLeftovers, type LeftoverCounts } from "./leftovers.ts";

/** What is to be erased. */
export interface RetentionOptions {
  /** Milliseconds since a call's end after which its content goes. */
  readonly olderThanMs: number;
  /** Only this tenant's; absent: every tenant's, and what belongs to none. */
  readonly tenant?: string | undefined;
  /** Only counts what would be erased. */
  readonly isDryRun?: boolean | undefined;
  /** Ends it early, between two batches. */
  readonly signal?: AbortSignal | undefined;
}

/** What was erased, or would be. */
export interface RetentionReport {
  /** Calls that ended before this RFC 3339 time were looked at. */
  readonly closedBefore: string;
  readonly isDryRun: boolean;
  /** Calls whose content was erased. */
  readonly invocations: number;
  /** Audit events whose data was erased with them; `null` where nothing was erased yet. */
  readonly events: number | null;
  /** Rows that were deleted since nothing needs them any more. */
  readonly deleted: LeftoverCounts;
}

/** Calls that one transaction erases: it holds their locks, and at its end the head of their tenant's record, for some ten milliseconds. */
const BATCH = 100;

/** What takes the place of an error's message: its code says what happened, its words may have told of what. */
const ERASED_MESSAGE = "The message was erased";

/**
 * Calls that are over for good and were so long enough. One that an open call still undoes, or that stands behind a grant in force, is
 * needed and left to a later time.
 */
const IS_DUE = `
  i.tenant = $1 and i.erased_at is null and i.closed_at < $2
  and i.status in ('executed', 'failed', 'denied', 'rejected', 'expired', 'canceled')
  and not exists (select 1 from invocation c where c.tenant = i.tenant and c.compensates = i.id
    and c.status in ('accepted', 'pending', 'executing', 'uncertain'))
  and not exists (select 1 from approval_grant g where g.tenant = i.tenant and g.invocation = i.id
    and g.revoked_at is null and g.used < g.uses and g.expires_at > (select ms_now()))`;

const LOCK_DUE = `
  select i.id, i.action, i.actor, i.digest, i.idempotency_key, i.error, i.closed_at
  from invocation i
  where ${IS_DUE} and ($3::timestamptz is null or (i.closed_at, i.id) > ($3, $4))
  order by i.closed_at, i.id limit ${BATCH} for update of i skip locked`;

/** Where content is kept besides the call's own row; \`$1\` is the tenant, \`$2\` the calls. */
const ERASE = [
  "update input_revision set input = 'null', judged = null, salt = '', difference = null where tenant = $1 and invocation = any($2)",
  "update vote set reason = null, edit = null, grant_terms = null where tenant = $1 and invocation = any($2)",
  "update approval_grant set bounds = '{}' where tenant = $1 and invocation = any($2)",
  "update execution set error = null where tenant = $1 and invocation = any($2) and error is not null",
];

const ERASE_INVOCATIONS = `
  update invocation i set input_view = 'null', output = null, output_view = null, reason = null, session = null, cancel_reason = null,
    trace_parent = null, error = e.error, erased_at = $4
  from unnest($2::text[], $3::text[]) as e(id, error) where i.tenant = $1 and i.id = e.id`;

const ERASE_EVENTS = `
  update audit_event set data = '{}', erased_at = $3 where tenant = $1 and invocation = any($2) and erased_at is null
  returning ${AUDIT_COLUMNS}`;

interface DueRow {
  readonly id: InvocationId;
  readonly action: string;
  readonly actor: string;
  readonly digest: string;
  readonly idempotency_key: string | null;
  readonly error: string | null;
  readonly closed_at: number;
}

/** Which calls are looked at: of one tenant, that ended before an instant. */
interface DueScope {
  readonly tenant: string;
  readonly closedBefore: Date;
}

/**
 * Erases the content of calls that ended long ago: inputs, outputs, reasons, edits, and what events say of them. Status, times, names,
 * hashes and idempotency keys stay, so that the same key still answers and the chain still leads through; each call's erasure is itself
 * an event. Open and uncertain calls are never touched. Deletes what is then of no use. In batches, each a transaction: it may be ended
 * and begun again at any time, by several at once.
 */
export async function eraseContent(db: Db, options: RetentionOptions): Promise<RetentionReport> {
  const { olderThanMs, tenant, isDryRun = false, signal } = options;
  const closedBefore = new Date((await readNowMs(db)) - olderThanMs);
  const tenants = tenant === undefined ? await listTenants(db) : [tenant];
  const total = { invocations: 0, events: 0 };
  for (const each of tenants) {
    const scope = { tenant: each, closedBefore };
    if (isDryRun) total.invocations += await countDue(db, scope);
    else await eraseTenant(db, { scope, signal, total });
  }
  const leftovers = { tenant, before: closedBefore };
  return {
    ...{ closedBefore: closedBefore.toISOString(), isDryRun, invocations: total.invocations },
    events: isDryRun ? null : total.events,
    deleted: await (isDryRun ? countLeftovers(db, leftovers) : deleteLeftovers(db, leftovers, signal)),
  };
}

async function listTenants(db: Sql): Promise<string[]> {
  const rows = await db.query<{ tenant: string }>("select tenant from audit_head order by tenant");
  return rows.map(({ tenant }) => tenant);
}

async function countDue(db: Sql, { tenant, closedBefore }: DueScope): Promise<number> {
  const text = `select count(*)::bigint as n from invocation i where ${IS_DUE}`;
  const [row] = await db.query<{ n: number }>(text, [tenant, closedBefore]);
  return row?.n ?? 0;
}

interface Erasure {
  readonly scope: DueScope;
  readonly signal: AbortSignal | undefined;
  /** Counts on. */
  readonly total: { invocations: number; events: number };
}

async function eraseTenant(db: Db, { scope, signal, total }: Erasure): Promise<void> {
  let after: DueRow | undefined;
  do {
    const batch = await db.transaction((tx) => eraseBatch(tx, scope, after));
    total.invocations += batch.rows.length;
    total.events += batch.events;
    after = batch.rows.length < BATCH ? undefined : batch.rows.at(-1);
  } while (after !== undefined && signal?.aborted !== true);
}

async function eraseBatch(
  tx: Sql,
  { tenant, closedBefore }: DueScope,
  after: DueRow | undefined,
): Promise<{ readonly rows: readonly DueRow[]; readonly events: number }> {
  const from = [after === undefined ? null : new Date(after.closed_at), after?.id ?? null];
  const rows = await tx.query<DueRow>(LOCK_DUE, [tenant, closedBefore, ...from]);
  if (rows.length === 0) return { rows, events: 0 };
  const ids = rows.map(({ id }) => id);
  const at = new Date(await readNowMs(tx));
  await eraseResolutions(tx, tenant, ids);
  for (const text of ERASE) await tx.query(text, [tenant, ids]);
  await tx.query(ERASE_INVOCATIONS, [tenant, ids, rows.map(({ error }) => eraseMessage(error)), at]);
  const events = await tx.query<AuditRow>(ERASE_EVENTS, [tenant, ids, at]);
  const byCall = groupByInvocation(events);
  const audit = createAuditTable(tx);
  await audit.append(
    tenant,
    rows.map((row) => erasedEvent(row, byCall.get(row.id) ?? [])),
  );
  return { rows, events: events.length };
}

/** People's words go, who resolved it how and when stays. */
async function eraseResolutions(tx: Sql, tenant: string, ids: readonly string[]): Promise<void> {
  const rows = await tx.query<{ invocation: string; round: number; resolution: string | null }>(
    "select invocation, round, resolution from approval where tenant = $1 and invocation = any($2)",
    [tenant, ids],
  );
  const params: Param[] = [
    tenant,
    rows.map(({ invocation }) => invocation),
    rows.map(({ round }) => String(round)),
    rows.map(({ resolution }) => (resolution === null ? null : dropReason(resolution))),
  ];
  await tx.query(
    `update approval a set resolution = e.resolution, because = null
     from unnest($2::text[], $3::text[]::int[], $4::text[]) as e(invocation, round, resolution)
     where a.tenant = $1 and a.invocation = e.invocation and a.round = e.round`,
    params,
  );
}

function dropReason(resolution: string): string {
  const { reason: _, ...rest } = JSON.parse(resolution) as Record<string, unknown>;
  return canonicalJson(rest);
}

function eraseMessage(error: string | null): string | null {
  if (error === null) return null;
  const { code, retryable } = JSON.parse(error) as ErrorView;
  return canonicalJson({ code, message: ERASED_MESSAGE, retryable });
}

/** How many events it was, and the hash of what is left of them, lets nobody empty others or change these under its cover. */
function erasedEvent(
  { id, action, actor, digest, idempotency_key: key }: DueRow,
  events: readonly AuditRow[],
): AuditEntry {
  return {
    ...{ type: "invocation.erased", invocation: id, action, actor, idempotencyKey: key ?? undefined },
    data: { digest, count: events.length, events: hashErased(events) },
  };
}
