/** A row as the driver gives it: text, numbers (bigint included), booleans, arrays, and timestamptz as epoch milliseconds. */
export type Row = Readonly<Record<string, unknown>>;

/** A value that goes into a statement. Times go in as `Date`. */
export type Param = string | number | boolean | null | Date | readonly (string | null)[];

/** Something that runs statements: the database itself or one transaction of it. */
export interface Sql {
  /**
   * Runs one statement with `$1 …` parameters and gives its rows.
   * @throws the driver's error; see {@link isUnavailable} and {@link isUniqueViolation}
   */
  query<R extends object = Row>(text: string, params?: readonly Param[]): Promise<R[]>;
}

/** A transaction: its statements, and what to tell listeners once it has committed. */
export interface Transaction extends Sql {
  /** Tells every listener of every process `topic`, if and only if the transaction commits. At most 200 bytes. */
  notify(topic: string): void;
  /** Runs a script of several statements without parameters, as migrations are; its rows are not given. */
  runScript(script: string): Promise<void>;
}

/** The store's one door to a database. Two adapters pass one conformance suite: PGlite in process, PostgreSQL over the network. */
export interface Db extends Sql {
  /**
   * Runs `work` in one transaction (READ COMMITTED) and commits, or rolls back when it throws.
   * Inside, only `tx` may be awaited: on PGlite a query through the database itself would wait for ever.
   */
  transaction<T>(work: (tx: Transaction) => Promise<T>): Promise<T>;
  /**
   * Calls `listener` with each topic that a committed transaction notified, here or in another process.
   * May lose topics while a connection is re-made (then `listener` gets the topic `"*"` once it is back), so whoever waits also polls.
   * @returns a function that stops listening
   */
  listen(listener: (topic: string) => void): () => void;
  /** Ends every connection; later queries fail. */
  close(): Promise<void>;
}
