import type { Principal, PrincipalKind } from "../contract/principal.ts";
import type { Approver } from "../core/approval/eligibility.ts";
import type { Sql } from "./db.ts";

interface PrincipalRow {
  readonly tenant: string;
  readonly subject: string;
  readonly kind: PrincipalKind;
  readonly roles: string[];
  readonly groups: string[];
  readonly scopes: string[];
}

const COLUMNS = "tenant, subject, kind, roles, groups, scopes";
const APPROVER = "select subject, kind, roles, groups from principal";

/** Few have what approvers are named by: materialized, so that no plan looks through all of a tenant in the hope of a quick end. */
const SEARCH = `
  with found as materialized (
    ${APPROVER} where tenant = $1 and (subject = any($2::text[]) or roles && $3::text[] or groups && $4::text[])
  )
  select * from found limit $5`;

/** Queries of `principal`: who somebody is, apart from the keys that prove it. */
export function createPrincipalTable(sql: Sql) {
  return { ...createLookups(sql), ...createSearches(sql) };
}

/** Queries for one principal. */
function createLookups(sql: Sql) {
  return {
    /** One principal. */
    async get(tenant: string, subject: string): Promise<Principal | undefined> {
      const rows = await sql.query<PrincipalRow>(
        `select ${COLUMNS} from principal where tenant = $1 and subject = $2`,
        [tenant, subject],
      );
      return rows[0];
    },

    /** One principal, locked until the transaction ends. */
    async lock(tenant: string, subject: string): Promise<Principal | undefined> {
      const rows = await sql.query<PrincipalRow>(
        `select ${COLUMNS} from principal where tenant = $1 and subject = $2 for update`,
        [tenant, subject],
      );
      return rows[0];
    },

    /** Inserts a principal. False when the subject is taken: nothing was written. */
    async insert(principal: Principal): Promise<boolean> {
      const rows = await sql.query(
        `insert into principal (${COLUMNS}) values ($1, $2, $3, $4, $5, $6) on conflict do nothing returning subject`,
        principalParams(principal),
      );
      return rows.length === 1;
    },

    /** Replaces kind, roles, groups and scopes. */
    async update(principal: Principal): Promise<void> {
      await sql.query(
        `update principal set kind = $3, roles = $4, groups = $5, scopes = $6 where tenant = $1 and subject = $2`,
        principalParams(principal),
      );
    },
  };
}

/** Queries for who may approve. */
function createSearches(sql: Sql) {
  return {
    /** The present rights of these people, in no order; whoever is unknown is missing. */
    find(tenant: string, subjects: readonly string[]): Promise<Approver[]> {
      return sql.query<Approver>(`${APPROVER} where tenant = $1 and subject = any($2::text[])`, [tenant, subjects]);
    },

    /** At most `limit` who have one of these names (`user:`, `role:`, `group:`), or of all when names are undefined; in no order. */
    search(tenant: string, names: readonly string[] | undefined, limit: number): Promise<Approver[]> {
      if (names === undefined) return sql.query<Approver>(`${APPROVER} where tenant = $1 limit $2`, [tenant, limit]);
      return sql.query<Approver>(SEARCH, [
        tenant,
        ...["user:", "role:", "group:"].map((prefix) => namesAfter(prefix, names)),
        limit,
      ]);
    },
  };
}

function namesAfter(prefix: string, names: readonly string[]): string[] {
  return names.filter((name) => name.startsWith(prefix)).map((name) => name.slice(prefix.length));
}

function principalParams(principal: Principal) {
  return [
    principal.tenant,
    principal.subject,
    principal.kind,
    principal.roles,
    principal.groups,
    principal.scopes,
  ] as const;
}
