import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import type { Config } from "../config/config.ts";
import { CountersignError } from "../core/countersign-error.ts";
import { lockDataDir } from "../store/data-dir-lock.ts";
import type { Db } from "../store/db.ts";
import { openPostgres } from "../store/postgres.ts";

/**
 * Does something to the database that the configuration names, for as long as it takes, and closes it: PostgreSQL, at which others may
 * work meanwhile, or the embedded store of the data folder, which belongs to one process at a time.
 * @throws unavailable when the server can't be reached, or a server holds the folder; invalid_request when there is no store in it
 */
export async function useDatabase<T>(
  {
    databaseUrl,
    databaseConnections: maxConnections,
    dataDir,
  }: Pick<Config, "databaseUrl" | "databaseConnections" | "dataDir">,
  work: (db: Db) => Promise<T>,
): Promise<T> {
  if (databaseUrl === undefined) return useDataDir(resolve(dataDir), work);
  return useAndClose(await openPostgres({ url: databaseUrl, maxConnections, isPatient: true }), work);
}

async function useDataDir<T>(dataDir: string, work: (db: Db) => Promise<T>): Promise<T> {
  const folder = join(dataDir, "store");
  // Opening one that isn't there would make it.
  if (!existsSync(folder)) throw new CountersignError("invalid_request", `There is no store in ${dataDir}`);
  const lock = await lockDataDir(dataDir);
  try {
    const { openPglite } = await import("../store/pglite.ts");
    return await useAndClose(await openPglite({ dataDir: folder }), work);
  } finally {
    await lock.release();
  }
}

async function useAndClose<T>(db: Db, work: (db: Db) => Promise<T>): Promise<T> {
  try {
    return await work(db);
  } finally {
    await db.close();
  }
}
