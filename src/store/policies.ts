import type { PageQuery } from "../contract/invocation.ts";
import type { PolicyView } from "../contract/policy.ts";
import { DEFAULT_TENANT, ORGANISATION } from "../contract/principal.ts";
import type { Page } from "../contract/problem.ts";
import { CountersignError } from "../core/countersign-error.ts";
import type { Sql } from "./db.ts";
import { pageOf, readCursor } from "./paging.ts";

/** Which version is in force, without its text. */
export interface PolicyHead {
  /** The tenant that it was published for: one's own, the default one, or the organisation. */
  readonly tenant: string;
  readonly seq: number;
  /** Lower-case hex SHA-256 of the document's text. */
  readonly digest: string;
}

/** What is in force for a tenant. */
export interface PolicyHeads {
  /** The tenant's own newest document, or else the default tenant's. */
  readonly own: PolicyHead | undefined;
  /** The organisation's newest, which holds besides. */
  readonly organisation: PolicyHead | undefined;
}

/** A published document. Times are epoch milliseconds. */
export interface PolicyRow extends PolicyHead {
  readonly source: PolicyView["source"];
  readonly document: string;
  readonly published_at: number;
  readonly published_by: string | null;
}

/** A document to publish. */
export interface NewPolicy {
  readonly tenant: string;
  readonly source: PolicyView["source"];
  readonly document: string;
  readonly digest: string;
  readonly publishedBy: string | undefined;
}

const IN_FORCE = `from policy_version where tenant in ($1, '${DEFAULT_TENANT}') order by tenant = $1 desc, seq desc limit 1`;

const HEADS = `(select tenant, seq, digest ${IN_FORCE}) union all
  (select tenant, seq, digest from policy_version where tenant = '${ORGANISATION}' order by seq desc limit 1)`;

/** Queries of `policy_version`. Rows are only ever added. */
export function createPolicyTable(sql: Sql) {
  return {
    /** Which versions are in force for a tenant. */
    async heads(tenant: string): Promise<PolicyHeads> {
      const heads = await sql.query<PolicyHead>(HEADS, [tenant]);
      return {
        own: heads.find((head) => head.tenant !== ORGANISATION),
        organisation: heads.find((head) => head.tenant === ORGANISATION),
      };
    },

    /** The document in force for a tenant, the organisation's left aside. */
    async inForce(tenant: string): Promise<PolicyRow | undefined> {
      return (await sql.query<PolicyRow>(`select * ${IN_FORCE}`, [tenant]))[0];
    },

    /** One version's document. */
    async get(tenant: string, seq: number): Promise<PolicyRow | undefined> {
      return (
        await sql.query<PolicyRow>(`select * from policy_version where tenant = $1 and seq = $2`, [tenant, seq])
      )[0];
    },

    /** The tenant's own newest document, of one source if that is named. */
    async newest(tenant: string, source?: PolicyView["source"]): Promise<PolicyRow | undefined> {
      const rows = await sql.query<PolicyRow>(
        `select * from policy_version where tenant = $1 and ($2::text is null or source = $2) order by seq desc limit 1`,
        [tenant, source ?? null],
      );
      return rows[0];
    },

    /** Makes publications for one tenant wait for each other until the transaction ends. */
    async lockTenant(tenant: string): Promise<void> {
      await sql.query(`select pg_advisory_xact_lock(hashtextextended('countersign policy ' || $1, 0))`, [tenant]);
    },

    /** Adds the next version. Only under {@link lockTenant}. */
    async insert(policy: NewPolicy): Promise<PolicyRow> {
      const rows = await sql.query<PolicyRow>(
        `insert into policy_version (tenant, seq, digest, source, document, published_by)
         select $1, coalesce(max(seq), 0) + 1, $2, $3, $4, $5 from policy_version where tenant = $1 returning *`,
        [policy.tenant, policy.digest, policy.source, policy.document, policy.publishedBy ?? null],
      );
      const row = rows[0];
      if (row === undefined) throw new CountersignError("internal", "The policy version was not written");
      return row;
    },

    /** A tenant's own versions, newest first. */
    async list(tenant: string, page: PageQuery): Promise<Page<PolicyRow>> {
      const before = readSeq(page.cursor);
      const rows = await sql.query<PolicyRow>(
        `select * from policy_version where tenant = $1 and ($2::integer is null or seq < $2) order by seq desc limit $3`,
        [tenant, before, page.limit + 1],
      );
      return pageOf(rows, page.limit, (row) => ({ atMs: row.published_at, id: String(row.seq) }));
    },
  };
}

function readSeq(cursor: string | undefined): number | null {
  const id = readCursor(cursor)?.id;
  if (id === undefined) return null;
  if (!/^\d{1,9}$/.test(id)) throw new CountersignError("invalid_query", "The cursor is not one that a list gave");
  return Number(id);
}
