import { reasonOf, waitFor, type Waiting } from "../adapters/wait-for.ts";
import { CountersignError } from "../core/countersign-error.ts";
import type { KeyRing } from "../core/key-ring.ts";
import { createCipher } from "../store/cipher.ts";
import type { Db } from "../store/db.ts";
import { isUnavailable } from "../store/errors.ts";
import { migrate } from "../store/migrate.ts";
import { openPostgres, type PostgresOptions } from "../store/postgres.ts";
import { createStore, type Store } from "../store/store.ts";
import type { Closers } from "./closers.ts";

/** The PostgreSQL database that doors and workers share. */
export interface SharedStoreOptions {
  /** Connection string, `postgres://user:password@host:port/database`. */
  readonly databaseUrl: string;
  /** Connections of this process at most, one more that listens not counted. */
  readonly maxConnections?: number | undefined;
  /** Keys that seal real inputs, outputs and edits, the same in every process; without them they are kept as they are. */
  readonly encryptionKeys?: KeyRing | undefined;
}

/** How a shared store is opened: whom it tells that it waits, what ends the wait, and who closes it. */
export interface SharedStoreOpening extends Waiting {
  readonly closers: Closers;
}

/**
 * The store of a process apart. Waits for PostgreSQL and for its schema with backoff, so that the order of starts doesn't matter; where
 * its role may, it brings the schema up to date itself.
 * @throws unavailable when the wait is given up; invalid_request when the server refuses this client, has no such database, or is too old
 */
export async function openSharedStore(options: SharedStoreOptions, opening: SharedStoreOpening): Promise<Store> {
  const { databaseUrl: url, maxConnections } = options;
  const cipher = createCipher(options.encryptionKeys);
  const db = await openDatabase({ url, ...(maxConnections === undefined ? {} : { maxConnections }) }, opening);
  opening.closers.add(() => db.close());
  await waitFor({ what: "the schema", attempt: () => migrate(db), isTemporary: isUnavailable }, opening);
  return createStore(db, { cipher });
}

async function openDatabase(options: PostgresOptions, waiting: Waiting): Promise<Db> {
  const attempt = (): Promise<Db> => openPostgres(options);
  const discard = (db: Db): Promise<void> => db.close();
  try {
    return await waitFor({ what: "PostgreSQL", attempt, isTemporary: isUnavailable, discard }, waiting);
  } catch (error) {
    if (error instanceof CountersignError || isUnavailable(error)) throw error;
    // A password, a role, a certificate: no waiting helps, and the driver's own words say nothing secret.
    throw new CountersignError("invalid_request", `PostgreSQL can't be used: ${reasonOf(error)}`, { cause: error });
  }
}
