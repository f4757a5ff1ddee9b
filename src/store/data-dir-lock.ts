import { createHash, randomUUID } from "node:crypto";
import { link, mkdir, readFile, realpath, rename, rm, writeFile } from "node:fs/promises";
import { connect, createServer, type Server } from "node:net";
import { join } from "node:path";
import { CountersignError } from "../core/countersign-error.ts";

/** Milliseconds to wait for a holder to say who it is. Our choice: it answers at once unless it is stopped. */
const HOLDER_ANSWER_MS = 1_000;
/** Tries to take over a lock file whose holder is gone before giving up. */
const TAKEOVER_TRIES = 3;

/** A held data directory. */
export interface DataDirLock {
  /** Lets another process open the directory. */
  release(): Promise<void>;
}

/**
 * Takes a data directory, making it if need be, for this process alone: the embedded database itself takes no lock, and two
 * processes in one directory lose each other's rows.
 * On Linux the lock is an abstract unix socket named after the real path, which the kernel frees however the holder ends;
 * elsewhere a lock file that names its holder.
 * @throws unavailable, naming the holder's process id, when another opener holds it
 */
export async function lockDataDir(dataDir: string): Promise<DataDirLock> {
  await mkdir(dataDir, { recursive: true, mode: 0o700 });
  const path = await realpath(dataDir);
  return process.platform === "linux" ? lockBySocket(path) : lockByFile(path);
}

function heldError(path: string, pid: string | undefined): CountersignError {
  const holder = pid === undefined ? "another process" : `process ${pid}`;
  return new CountersignError(
    "unavailable",
    `The data directory ${path} is held by ${holder}: stop it first, or choose another directory with COUNTERSIGN_DATA_DIR`,
  );
}

async function lockBySocket(path: string): Promise<DataDirLock> {
  const name = `\0countersign:${createHash("sha256").update(path).digest("hex")}`;
  const server = createServer((socket) => {
    socket.on("error", () => socket.destroy());
    socket.end(String(process.pid));
  });
  const taken = await listenOn(server, name);
  if (!taken) throw heldError(path, await askHolder(name));
  server.unref();
  return { release: () => new Promise((resolve) => server.close(() => resolve())) };
}

function listenOn(server: Server, name: string): Promise<boolean> {
  return new Promise((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) => {
      if (error.code === "EADDRINUSE") resolve(false);
      else reject(error);
    });
    server.listen({ path: name, exclusive: true }, () => resolve(true));
  });
}

function askHolder(name: string): Promise<string | undefined> {
  return new Promise((resolve) => {
    let answer = "";
    const socket = connect({ path: name });
    const finish = () => {
      socket.destroy();
      resolve(/^\d+$/.test(answer) ? answer : undefined);
    };
    socket.setTimeout(HOLDER_ANSWER_MS, finish);
    socket.on("data", (chunk) => (answer += chunk.toString()));
    socket.on("error", finish);
    socket.on("end", finish);
  });
}

/** The lock for systems without abstract sockets; `path` is real and exists. */
export async function lockByFile(path: string): Promise<DataDirLock> {
  const file = join(path, "countersign.lock");
  const holder = JSON.stringify({ pid: process.pid, startedAt: new Date(performance.timeOrigin).toISOString() });
  for (let attempt = 0; attempt < TAKEOVER_TRIES; attempt += 1) {
    if (await createLockFile(file, holder)) return { release: () => rm(file, { force: true }) };
    const standing = await readIfThere(file);
    const pid = standing === undefined ? undefined : readPid(standing);
    if (pid !== undefined && isAlive(pid)) throw heldError(path, String(pid));
    if (standing !== undefined) await removeStale(file, standing);
  }
  throw heldError(path, undefined);
}

/** Makes the file with all of its content at once, unless it exists: a reader must never see a holder half-written. */
async function createLockFile(file: string, content: string): Promise<boolean> {
  const draft = `${file}.${randomUUID()}`;
  await writeFile(draft, content, { mode: 0o600 });
  try {
    await link(draft, file);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw error;
  } finally {
    await rm(draft, { force: true });
  }
}

/** Removes a dead holder's file, and puts back what is not that file: another process may have taken over in between. */
async function removeStale(file: string, stale: string): Promise<void> {
  const aside = `${file}.${randomUUID()}`;
  await rename(file, aside).catch(() => {});
  const moved = await readIfThere(aside);
  if (moved !== undefined && moved !== stale) await link(aside, file).catch(() => {});
  await rm(aside, { force: true });
}

async function readIfThere(file: string): Promise<string | undefined> {
  return readFile(file, "utf8").catch(() => undefined);
}

function readPid(content: string): number | undefined {
  try {
    const holder = JSON.parse(content) as { readonly pid?: unknown } | null;
    return typeof holder?.pid === "number" ? holder.pid : undefined;
  } catch {
    // Not one of ours, or cut short by a full disk: nobody holds it.
    return undefined;
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
