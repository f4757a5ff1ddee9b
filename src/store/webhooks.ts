import type { AuditType } from "../contract/audit.ts";
import type { WebhookId } from "../contract/ids.ts";
import type { Sql } from "./db.ts";

/** A webhook as it is kept; times epoch milliseconds. */
export interface WebhookRow {
  readonly tenant: string;
  readonly id: WebhookId;
  readonly url: string;
  /** None means all. */
  readonly types: readonly AuditType[];
  readonly description: string | null;
  /** What its secret is derived from, together with the signing key. */
  readonly nonce: string;
  readonly previous_nonce: string | null;
  /** Until when messages are signed with the secret of before as well. */
  readonly previous_until: number | null;
  /** The last event that was looked at for it. */
  readonly cursor_seq: number;
  readonly created_at: number;
  readonly created_by: string;
  readonly disabled_at: number | null;
}

/** A webhook as it is made. */
export type NewWebhook = Pick<WebhookRow, "tenant" | "id" | "url" | "types" | "description" | "nonce" | "created_by">;

/** What of a webhook may change. */
export type WebhookChange = Pick<WebhookRow, "url" | "types" | "description"> & { readonly disabled: boolean };

const COLUMNS = `tenant, id, url, types, description, nonce, previous_nonce, previous_until, cursor_seq, created_at, created_by, disabled_at`;

/** The last event of a tenant's record. */
const HEAD = "coalesce((select seq from audit_head where tenant = $1), 0)";

/** Hears from now on if it did not before, and of nothing from now on if it does no more. */
const UPDATE = `
  update webhook set url = $3, types = $4, description = $5,
    cursor_seq = case when disabled_at is not null and not $6 then ${HEAD} else cursor_seq end,
    disabled_at = case when $6 then coalesce(disabled_at, ms_now()) end
  where tenant = $1 and id = $2 returning ${COLUMNS}`;

const ROTATE = `
  update webhook set previous_nonce = nonce, previous_until = ms_now() + make_interval(secs => $4::float8 / 1000), nonce = $3
  where tenant = $1 and id = $2 returning ${COLUMNS}`;

/** What was still to be sent is given up, so that it can be found and replayed. */
const GIVE_UP = `
  update delivery set state = 'dead', leased_until = null, finished_at = ms_now(), last_error = $3
  where tenant = $1 and webhook = $2 and state = 'due'`;

/** Queries of `webhook`: who is told of events. */
export function createWebhookTable(sql: Sql) {
  return { ...createReads(sql), ...createWrites(sql) };
}

function createReads(sql: Sql) {
  const text = `select ${COLUMNS} from webhook where tenant = $1`;
  return {
    /** One webhook. */
    async get(tenant: string, id: WebhookId): Promise<WebhookRow | undefined> {
      return (await sql.query<WebhookRow>(`${text} and id = $2`, [tenant, id]))[0];
    },

    /** Locks one webhook until the transaction ends. */
    async lock(tenant: string, id: WebhookId): Promise<WebhookRow | undefined> {
      return (await sql.query<WebhookRow>(`${text} and id = $2 for update`, [tenant, id]))[0];
    },

    /** All of a tenant, newest first. */
    async list(tenant: string): Promise<WebhookRow[]> {
      return sql.query<WebhookRow>(`${text} order by created_at desc, id desc`, [tenant]);
    },

    /** How many a tenant has. */
    async count(tenant: string): Promise<number> {
      const rows = await sql.query<{ n: number }>("select count(*) as n from webhook where tenant = $1", [tenant]);
      return rows[0]?.n ?? 0;
    },
  };
}

function createWrites(sql: Sql) {
  const change = async (text: string, params: Parameters<Sql["query"]>[1]): Promise<WebhookRow | undefined> =>
    (await sql.query<WebhookRow>(text, params))[0];
  return {
    /** Adds a webhook. It hears of what is recorded after the events that are there now, those of this transaction included. */
    async insert(webhook: NewWebhook): Promise<WebhookRow | undefined> {
      return change(
        `insert into webhook (tenant, id, url, types, description, nonce, created_by, cursor_seq)
         values ($1, $2, $3, $4, $5, $6, $7, ${HEAD}) returning ${COLUMNS}`,
        [
          ...[webhook.tenant, webhook.id, webhook.url, webhook.types],
          ...[webhook.description, webhook.nonce, webhook.created_by],
        ],
      );
    },

    /** Changes a webhook. One that was disabled and is no more hears of what is recorded from now on. */
    async update(tenant: string, id: WebhookId, next: WebhookChange): Promise<WebhookRow | undefined> {
      return change(UPDATE, [tenant, id, next.url, next.types, next.description, next.disabled]);
    },

    /** Gives a webhook another secret; for `overlapMs` the one that it had counts as well, and any older one no more. */
    async rotate(
      tenant: string,
      id: WebhookId,
      { nonce, overlapMs }: { readonly nonce: string; readonly overlapMs: number },
    ): Promise<WebhookRow | undefined> {
      return change(ROTATE, [tenant, id, nonce, overlapMs]);
    },

    /** Gives up what a webhook was still to be told; `reason` stands with each delivery. */
    async giveUp(tenant: string, id: WebhookId, reason: string): Promise<void> {
      await sql.query(GIVE_UP, [tenant, id, reason]);
    },

    /** Removes a webhook and its deliveries. False when there is none. */
    async delete(tenant: string, id: WebhookId): Promise<boolean> {
      return (
        (await sql.query("delete from webhook where tenant = $1 and id = $2 returning id", [tenant, id])).length === 1
      );
    },
  };
}
