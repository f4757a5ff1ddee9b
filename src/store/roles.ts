import { CountersignError } from "../core/countersign-error.ts";
import type { Db, Sql, Transaction } from "./db.ts";

/** Whom a schema's owner lets work on it. The roles are there already: only an administrator makes them and their passwords. */
export interface DatabaseRoles {
  /** What doors and workers connect as. */
  readonly runtime?: string | undefined;
  /** What erases and re-encrypts content: it may empty what the other one may only write. */
  readonly retention?: string | undefined;
}

/** What a role may do with one table; reading is part of all of it. */
interface Rights {
  readonly insert?: true;
  readonly delete?: true;
  /** The columns that it may change, or all of them. To lock a row, one is enough. */
  readonly update?: readonly string[] | "all";
}

type Grants = Readonly<Record<string, Rights>>;

const ALL: Rights = { insert: true, update: "all", delete: true };
const READ: Rights = {};
const ADD: Rights = { insert: true };

/**
 * What a working process does, and no more. Evidence is added and never changed or taken away; of a call only what moves while it lives
 * can be changed: who made it, with which input and key, stays as it was accepted.
 */
const RUNTIME: Grants = {
  schema_migration: READ,
  principal: { insert: true, update: ["kind", "roles", "groups", "scopes"] },
  api_key: { insert: true, update: ["revoked_at"] },
  action_manifest: { insert: true, update: ["document", "published_at"] },
  policy_version: ADD,
  invocation: {
    insert: true,
    update: [
      ...[
        "status",
        "round",
        "digest",
        "input_view",
        "action_version",
        "verdict",
        "guards",
        "attempts",
        "temporal_run_id",
      ],
      ...[
        "output",
        "output_view",
        "error",
        "cancel_at",
        "cancel_by",
        "cancel_reason",
        "leased_until",
        "run_checked_at",
      ],
      ...["decided_at", "executed_at", "closed_at", "retry_of", "compensates", "idempotency_key"],
    ],
  },
  input_revision: ADD,
  idempotency_key: { insert: true, update: ["invocation"], delete: true },
  approval: {
    insert: true,
    update: [
      ...["status", "progress", "approvers", "asks_by_rule", "resolution", "resolved_at", "execute_by", "consumed_at"],
    ],
  },
  approval_gate: { insert: true, update: ["tenant"] },
  approval_grant: { insert: true, update: ["used", "revoked_at", "revoked_by"] },
  approval_grant_use: ADD,
  vote: { insert: true, update: ["state", "code", "judged_at", "leased_until"] },
  execution: { insert: true, update: ["state", "error", "spent", "is_over", "finished_at"] },
  audit_event: ADD,
  audit_head: { insert: true, update: ["seq", "hash"] },
  rate_counter: ALL,
  rate_hit: ALL,
  attempt_counter: ALL,
  breaker: ALL,
  budget: { insert: true, update: ["used", "reserved", "changed_at"] },
  budget_entry: { insert: true, update: ["spent", "state", "closed_at"] },
  fact_session: ALL,
  fact: ALL,
  run: { insert: true, update: ["user_label", "parent", "status", "ended_at"] },
  worker: ALL,
  webhook: ALL,
  delivery: ALL,
};

/** Empties content and leaves what proves that it was there; whatever it erases, it records. */
const RETENTION: Grants = {
  ...Object.fromEntries(Object.keys(RUNTIME).map((table) => [table, READ])),
  invocation: {
    update: [
      ...[
        "input_view",
        "output",
        "output_view",
        "reason",
        "session",
        "error",
        "cancel_reason",
        "trace_parent",
        "erased_at",
      ],
    ],
  },
  input_revision: { update: ["input", "judged", "salt", "difference"] },
  approval: { update: ["resolution", "because"] },
  approval_grant: { update: ["bounds"] },
  vote: { update: ["reason", "edit", "grant_terms"] },
  execution: { update: ["error"] },
  audit_event: { insert: true, update: ["data", "erased_at"] },
  audit_head: { insert: true, update: ["seq", "hash"] },
  budget: { update: ["changed_at"], delete: true },
  budget_entry: { update: ["closed_at"], delete: true },
  fact_session: { update: ["closed_at"], delete: true },
  worker: { update: ["stopped_at"], delete: true },
  delivery: { update: ["finished_at"], delete: true },
};

/** The tables that roles get rights on: all that the migrations make. */
export const GRANTED_TABLES: readonly string[] = Object.keys(RUNTIME);

/** What the runtime role must not be able to do, by whatever right: of its own, through another role, or everybody's. */
const EXCESS = `
  select case
    when has_any_column_privilege($1, 'audit_event', 'update') then 'change audit events'
    when has_table_privilege($1, 'audit_event', 'delete, truncate') then 'delete audit events'
    when has_table_privilege($1, 'invocation', 'delete, truncate') then 'delete invocations'
    when has_any_column_privilege($1, 'schema_migration', 'insert, update') then 'write migrations'
    when has_schema_privilege($1, current_schema(), 'create') then 'create tables'
  end as excess`;

/**
 * Gives each role exactly what it needs in this schema, and takes from it what it had beyond that; in one transaction, so that whoever
 * works meanwhile never lacks a right. To be repeated after each migration, since a new table is open to nobody.
 * @throws invalid_request when a role isn't there, both are the same, or the runtime role may do by other ways what it must not
 */
export async function grantRoles(db: Db, { runtime, retention }: DatabaseRoles): Promise<void> {
  if (runtime !== undefined && runtime === retention) {
    throw new CountersignError("invalid_request", "The runtime role and the retention role must not be the same");
  }
  await db.transaction(async (tx) => {
    if (runtime !== undefined) await grantTo(tx, runtime, RUNTIME);
    if (retention !== undefined) await grantTo(tx, retention, RETENTION);
    if (runtime !== undefined) await assertNoExcess(tx, runtime);
  });
}

async function grantTo(tx: Transaction, role: string, grants: Grants): Promise<void> {
  const [known] = await tx.query<{ schema: string }>(
    "select quote_ident(current_schema()) as schema from pg_roles where rolname = $1",
    [role],
  );
  if (known === undefined) {
    throw new CountersignError("invalid_request", `There is no database role ${role}; an administrator creates it`);
  }
  const name = `"${role.replaceAll('"', '""')}"`;
  const tables = Object.keys(grants).join(", ");
  await tx.runScript(
    [
      `revoke all on table ${tables} from ${name}`,
      `revoke create on schema ${known.schema} from ${name}`,
      `grant usage on schema ${known.schema} to ${name}`,
      `grant execute on function ms_now(), is_instant(timestamptz) to ${name}`,
      ...Object.entries(grants).map(([table, rights]) => `grant ${listRights(rights)} on table ${table} to ${name}`),
    ].join(";\n"),
  );
  await assertGranted(tx, role);
}

/** PostgreSQL only warns whoever grants what isn't theirs to give. Both roles add to the record. */
async function assertGranted(sql: Sql, role: string): Promise<void> {
  const text = "select has_table_privilege($1, 'audit_event', 'insert') as granted";
  const [row] = await sql.query<{ granted: boolean }>(text, [role]);
  if (row?.granted === true) return;
  throw new CountersignError(
    "invalid_request",
    `Nothing could be granted to ${role}: migrate as the owner of the tables`,
  );
}

function listRights({ insert, update, delete: mayDelete }: Rights): string {
  return [
    "select",
    ...(insert ? ["insert"] : []),
    ...(update === undefined ? [] : [update === "all" ? "update" : `update (${update.join(", ")})`]),
    ...(mayDelete ? ["delete"] : []),
  ].join(", ");
}

/** A superuser, the schema's owner, and whoever is a member of either may do everything, whatever is granted. */
async function assertNoExcess(sql: Sql, role: string): Promise<void> {
  const [row] = await sql.query<{ excess: string | null }>(EXCESS, [role]);
  const excess = row?.excess ?? undefined;
  if (excess === undefined) return;
  throw new CountersignError(
    "invalid_request",
    `The role ${role} may ${excess}, as an owner, as another role's member, or because everybody may; nothing was granted`,
  );
}
