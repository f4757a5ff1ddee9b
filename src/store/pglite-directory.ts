import { access, open, readdir, rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { PGlite } from "@electric-sql/pglite";
import { lockDataDir } from "./data-dir-lock.ts";
import { SyncedNodeFs } from "./pglite-file-system.ts";

/** Files synced at once while a new cluster is brought to the disk. */
const SYNC_BATCH = 64;

/** The driver's parameters without its "no fsync". */
const DURABLE_PARAMS = PGlite.defaultStartParams.filter((param) => param !== "-F");

/** A database on disk that this process holds. */
export interface PgliteDirectory {
  /** The open database. */
  readonly pglite: PGlite;
  /** Its files: syncs, and how much log they grew by. */
  readonly files: SyncedNodeFs;
  /** Closes the database and lets another process open the directory. */
  close(): Promise<void>;
}

/**
 * Opens the database in `dataDir` for this process alone; where there is none, makes one, empty or from the snapshot.
 * @throws unavailable when another process holds the directory
 */
export async function openPgliteDirectory(dataDir: string, snapshot?: Blob): Promise<PgliteDirectory> {
  const lock = await lockDataDir(dataDir);
  try {
    const cluster = join(dataDir, "pgdata");
    if (!(await exists(cluster))) await createCluster(cluster, snapshot);
    const files = new SyncedNodeFs(cluster);
    const pglite = await PGlite.create({ fs: files, startParams: DURABLE_PARAMS });
    const close = async () => {
      try {
        await pglite.close();
      } finally {
        await lock.release();
      }
    };
    return { pglite, files, close };
  } catch (error) {
    await lock.release();
    throw error;
  }
}

/** Makes a cluster beside its place and moves it there once it is whole and on the disk, so that dying here leaves no half of one. */
async function createCluster(cluster: string, snapshot: Blob | undefined): Promise<void> {
  const draft = `${cluster}.new`;
  await rm(draft, { recursive: true, force: true });
  const loadDataDir = snapshot === undefined ? {} : { loadDataDir: snapshot };
  const pglite = await PGlite.create({ fs: new SyncedNodeFs(draft), startParams: DURABLE_PARAMS, ...loadDataDir });
  await pglite.close();
  await syncTree(draft);
  await rename(draft, cluster);
  await syncPath(dirname(cluster));
}

async function syncTree(directory: string): Promise<void> {
  const entries = await readdir(directory, { recursive: true });
  const paths = [directory, ...entries.map((entry) => join(directory, entry))];
  for (let start = 0; start < paths.length; start += SYNC_BATCH) {
    await Promise.all(paths.slice(start, start + SYNC_BATCH).map(syncPath));
  }
}

async function syncPath(path: string): Promise<void> {
  // Only some systems can sync a directory or a file that is open for reading; the others order such changes themselves.
  if (process.platform === "win32") return;
  const handle = await open(path, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function exists(path: string): Promise<boolean> {
  try {
    await access(path);
    return true;
  } catch {
    return false;
  }
}
