import { setTimeout as delay } from "node:timers/promises";
import pg from "pg";
import { CountersignError } from "../core/countersign-error.ts";
import { formatParam, parseColumn } from "./column-values.ts";
import type { Db, Param, Transaction } from "./db.ts";
import {
  abortedTransactionError,
  closedError,
  endedTransactionError,
  isConnectionLost,
  isSerializationFailure,
  isUnavailable,
} from "./errors.ts";
import { createMutex } from "./mutex.ts";
import { CHANNEL, createPostgresListener } from "./postgres-listener.ts";
import { createStatementNames, type StatementNames } from "./statement-names.ts";
import { createTopics } from "./topics.ts";

/** Connections per process at most, the listener's not counted. Our choice: a server's default limit of 100 serves several processes. */
const MAX_CONNECTIONS = 10;
/** Milliseconds to get a connection, from the server or from the pool. */
const CONNECT_TIMEOUT_MS = 5_000;
/** Milliseconds a statement may run: ours take less than ten. */
const STATEMENT_TIMEOUT_MS = 10_000;
/** Milliseconds a statement may wait for a lock; the server tells deadlocks after one second. */
const LOCK_TIMEOUT_MS = 8_000;
/** Milliseconds a transaction may stay without a statement: its process hangs and holds locks. */
const IDLE_TRANSACTION_TIMEOUT_MS = 30_000;
/** Milliseconds without an answer after which a connection is given up: longer than any statement may run. */
const ANSWER_TIMEOUT_MS = 12_000;
/** As long as a timer can be: a script may run for hours. */
const SCRIPT_TIMEOUT_MS = 2_147_483_647;
/** Runs of one transaction that keeps losing against others beside it, or its connection. */
const MAX_ATTEMPTS = 3;
/** Milliseconds before the next run at most, times the runs before: what lost once shall not lose to the same again. */
const RETRY_DELAY_MS = 20;
/** Milliseconds after a lost connection, times the runs before. Our choice: a failover's proxy needs about as long, and a caller waits. */
const RECONNECT_DELAY_MS = 100;
/** The oldest server whose dialect the statements keep to. */
const MIN_SERVER_VERSION = 150_000;

/** Which server, and how much of it. */
export interface PostgresOptions {
  /**
   * Connection string, `postgres://user:password@host:port/database`; `?sslmode=verify-full&sslrootcert=ca.pem` checks the server's
   * certificate, `sslcert` and `sslkey` present one of ours. The files are read anew for every connection.
   */
  readonly url: string;
  /** Connections at most, default 10; one more listens. */
  readonly maxConnections?: number | undefined;
  /** Lets statements run for as long as they take: for an operator's command that goes through whole tables, and holds up no caller. */
  readonly isPatient?: boolean | undefined;
}

/**
 * Connects to a PostgreSQL server (15 or newer). Connections are made as needed and made again when lost; while the server is away
 * everything rejects with errors that `isUnavailable` recognises. A transaction that fails by a deadlock, a serialization failure or a
 * lost connection is run again, its work included, three times in all, and so is a statement that only reads. Never once the commit
 * was sent: whether it took place is then unknown.
 * @throws unavailable when the server can't be reached; invalid_request when it is too old, or a file that the string names can't be read
 */
export async function openPostgres(options: PostgresOptions): Promise<Db> {
  const { maxConnections = MAX_CONNECTIONS } = options;
  const config = connectionConfig(options);
  checkFiles(config);
  const pool = new pg.Pool({ ...config, max: maxConnections });
  // Without listeners the loss of an idle connection, or of one between two statements, would end the process.
  pool.on("error", ignore);
  pool.on("connect", (client) => client.on("error", ignore));
  try {
    await checkServer(pool);
  } catch (error) {
    await pool.end();
    throw error;
  }
  return createPostgresDb(pool, config);
}

function createPostgresDb(pool: pg.Pool, config: pg.ClientConfig): Db {
  const topics = createTopics();
  const names = createStatementNames();
  const listener = createPostgresListener(config, topics);
  let closing: Promise<void> | undefined;

  /** Runs `work` until it succeeds, fails for good or has failed often enough. */
  async function repeat<T>(work: () => Promise<T>, isRepeatable: (error: unknown) => boolean): Promise<T> {
    for (let attempt = 1; ; attempt += 1) {
      if (closing !== undefined) throw closedError();
      try {
        return await work();
      } catch (error) {
        if (attempt === MAX_ATTEMPTS || !(names.renew(error) || isRepeatable(error))) throw error;
        await delay(isConnectionLost(error) ? RECONNECT_DELAY_MS * attempt : Math.random() * RETRY_DELAY_MS * attempt);
      }
    }
  }

  return {
    query: (text, params = []) =>
      repeat(
        async () => (await pool.query(queryOf(names, text, params))).rows as never,
        (error) => isConnectionLost(error) && isReading(text),
      ),
    transaction: (work) => {
      const progress = { isCommitSent: false };
      return repeat(
        () => runTransaction({ pool, names, progress }, work),
        (error) => !progress.isCommitSent && (isSerializationFailure(error) || isConnectionLost(error)),
      );
    },
    listen: (call) => {
      listener.start();
      return topics.listen(call);
    },
    close: () => (closing ??= Promise.all([listener.stop(), pool.end()]).then(ignore)),
  };
}

/** Whether a statement changes nothing, so that it may run twice: ours are written in small letters. */
function isReading(text: string): boolean {
  return /^\s*(select|with)\b/.test(text) && !/\b(insert|update|delete)\b/.test(text);
}

/** What a transaction is run with. */
interface Connections {
  readonly pool: pg.Pool;
  readonly names: StatementNames;
  /** Set before the commit is sent, for whoever asks whether the transaction may have taken place. */
  readonly progress: { isCommitSent: boolean };
}

/** A named statement with its parameters. */
function queryOf(names: StatementNames, text: string, params: readonly Param[]): pg.QueryConfig {
  const name = names.nameOf(text);
  return { ...(name === undefined ? {} : { name }), text, values: params.map(formatParam) };
}

async function runTransaction<T>(
  { pool, names, progress }: Connections,
  work: (tx: Transaction) => Promise<T>,
): Promise<T> {
  const client = await pool.connect();
  let unusable = false;
  try {
    await client.query("begin isolation level read committed");
    const { tx, finish } = createTransaction(client, names);
    const result = await work(tx);
    await notify(client, await finish());
    progress.isCommitSent = true;
    const { command } = await client.query("commit");
    if (command !== "COMMIT") throw abortedTransactionError();
    return result;
  } catch (error) {
    unusable = isUnavailable(error) || !(await rollBack(client));
    throw error;
  } finally {
    client.release(unusable);
  }
}

function createTransaction(
  client: pg.PoolClient,
  names: StatementNames,
): {
  readonly tx: Transaction;
  readonly finish: () => Promise<ReadonlySet<string>>;
} {
  const notified = new Set<string>();
  // The driver wants one statement at a time; whoever sends several at once has them queue here.
  const turns = createMutex();
  let ended = false;
  const run = async (query: pg.QueryConfig) => {
    if (ended) throw endedTransactionError();
    return turns.run(() => client.query(query));
  };
  const tx: Transaction = {
    query: async (text, params: readonly Param[] = []) => (await run(queryOf(names, text, params))).rows as never,
    // Without values the driver uses the simple protocol, which takes several statements at once.
    runScript: async (text) => void (await run({ text, query_timeout: SCRIPT_TIMEOUT_MS } as pg.QueryConfig)),
    notify: (topic) => void notified.add(topic),
  };
  const finish = async () => {
    ended = true;
    await turns.run(async () => {});
    return notified;
  };
  return { tx, finish };
}

/** The server hands topics out when, and only when, the transaction commits. */
async function notify(client: pg.PoolClient, topics: ReadonlySet<string>): Promise<void> {
  if (topics.size === 0) return;
  await client.query(`select pg_notify('${CHANNEL}', topic) from unnest($1::text[]) as topic`, [
    formatParam([...topics]),
  ]);
}

async function rollBack(client: pg.PoolClient): Promise<boolean> {
  try {
    await client.query("rollback");
    return true;
  } catch {
    return false;
  }
}

/** What can't be read now can't be later either: found out once, here, and not by whoever first needs a connection. */
function checkFiles(config: pg.ClientConfig): void {
  try {
    void new pg.Client(config).user;
  } catch (error) {
    const message =
      "DATABASE_URL can't be used: a file that it names can't be read, or its parameters contradict each other";
    throw new CountersignError("invalid_request", message, { cause: error });
  }
}

async function checkServer(pool: pg.Pool): Promise<void> {
  const { rows } = await pool.query<{ version: number }>(
    "select current_setting('server_version_num')::int as version",
  );
  const version = rows[0]?.version ?? 0;
  if (version >= MIN_SERVER_VERSION) return;
  throw new CountersignError(
    "invalid_request",
    `PostgreSQL 15 or newer is needed, the server is ${Math.floor(version / 10_000)}`,
  );
}

function connectionConfig({ url, isPatient = false }: PostgresOptions): pg.ClientConfig {
  return {
    connectionString: url,
    application_name: "countersign",
    // A limit of zero is none; the driver itself wouldn't send it, and the role may have one of its own.
    options: `-c TimeZone=UTC -c DateStyle=ISO${isPatient ? " -c statement_timeout=0" : ""}`,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    ...(isPatient ? {} : { statement_timeout: STATEMENT_TIMEOUT_MS, query_timeout: ANSWER_TIMEOUT_MS }),
    lock_timeout: LOCK_TIMEOUT_MS,
    idle_in_transaction_session_timeout: IDLE_TRANSACTION_TIMEOUT_MS,
    keepAlive: true,
    // The driver's own table of parsers is global, shared with whoever else uses it in this process.
    types: {
      getTypeParser: ((typeId: number) => (text: string) => parseColumn(typeId, text)) as typeof pg.types.getTypeParser,
    },
  };
}

function ignore(): void {}
