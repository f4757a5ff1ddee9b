import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { CountersignError } from "../core/countersign-error.ts";
import type { Db, Sql, Transaction } from "./db.ts";

/** What a migration run did. */
export interface MigrationReport {
  /** Names of the migrations that this run applied, in order; empty when the schema was up to date. */
  readonly applied: readonly string[];
}

/** One numbered script. */
export interface Migration {
  /** Its file's name, `0001_initial.sql`; names are applied in their order and never reused. */
  readonly name: string;
  /** Its statements. */
  readonly script: string;
}

/** How a database's schema stands to this code. One that is newer is current: processes of two versions work beside each other. */
export type SchemaCheck =
  | { readonly state: "current" }
  /** Migrations that it lacks, and whether this connection's role may apply them: the schema's owner may. */
  | { readonly state: "behind"; readonly lacking: readonly string[]; readonly mayMigrate: boolean }
  /** The role was granted nothing, so that it can't even look. */
  | { readonly state: "hidden" };

/** Our own number for the lock that lets one process migrate at a time. */
const MIGRATION_LOCK = 7_700_001;

/** Of a schema that isn't on the role's path, or not open to it, nothing is seen. */
const RIGHTS = `
  select t.oid is not null as "isThere", coalesce(has_table_privilege(t.oid, 'select'), false) as "mayRead",
    coalesce(has_schema_privilege(current_schema(), 'create') and (t.oid is null or pg_has_role(t.relowner, 'usage')), false)
      as "mayMigrate"
  from (select to_regclass('schema_migration') as oid) named left join pg_class t on t.oid = named.oid`;

const MIGRATIONS_DIRECTORY = new URL("./migrations/", import.meta.url);

/**
 * Brings the schema up to date: applies each migration that the database doesn't have yet, each in a transaction of its own.
 * Processes that migrate at once wait for each other. Where nothing is lacking it only looks, so that a role that may change nothing
 * can ask as well.
 * @throws when a migration that was applied has changed since; unavailable when something is lacking and the role may not apply it
 */
export async function migrate(db: Db, migrations?: readonly Migration[]): Promise<MigrationReport> {
  const known = migrations ?? (await readMigrations());
  const check = await checkSchema(db, known);
  if (check.state === "current") return { applied: [] };
  if (check.state === "hidden" || !check.mayMigrate) {
    throw new CountersignError("unavailable", `${describeSchema(check)}; run \`countersign migrate\` as its owner`);
  }
  await db.transaction(async (tx) => {
    await lockMigrations(tx);
    await tx.runScript(
      `create table if not exists schema_migration
         (name text primary key, checksum text not null, applied_at timestamptz not null default clock_timestamp())`,
    );
  });
  const applied: string[] = [];
  for (const migration of known) {
    if (await db.transaction((tx) => applyMigration(tx, migration))) applied.push(migration.name);
  }
  return { applied };
}

/**
 * Looks how the schema stands, and changes nothing.
 * @throws when a migration that was applied has changed since
 */
export async function checkSchema(db: Sql, migrations?: readonly Migration[]): Promise<SchemaCheck> {
  const known = migrations ?? (await readMigrations());
  const [rights] = await db.query<{ isThere: boolean; mayRead: boolean; mayMigrate: boolean }>(RIGHTS);
  if (rights?.isThere === true && !rights.mayRead) return { state: "hidden" };
  const applied = rights?.isThere === true ? await readApplied(db) : new Map<string, string>();
  for (const migration of known) assertUnchanged(migration, applied.get(migration.name));
  const lacking = known.map(({ name }) => name).filter((name) => !applied.has(name));
  if (lacking.length === 0) return { state: "current" };
  return { state: "behind", lacking, mayMigrate: rights?.mayMigrate === true };
}

/** What {@link checkSchema} found, as a sentence without its full stop. */
export function describeSchema(check: SchemaCheck): string {
  switch (check.state) {
    case "current":
      return "The schema is up to date";
    case "behind":
      return `The schema lacks ${check.lacking.join(", ")}`;
    case "hidden":
      return "The database role may not read the schema";
  }
}

/** The product's own migrations, in order. */
export async function readMigrations(): Promise<Migration[]> {
  const names = (await readdir(MIGRATIONS_DIRECTORY)).filter((name) => /^\d{4}_\w+\.sql$/.test(name)).sort();
  return Promise.all(
    names.map(async (name) => ({ name, script: await readFile(new URL(name, MIGRATIONS_DIRECTORY), "utf8") })),
  );
}

async function applyMigration(tx: Transaction, { name, script }: Migration): Promise<boolean> {
  await lockMigrations(tx);
  const [known] = await tx.query<{ checksum: string }>("select checksum from schema_migration where name = $1", [name]);
  assertUnchanged({ name, script }, known?.checksum);
  if (known !== undefined) return false;
  await tx.runScript(script);
  await tx.query("insert into schema_migration (name, checksum) values ($1, $2)", [name, checksumOf(script)]);
  return true;
}

async function readApplied(db: Sql): Promise<ReadonlyMap<string, string>> {
  const rows = await db.query<{ name: string; checksum: string }>("select name, checksum from schema_migration");
  return new Map(rows.map(({ name, checksum }) => [name, checksum]));
}

/** @param checksum of the script that was applied, if one was */
function assertUnchanged({ name, script }: Migration, checksum: string | undefined): void {
  if (checksum === undefined || checksum === checksumOf(script)) return;
  throw new Error(
    `Migration ${name} was changed after it was applied to this database; restore it and add a new migration`,
  );
}

/** Waits without limit: another process may be in the middle of a long migration. */
async function lockMigrations(tx: Transaction): Promise<void> {
  await tx.runScript(
    `set local statement_timeout = 0; set local lock_timeout = 0; select pg_advisory_xact_lock(${MIGRATION_LOCK})`,
  );
}

function checksumOf(script: string): string {
  // A checkout may have turned line ends; the statements are the same.
  return createHash("sha256").update(script.replaceAll("\r\n", "\n")).digest("hex");
}
