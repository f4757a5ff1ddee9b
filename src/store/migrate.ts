import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import type { Db, Transaction } from "./db.ts";

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

/** Our own number for the lock that lets one process migrate at a time. */
const MIGRATION_LOCK = 7_700_001;

const MIGRATIONS_DIRECTORY = new URL("./migrations/", import.meta.url);

/**
 * Brings the schema up to date: applies each migration that the database doesn't have yet, each in a transaction of its own.
 * Processes that migrate at once wait for each other.
 * @throws when a migration that was applied has changed since
 */
export async function migrate(db: Db, migrations?: readonly Migration[]): Promise<MigrationReport> {
  const applied: string[] = [];
  await db.transaction(async (tx) => {
    await lockMigrations(tx);
    await tx.runScript(
      `create table if not exists schema_migration
         (name text primary key, checksum text not null, applied_at timestamptz not null default clock_timestamp())`,
    );
  });
  for (const migration of migrations ?? (await readMigrations())) {
    if (await db.transaction((tx) => applyMigration(tx, migration))) applied.push(migration.name);
  }
  return { applied };
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
  const checksum = checksumOf(script);
  const [known] = await tx.query<{ checksum: string }>("select checksum from schema_migration where name = $1", [name]);
  if (known !== undefined && known.checksum !== checksum) {
    throw new Error(
      `Migration ${name} was changed after it was applied to this database; restore it and add a new migration`,
    );
  }
  if (known !== undefined) return false;
  await tx.runScript(script);
  await tx.query("insert into schema_migration (name, checksum) values ($1, $2)", [name, checksum]);
  return true;
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
