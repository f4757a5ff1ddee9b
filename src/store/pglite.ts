import { PGlite } from "@electric-sql/pglite";
import type { Db, Transaction } from "./db.ts";
import { abortedTransactionError, closedError, endedTransactionError } from "./errors.ts";
import { createMutex } from "./mutex.ts";
import { openPgliteDirectory } from "./pglite-directory.ts";
import { createPgliteSession, type PgliteSession } from "./pglite-session.ts";
import { createTopics } from "./topics.ts";

/** Bytes of log between checkpoints. Our choice: replayed in about a second after a crash. */
const CHECKPOINT_BYTES = 64 * 1024 * 1024;

/**
 * Bytes of log after which the planner first hears how the tables have grown; after twice as many again, and so on up to a checkpoint.
 * Plans are kept, and one that was made while a table was empty may well look through all of it later.
 */
const FIRST_ANALYZE_BYTES = 256 * 1024;

/** Where an embedded database lives and what it begins with. */
export interface PgliteOptions {
  /** Directory that keeps it, made if need be; absent: it lives in memory and ends with the process. */
  readonly dataDir?: string;
  /** What a new database begins with: a dump of another one, as `PGlite.dumpDataDir` gives it. Not read when `dataDir` has one. */
  readonly snapshot?: Blob;
}

/** What keeps the database's files. */
export interface Keeper {
  /** Resolves once every commit before the call lasts. */
  sync(): Promise<void>;
  /** Bytes of log written so far. */
  logBytes(): number;
  /** Closes the database and lets others open it. */
  close(): Promise<void>;
}

/**
 * Opens the embedded database: PostgreSQL inside this process, transactions one after another. On disk a commit is acknowledged
 * when its log is on the disk: neither the end of the process nor a loss of power undoes it. Topics are heard in this process only.
 * @throws unavailable when another process holds the directory, naming it
 */
export async function openPglite({ dataDir, snapshot }: PgliteOptions = {}): Promise<Db> {
  if (dataDir === undefined) {
    return createPgliteDb(await PGlite.create(snapshot === undefined ? {} : { loadDataDir: snapshot }));
  }
  const directory = await openPgliteDirectory(dataDir, snapshot);
  return createPgliteDb(directory.pglite, {
    sync: () => directory.files.syncToFs(),
    logBytes: () => directory.files.writtenLogBytes,
    close: () => directory.close(),
  });
}

/** The port over an open database that nothing else talks to; without a keeper its commits are only as lasting as its files. */
export function createPgliteDb(pglite: PGlite, keeper: Keeper = createMemoryKeeper(pglite)): Db {
  const session = createPgliteSession(pglite);
  const turns = createMutex();
  const topics = createTopics();
  let checkpointAtBytes = keeper.logBytes() + CHECKPOINT_BYTES;
  let analyzeAfterBytes = FIRST_ANALYZE_BYTES;
  let analyzeAtBytes = keeper.logBytes() + analyzeAfterBytes;
  let closing: Promise<void> | undefined;

  /** Runs `work` alone in the session and settles once all that it may have seen or written lasts. */
  async function inTurn<T>(work: () => Promise<T>): Promise<T> {
    if (closing !== undefined) throw closedError();
    try {
      return await turns.run(work);
    } finally {
      if (keeper.logBytes() > checkpointAtBytes) tidy();
      else if (keeper.logBytes() > analyzeAtBytes) analyze();
      await keeper.sync();
    }
  }

  /** Does what a server's background processes would: the embedded one has none, so its log and dead rows would only grow. */
  function tidy(): void {
    checkpointAtBytes = keeper.logBytes() + CHECKPOINT_BYTES;
    for (const command of ["vacuum (analyze)", "checkpoint"]) runLater(command);
  }

  function analyze(): void {
    analyzeAfterBytes *= 2;
    analyzeAtBytes = keeper.logBytes() + analyzeAfterBytes;
    runLater("analyze");
  }

  /** A failure ends the session, which every later statement then tells. */
  function runLater(command: string): void {
    turns.run(() => session.run(command, [])).catch(() => {});
  }

  return {
    query: (text, params = []) => inTurn(() => session.run(text, params) as Promise<never>),
    transaction: async (work) => {
      const notified = new Set<string>();
      const result = await inTurn(() => runTransaction(session, work, notified));
      for (const topic of notified) topics.emit(topic);
      return result;
    },
    listen: (listener) => topics.listen(listener),
    close: () => (closing ??= turns.run(() => keeper.close())),
  };
}

function createMemoryKeeper(pglite: PGlite): Keeper {
  return { sync: async () => {}, logBytes: () => 0, close: () => pglite.close() };
}

async function runTransaction<T>(
  session: PgliteSession,
  work: (tx: Transaction) => Promise<T>,
  notified: Set<string>,
): Promise<T> {
  let state = "fresh" as "fresh" | "open" | "ended";
  /** Whether the statement that comes is the first and so has to begin the transaction. */
  const enter = (): { readonly begin: boolean } => {
    if (state === "ended") throw endedTransactionError();
    const begin = state === "fresh";
    state = "open";
    return { begin };
  };
  try {
    const result = await work({
      query: async (text, params = []) => session.run(text, params, enter()) as Promise<never>,
      runScript: async (script) => session.runScript(script, enter()),
      notify: (topic) => void notified.add(topic),
    });
    const isOpen = state === "open";
    state = "ended";
    if (isOpen && !(await session.commit())) throw abortedTransactionError();
    return result;
  } catch (error) {
    // After a commit there is nothing to roll back, and PostgreSQL only warns. It can fail only with the session itself.
    if (state !== "fresh") await session.rollback().catch(() => {});
    state = "ended";
    throw error;
  }
}
