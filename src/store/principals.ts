import type { Principal, PrincipalKind } from "../contract/principal.ts";
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

/** Queries of `principal`: who somebody is, apart from the keys that prove it. */
export function createPrincipalTable(sql: Sql) {
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
