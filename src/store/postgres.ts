import { setTimeout as delay } from "node:timers/promises";
import pg from "pg";
import { CountersignError } from "../core/countersign-error.ts";
import { formatParam, parseColumn } from "./column-values.ts";
import type { Db, Param, Transaction } from "./db.ts";
import {
  abortedTransactionError,
  closedError,
  endedTransactionError,
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
const STATEMENT_TIMEOUT_MS = 15_000;
/** Milliseconds a statement may wait for a lock; the server tells deadlocks after one second. */
const LOCK_TIMEOUT_MS = 10_000;
/** Milliseconds a transaction may stay without a statement: its process hangs and holds locks. */
const IDLE_TRANSACTION_TIMEOUT_MS = 30_000;
/** Milliseconds without an answer after which a connection is given up: longer than any statement may run. */
const ANSWER_TIMEOUT_MS = 20_000;
/** As long as a timer can be: a script may run for hours. */
const SCRIPT_TIMEOUT_MS = 2_147_483_647;
/** Runs of one transaction that keeps losing against others beside it. */
const MAX_ATTEMPTS = 3;
const RETRY_DELAY_MS = 20;
/** The oldest server whose dialect the statements keep to. */
const MIN_SERVER_VERSION = 150_000;

/** Which server, and how much of it. */
export interface PostgresOptions {
  /** Connection string, `postgres://user:password@host:port/database`. */
  readonly url: string;
  /** Connections at most, default 10; one more listens. */
  readonly maxConnections?: number;
}

/**
 * Connects to a PostgreSQL server (15 or newer). Connections are made as needed and made again when lost; while the server is away
 * everything rejects with errors that `isUnavailable` recognises. A transaction that fails by a deadlock or a serialization failure
 * is run again, its work included, three times in all.
 * @throws unavailable when the server can't be reached or is too old
 */
export async function openPostgres({ url, maxConnections = MAX_CONNECTIONS }: PostgresOptions): Promise<Db> {
  const config = connectionConfig(url);
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

  return {
    query: async (text, params = []) => {
      for (let attempt = 1; ; attempt += 1) {
        if (closing !== undefined) throw closedError();
        try {
          return (await pool.query(queryOf(names, text, params))).rows as never;
        } catch (error) {
          if (attempt === MAX_ATTEMPTS || !names.renew(error)) throw error;
        }
      }
    },
    transaction: async (work) => {
      for (let attempt = 1; ; attempt += 1) {
        if (closing !== undefined) throw closedError();
        try {
          return await runTransaction({ pool, names }, work);
        } catch (error) {
          if (attempt === MAX_ATTEMPTS || !(names.renew(error) || isSerializationFailure(error))) throw error;
          await delay(Math.random() * RETRY_DELAY_MS * attempt);
        }
      }
    },
    listen: (call) => {
      listener.start();
      return topics.listen(call);
    },
    close: () => (closing ??= Promise.all([listener.stop(), pool.end()]).then(ignore)),
  };
}

/** What a transaction is run with. */
interface Connections {
  readonly pool: pg.Pool;
  readonly names: StatementNames;
}

/** A named statement with its parameters. */
function queryOf(names: StatementNames, text: string, params: readonly Param[]): pg.QueryConfig {
  const name = names.nameOf(text);
  return { ...(name === undefined ? {} : { name }), text, values: params.map(formatParam) };
}

async function runTransaction<T>({ pool, names }: Connections, work: (tx: Transaction) => Promise<T>): Promise<T> {
  const client = await pool.connect();
  let unusable = false;
  try {
    await client.query("begin isolation level read committed");
    const { tx, finish } = createTransaction(client, names);
    const result = await work(tx);
    await notify(client, await finish());
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

async function checkServer(pool: pg.Pool): Promise<void> {
  const { rows } = await pool.query<{ version: number }>(
    "select current_setting('server_version_num')::int as version",
  );
  const version = rows[0]?.version ?? 0;
  if (version >= MIN_SERVER_VERSION) return;
  throw new CountersignError(
    "unavailable",
    `PostgreSQL 15 or newer is needed, the server is ${Math.floor(version / 10_000)}`,
  );
}

function connectionConfig(url: string): pg.ClientConfig {
  return {
    connectionString: url,
    application_name: "countersign",
    options: "-c TimeZone=UTC -c DateStyle=ISO",
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    statement_timeout: STATEMENT_TIMEOUT_MS,
    lock_timeout: LOCK_TIMEOUT_MS,
    idle_in_transaction_session_timeout: IDLE_TRANSACTION_TIMEOUT_MS,
    query_timeout: ANSWER_TIMEOUT_MS,
    keepAlive: true,
    // The driver's own table of parsers is global, shared with whoever else uses it in this process.
    types: {
      getTypeParser: ((typeId: number) => (text: string) => parseColumn(typeId, text)) as typeof pg.types.getTypeParser,
    },
  };
}

function ignore(): void {}
