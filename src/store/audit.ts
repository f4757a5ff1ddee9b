import type { AuditEvent, AuditFilter, AuditType } from "../contract/audit.ts";
import type { PageQuery } from "../contract/invocation.ts";
import type { Page } from "../contract/problem.ts";
import { canonicalJson } from "../core/canonical.ts";
import { CountersignError } from "../core/countersign-error.ts";
import { AUDIT_COLUMNS, type AuditContent, type AuditRow, eventOf, GENESIS_HASH, hashEvent } from "./audit-chain.ts";
import { type ChainCheck, verifyChain } from "./audit-verification.ts";
import type { Param, Sql } from "./db.ts";

/** What happened, as `append` takes it; sequence number, time and hashes are the table's own. */
export interface AuditEntry {
  /** What kind of event. */
  readonly type: AuditType;
  /** Subject who did it. */
  readonly principal?: string | undefined;
  /** Subject on whose behalf the invocation runs. */
  readonly actor?: string | undefined;
  /** Id of the invocation that it speaks of; never one of another tenant. */
  readonly invocation?: string | undefined;
  /** Name of the action. */
  readonly action?: string | undefined;
  /** The call's idempotency key: searched by, but no part of the event or of its hash. */
  readonly idempotencyKey?: string | undefined;
  /** All the rest, redacted already; what JSON leaves out (`undefined`) is left out. */
  readonly data: Readonly<Record<string, unknown>>;
}

/** A chain's last event and the database's time. */
interface Head {
  readonly seq: number;
  readonly hash: string;
  readonly now: number;
}

/** The append-only record of every tenant, each a chain of hashes of its own. */
export function createAuditTable(sql: Sql) {
  return {
    /**
     * Appends events to the tenant's chain. Takes the chain's head, the last lock in the order of locks, and holds it until the
     * transaction ends: append last, and only inside a transaction.
     */
    async append(tenant: string, entries: readonly AuditEntry[]): Promise<void> {
      if (entries.length === 0) return;
      const head = (await lockHead(sql, tenant)) ?? (await startChain(sql, tenant));
      await sql.query(
        `with head as (update audit_head set seq = $2, hash = $3 where tenant = $1)
         insert into audit_event
           (tenant, seq, at, type, principal, actor, invocation, action, idempotency_key, data, prev_hash, hash)
         select $1, $4 + n, $5, type, principal, actor, invocation, action, key, data, prev_hash, hash
         from unnest($6::text[], $7::text[], $8::text[], $9::text[], $10::text[], $11::text[], $12::text[], $13::text[], $14::text[])
           with ordinality as e (type, principal, actor, invocation, action, key, data, prev_hash, hash, n)`,
        chain(tenant, head, entries),
      );
    },

    /** Events under the filter, newest first. @throws invalid_query for a cursor that no list gave */
    async list(tenant: string, filter: AuditFilter, page: PageQuery): Promise<Page<AuditEvent>> {
      const { where, params } = conditions(tenant, filter, page.cursor);
      const rows = await sql.query<AuditRow>(
        `select ${AUDIT_COLUMNS} from audit_event where ${where} order by seq desc limit $${params.length + 1}`,
        [...params, page.limit + 1],
      );
      const items = rows.slice(0, page.limit).map(eventOf);
      const last = items.at(-1);
      if (rows.length <= page.limit || last === undefined) return { items };
      return { items, nextCursor: Buffer.from(String(last.seq)).toString("base64url") };
    },

    /** All events of one invocation, oldest first. */
    async listOfInvocation(tenant: string, invocation: string): Promise<AuditEvent[]> {
      const rows = await sql.query<AuditRow>(
        `select ${AUDIT_COLUMNS} from audit_event where tenant = $1 and invocation = $2 order by seq`,
        [tenant, invocation],
      );
      return rows.map(eventOf);
    },

    /** Reads the whole chain and recomputes it: finds changed, missing and added rows, cut-off ends included. */
    async verify(tenant: string): Promise<ChainCheck> {
      return verifyChain(sql, tenant);
    },
  };
}

async function lockHead(sql: Sql, tenant: string): Promise<Head | undefined> {
  const text = "select seq, hash, ms_now() as now from audit_head where tenant = $1 for update";
  const [head] = await sql.query<Head>(text, [tenant]);
  return head;
}

/** Two first events at once: the second waits here for the first one's commit and then finds its row. */
async function startChain(sql: Sql, tenant: string): Promise<Head> {
  const text = "insert into audit_head (tenant, seq, hash) values ($1, 0, $2) on conflict (tenant) do nothing";
  await sql.query(text, [tenant, GENESIS_HASH]);
  const head = await lockHead(sql, tenant);
  if (head === undefined) throw new Error("The audit chain's head is missing right after it was made");
  return head;
}

/** The parameters of an insert: the new head, then one array per column. */
function chain(tenant: string, head: Head, entries: readonly AuditEntry[]): Param[] {
  const at = new Date(head.now);
  const data = entries.map((entry) => canonicalJson(entry.data));
  const hashes = [head.hash];
  for (const [index, entry] of entries.entries()) {
    const content = { ...contentOf(entry), seq: head.seq + index + 1, at: at.toISOString(), tenant };
    hashes.push(hashEvent(hashes[index] ?? GENESIS_HASH, content));
  }
  const column = (pick: (entry: AuditEntry) => string | undefined) => entries.map((entry) => pick(entry) ?? null);
  return [
    tenant,
    head.seq + entries.length,
    hashes.at(-1) ?? GENESIS_HASH,
    head.seq,
    at,
    column((entry) => entry.type),
    column((entry) => entry.principal),
    column((entry) => entry.actor),
    column((entry) => entry.invocation),
    column((entry) => entry.action),
    column((entry) => entry.idempotencyKey),
    data,
    hashes.slice(0, -1),
    hashes.slice(1),
  ];
}

/** What of an entry is hashed; a member that is absent is no member. */
function contentOf({
  type,
  principal,
  actor,
  invocation,
  action,
  data,
}: AuditEntry): Omit<AuditContent, "seq" | "at" | "tenant"> {
  return {
    type,
    ...(principal !== undefined && { principal }),
    ...(actor !== undefined && { actor }),
    ...(invocation !== undefined && { invocation }),
    ...(action !== undefined && { action }),
    data,
  };
}

function conditions(tenant: string, filter: AuditFilter, cursor: string | undefined) {
  const params: Param[] = [tenant];
  const terms = ["tenant = $1"];
  const add = (term: string, value: Param | undefined) => {
    if (value === undefined) return;
    params.push(value);
    terms.push(`${term} $${params.length}`);
  };
  add("seq <", readCursor(cursor));
  add("action =", filter.action);
  add("actor =", filter.actor);
  add("invocation =", filter.invocation);
  add("type =", filter.type);
  add("idempotency_key =", filter.idempotencyKey);
  add("at >", filter.after === undefined ? undefined : new Date(filter.after));
  add("at <", filter.before === undefined ? undefined : new Date(filter.before));
  add("type in ('approval.vote_recorded', 'approval.vote_refused') and principal =", filter.approver);
  return { where: terms.join(" and "), params };
}

function readCursor(cursor: string | undefined): number | undefined {
  if (cursor === undefined) return undefined;
  const text = Buffer.from(cursor, "base64url").toString("utf8");
  if (!/^\d{1,15}$/.test(text)) throw new CountersignError("invalid_query", "The cursor is not one that a list gave");
  return Number(text);
}
