import type { PageQuery } from "../contract/invocation.ts";
import type { Permission, PrincipalKind } from "../contract/principal.ts";
import type { Page } from "../contract/problem.ts";
import type { Sql } from "./db.ts";
import { pageOf, readCursor } from "./paging.ts";

/** A key with its principal as it is now, without the hash. Times are epoch milliseconds. */
export interface ApiKeyRow {
  readonly tenant: string;
  readonly id: string;
  readonly prefix: string;
  readonly subject: string;
  readonly kind: PrincipalKind;
  readonly roles: string[];
  readonly groups: string[];
  readonly scopes: string[];
  readonly permissions: Permission[];
  readonly created_at: number;
  readonly expires_at: number | null;
  readonly revoked_at: number | null;
}

/** What authentication needs of a key, in one row. */
export interface ApiKeyCredential extends ApiKeyRow {
  /** Lower-case hex SHA-256 of the whole key. */
  readonly hash: string;
  /** Neither revoked nor expired, by the database's clock. */
  readonly live: boolean;
}

/** A key to insert; the database gives the time. */
export interface NewApiKey {
  readonly tenant: string;
  readonly id: string;
  /** The public part that a key is found by. */
  readonly prefix: string;
  /** Lower-case hex SHA-256 of the whole key. */
  readonly hash: string;
  readonly subject: string;
  readonly permissions: readonly Permission[];
  /** Subject of the maker. */
  readonly createdBy: string;
  readonly expiresAt: Date | undefined;
}

const SELECT = `k.tenant, k.id, k.prefix, k.subject, k.permissions, k.created_at, k.expires_at, k.revoked_at,
  p.kind, p.roles, p.groups, p.scopes`;
const FROM = "from api_key k join principal p on p.tenant = k.tenant and p.subject = k.subject";

/** Queries of `api_key`, each joined with the principal that the key belongs to. */
export function createApiKeyTable(sql: Sql) {
  return {
    /** The key of a prefix with its principal: authentication's only query. */
    async findByPrefix(prefix: string): Promise<ApiKeyCredential | undefined> {
      const rows = await sql.query<ApiKeyCredential>(
        `select ${SELECT}, k.hash, k.revoked_at is null and (k.expires_at is null or k.expires_at > clock_timestamp()) as live
         ${FROM} where k.prefix = $1`,
        [prefix],
      );
      return rows[0];
    },

    /** Inserts a key; its principal must be there. */
    async insert(key: NewApiKey): Promise<void> {
      await sql.query(
        `insert into api_key (tenant, id, prefix, hash, subject, permissions, created_by, expires_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8)`,
        [key.tenant, key.id, key.prefix, key.hash, key.subject, key.permissions, key.createdBy, key.expiresAt ?? null],
      );
    },

    /** One key of a tenant. */
    async get(tenant: string, id: string): Promise<ApiKeyRow | undefined> {
      const rows = await sql.query<ApiKeyRow>(`select ${SELECT} ${FROM} where k.tenant = $1 and k.id = $2`, [
        tenant,
        id,
      ]);
      return rows[0];
    },

    /** Newest first, revoked and expired ones included. */
    async list(tenant: string, page: PageQuery): Promise<Page<ApiKeyRow>> {
      const cursor = readCursor(page.cursor);
      const rows = await sql.query<ApiKeyRow>(
        `select ${SELECT} ${FROM}
         where k.tenant = $1 and ($2::timestamptz is null or (k.created_at, k.id) < ($2, $3))
         order by k.created_at desc, k.id desc limit $4`,
        [tenant, cursor?.at ?? null, cursor?.id ?? null, page.limit + 1],
      );
      return pageOf(rows, page.limit, (row) => ({ atMs: row.created_at, id: row.id }));
    },

    /** Ends a key. False when there is none of this id that was still unrevoked. */
    async revoke(tenant: string, id: string): Promise<boolean> {
      const rows = await sql.query(
        `update api_key set revoked_at = ms_now() where tenant = $1 and id = $2 and revoked_at is null returning id`,
        [tenant, id],
      );
      return rows.length === 1;
    },
  };
}
