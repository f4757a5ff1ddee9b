import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { PGlite } from "@electric-sql/pglite";
import type { Db } from "../../src/store/db.ts";
import { migrate, readMigrations } from "../../src/store/migrate.ts";
import { createPgliteDb, openPglite } from "../../src/store/pglite.ts";
import { createStore, type Store } from "../../src/store/store.ts";

const CACHE = new URL("../../.cache/", import.meta.url);

/** A store in memory, and what only tests may do with it. */
export interface TestStore extends Store {
  /** The database underneath, to look at rows or to forge them. */
  readonly db: Db;
  /** Empties every table, the migrations' own excepted. */
  truncateAll(): Promise<void>;
}

/** A migrated database in memory; opens from a snapshot that is made once per schema and kept in the cache folder. */
export async function openTestDb(): Promise<Db> {
  return openPglite({ snapshot: await loadSnapshot() });
}

/** A store over {@link openTestDb}. Open one per test file and call `truncateAll` between its tests. */
export async function openTestStore(): Promise<TestStore> {
  const db = await openTestDb();
  return { ...createStore(db), db, truncateAll: () => truncateAll(db) };
}

/** Empties every table of a migrated database. */
export async function truncateAll(db: Db): Promise<void> {
  const tables = await db.query<{ name: string }>(
    `select quote_ident(tablename) as name from pg_tables
      where schemaname = current_schema() and tablename <> 'schema_migration'`,
  );
  await db.query(`truncate ${tables.map((table) => table.name).join(", ")}`);
}

/** A dump of an empty migrated database, to begin one on disk with in a second instead of three. */
export async function loadSnapshot(): Promise<Blob> {
  const file = new URL(`pglite-${await schemaDigest()}.tgz`, CACHE);
  try {
    return new Blob([await readFile(file)]);
  } catch {
    return makeSnapshot(file);
  }
}

async function makeSnapshot(file: URL): Promise<Blob> {
  const pglite = await PGlite.create();
  await migrate(createPgliteDb(pglite));
  const snapshot = await pglite.dumpDataDir("gzip");
  await pglite.close();
  await mkdir(CACHE, { recursive: true });
  // Test files run side by side: a half-written snapshot must never be seen under its name.
  const draft = new URL(`${file.href}.${process.pid}`);
  await writeFile(draft, Buffer.from(await snapshot.arrayBuffer()));
  await rename(draft, file);
  return snapshot;
}

async function schemaDigest(): Promise<string> {
  const driver = readFileSync(new URL("../package.json", import.meta.resolve("@electric-sql/pglite")), "utf8");
  const hash = createHash("sha256").update(driver);
  for (const { name, script } of await readMigrations()) hash.update(name).update(script);
  return hash.digest("hex").slice(0, 16);
}
