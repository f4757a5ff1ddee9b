import type { AuditEvent, AuditType } from "../contract/audit.ts";
import type { WebhookId } from "../contract/ids.ts";
import type { PageQuery } from "../contract/invocation.ts";
import type { Page } from "../contract/problem.ts";
import type { DeliveryState } from "../contract/webhooks.ts";
import { CountersignError } from "../core/countersign-error.ts";
import { AUDIT_COLUMNS, type AuditRow, eventOf } from "./audit-chain.ts";
import type { Sql } from "./db.ts";
import type { WebhookRow } from "./webhooks.ts";

/** What names one delivery: an event, told to a webhook. */
export interface DeliveryRef {
  readonly tenant: string;
  readonly webhook: WebhookId;
  readonly seq: number;
}

/** A delivery as it is kept; times epoch milliseconds. */
export interface DeliveryRow extends DeliveryRef {
  readonly type: AuditType;
  readonly state: DeliveryState;
  /** Attempts that were begun since it was scheduled last. */
  readonly attempts: number;
  readonly due_at: number;
  readonly last_status: number | null;
  readonly last_error: string | null;
  readonly created_at: number;
  readonly finished_at: number | null;
}

/** A delivery that its lessee may send: nobody else does before the lease is over. */
export interface LeasedDelivery extends DeliveryRef {
  /** This attempt's number, from 1. */
  readonly attempt: number;
}

/** Everything that a message is made of. */
export interface DeliveryContent {
  readonly webhook: WebhookRow;
  readonly event: AuditEvent;
}

/** How an attempt ended. */
export interface AttemptResult {
  readonly attempt: number;
  readonly state: DeliveryState;
  /** Milliseconds until the next attempt, while it is due. */
  readonly delayMs: number;
  /** HTTP status, when there was an answer. */
  readonly status: number | undefined;
  /** In a few words, without addresses. */
  readonly error: string | undefined;
}

/** How many events a look covers. */
export interface AdvanceLimits {
  /** Webhooks at most. */
  readonly webhooks: number;
  /** Events of each webhook at most. */
  readonly events: number;
}

/** How many deliveries are taken, and for how long. */
export interface DeliveryLease {
  readonly leaseMs: number;
  /** Deliveries at most, and of one webhook at most. */
  readonly limit: number;
  readonly limitPerWebhook: number;
  /** Ids of webhooks that are left alone. */
  readonly except: readonly string[];
}

/**
 * Moves cursors and schedules the matching events in one statement, and so in one transaction: an event is scheduled once for each
 * webhook, whoever looks. A row that another process holds is left to it.
 */
const ADVANCE = `
  with behind as (
    select w.tenant, w.id, w.types, w.cursor_seq, least(h.seq, w.cursor_seq + $2) as upto
    from webhook w join audit_head h on h.tenant = w.tenant
    where w.disabled_at is null and w.cursor_seq < h.seq
    order by w.tenant, w.id limit $1 for update of w skip locked
  ), moved as (
    update webhook w set cursor_seq = b.upto from behind b where w.tenant = b.tenant and w.id = b.id
  ), added as (
    insert into delivery (tenant, webhook, seq, type, state)
    select b.tenant, b.id, e.seq, e.type, 'due'
    from behind b join audit_event e on e.tenant = b.tenant and e.seq > b.cursor_seq and e.seq <= b.upto
    where b.types = '{}' or e.type = any(b.types)
    on conflict do nothing
  )
  select count(*) as n from behind`;

/** Webhooks in random order, so that one whose backlog never ends takes no other's turn. */
const LEASE = `
  with due as (
    select d.tenant, d.webhook, d.seq
    from (select tenant, id from webhook where disabled_at is null and id <> all($4::text[]) order by random()) w
    cross join lateral (
      select tenant, webhook, seq from delivery
      where tenant = w.tenant and webhook = w.id and state = 'due' and due_at <= ms_now()
        and (leased_until is null or leased_until <= ms_now())
      order by due_at, seq limit $3 for update skip locked) d
    limit $2
  )
  update delivery t set leased_until = ms_now() + make_interval(secs => $1::float8 / 1000), attempts = t.attempts + 1
  from due where t.tenant = due.tenant and t.webhook = due.webhook and t.seq = due.seq
  returning t.tenant, t.webhook, t.seq, t.attempts as attempt`;

/** A success counts whenever it is reported; a failure only while no later attempt was begun. */
const FINISH = `
  update delivery set state = $5, leased_until = null, last_status = $7, last_error = $8,
    due_at = case when $5 = 'due' then ms_now() + make_interval(secs => $6::float8 / 1000) else due_at end,
    finished_at = case when $5 <> 'due' then ms_now() end
  where tenant = $1 and webhook = $2 and seq = $3 and state = 'due' and ($5 = 'delivered' or attempts = $4)`;

/** What is on its way at this moment is left alone: it would be sent twice. */
const SCHEDULE_AGAIN = `
  on conflict (tenant, webhook, seq) do update
  set state = 'due', attempts = 0, due_at = ms_now(), leased_until = null, finished_at = null
  where delivery.leased_until is null or delivery.leased_until <= ms_now()
  returning seq`;

/** Queries of `delivery`: what webhooks were told, and are to be told. */
export function createDeliveryTable(sql: Sql) {
  return { ...createQueue(sql), ...createReplays(sql), ...createReads(sql) };
}

function createQueue(sql: Sql) {
  return {
    /** Schedules what was recorded since the last look. @returns how many webhooks were behind: as many as asked for, or any with events left, means look again */
    async advance({ webhooks, events }: AdvanceLimits): Promise<number> {
      return (await sql.query<{ n: number }>(ADVANCE, [webhooks, events]))[0]?.n ?? 0;
    },

    /** Whether anybody is told of anything. */
    async isNeeded(): Promise<boolean> {
      const text = "select exists (select 1 from webhook where disabled_at is null) as needed";
      return (await sql.query<{ needed: boolean }>(text))[0]?.needed === true;
    },

    /** Takes deliveries whose time has come. One whose lessee died is taken by another once its lease is over. */
    async lease({ leaseMs, limit, limitPerWebhook, except }: DeliveryLease): Promise<LeasedDelivery[]> {
      return sql.query<LeasedDelivery>(LEASE, [leaseMs, limit, limitPerWebhook, except]);
    },

    /** What a message is made of; `undefined` once the webhook is gone. */
    async getContent({ tenant, webhook, seq }: DeliveryRef): Promise<DeliveryContent | undefined> {
      const [row] = await sql.query<WebhookRow>("select * from webhook where tenant = $1 and id = $2", [
        tenant,
        webhook,
      ]);
      const [event] = await sql.query<AuditRow>(
        `select ${AUDIT_COLUMNS} from audit_event where tenant = $1 and seq = $2`,
        [tenant, seq],
      );
      return row === undefined || event === undefined ? undefined : { webhook: row, event: eventOf(event) };
    },

    /** Writes how an attempt ended. */
    async finish({ tenant, webhook, seq }: DeliveryRef, result: AttemptResult): Promise<void> {
      const { attempt, state, delayMs, status, error } = result;
      await sql.query(FINISH, [tenant, webhook, seq, attempt, state, delayMs, status ?? null, error ?? null]);
    },

    /** Forgets what was delivered `deliveredMs` ago, or given up `deadMs` ago; at most `limit` rows. @returns how many those were */
    async purge(limits: {
      readonly deliveredMs: number;
      readonly deadMs: number;
      readonly limit: number;
    }): Promise<number> {
      const rows = await sql.query(
        `delete from delivery where ctid = any(array(
           select ctid from delivery
           where state <> 'due' and finished_at < ms_now() - make_interval(secs => least($1, $2)::float8 / 1000)
             and finished_at < ms_now() - make_interval(secs => case state when 'dead' then $2 else $1 end::float8 / 1000)
           limit $3)) returning seq`,
        [limits.deliveredMs, limits.deadMs, limits.limit],
      );
      return rows.length;
    },
  };
}

function createReplays(sql: Sql) {
  return {
    /** Schedules one event anew, whether or not the webhook listens to its type. @returns nothing when there is no such event, or it is just being sent */
    async replayOne({ tenant, webhook, seq }: DeliveryRef): Promise<number[]> {
      return seqsOf(
        await sql.query<{ seq: number }>(
          `insert into delivery (tenant, webhook, seq, type, state)
           select tenant, $2, seq, type, 'due' from audit_event where tenant = $1 and seq = $3 ${SCHEDULE_AGAIN}`,
          [tenant, webhook, seq],
        ),
      );
    },

    /** Schedules anew what a webhook listens to of the events after `seq`, up to its cursor; the oldest `limit` of them. */
    async replayAfter({ tenant, webhook, seq }: DeliveryRef, limit: number): Promise<number[]> {
      return seqsOf(
        await sql.query<{ seq: number }>(
          `insert into delivery (tenant, webhook, seq, type, state)
           select e.tenant, w.id, e.seq, e.type, 'due' from webhook w join audit_event e on e.tenant = w.tenant
           where w.tenant = $1 and w.id = $2 and e.seq > $3 and e.seq <= w.cursor_seq
             and (w.types = '{}' or e.type = any(w.types))
           order by e.seq limit $4 ${SCHEDULE_AGAIN}`,
          [tenant, webhook, seq, limit],
        ),
      );
    },

    /** Schedules anew what was given up; the oldest `limit` of them. */
    async replayDead({ tenant, webhook }: Omit<DeliveryRef, "seq">, limit: number): Promise<number[]> {
      return seqsOf(
        await sql.query<{ seq: number }>(
          `update delivery set state = 'due', attempts = 0, due_at = ms_now(), leased_until = null, finished_at = null
           where tenant = $1 and webhook = $2 and seq = any(array(
             select seq from delivery where tenant = $1 and webhook = $2 and state = 'dead' order by seq limit $3))
             and state = 'dead'
           returning seq`,
          [tenant, webhook, limit],
        ),
      );
    },
  };
}

function createReads(sql: Sql) {
  return {
    /** Deliveries of one webhook, newest event first. @throws invalid_query for a cursor that no list gave */
    async list(
      { tenant, webhook, state }: Omit<DeliveryRef, "seq"> & { readonly state: DeliveryState | undefined },
      page: PageQuery,
    ): Promise<Page<DeliveryRow>> {
      const rows = await sql.query<DeliveryRow>(
        `select tenant, webhook, seq, type, state, attempts, due_at, last_status, last_error, created_at, finished_at
         from delivery where tenant = $1 and webhook = $2 and ($3::text is null or state = $3) and ($4::bigint is null or seq < $4)
         order by seq desc limit $5`,
        [tenant, webhook, state ?? null, readCursor(page.cursor), page.limit + 1],
      );
      const items = rows.slice(0, page.limit);
      const last = items.at(-1);
      if (rows.length <= page.limit || last === undefined) return { items };
      return { items, nextCursor: Buffer.from(String(last.seq)).toString("base64url") };
    },
  };
}

function seqsOf(rows: readonly { readonly seq: number }[]): number[] {
  return rows.map(({ seq }) => seq).toSorted((left, right) => left - right);
}

function readCursor(cursor: string | undefined): number | null {
  if (cursor === undefined) return null;
  const text = Buffer.from(cursor, "base64url").toString("utf8");
  if (!/^\d{1,15}$/.test(text)) throw new CountersignError("invalid_query", "The cursor is not one that a list gave");
  return Number(text);
}
