import type { Dialect, SqlSource } from "../sql-source.ts";
import type { StatementKind } from "../statement-fact.ts";

/** How a program that sends SQL to a database reads its command line. */
export interface SqlClient {
  /** Words that lead to it, in this order, as in `cockroach sql`; absent where the program alone is it. */
  readonly path?: readonly string[];
  /** In which it takes SQL. */
  readonly dialect: Dialect;
  /** See `SqlSource`. */
  readonly client?: SqlSource["client"];
  /** Options whose value is SQL. */
  readonly sql: readonly string[];
  /** Options whose value names a file of SQL. */
  readonly file?: readonly string[];
  /** Other options that a value belongs to as the next word; long ones only where operands matter. */
  readonly values?: readonly string[];
  /** Letters to which a value belongs only where it is joined to them. */
  readonly joined?: readonly string[];
  /** Options that set a variable, which then stands in for `:name`. */
  readonly variables?: readonly string[];
  /** Options with which it runs nothing. */
  readonly idle?: readonly string[];
  /** Place of the first operand that is SQL; absent where none is. */
  readonly sqlOperand?: number;
  /** Whether options of several letters stand behind one dash. */
  readonly hasLongSingleDash?: boolean;
}

const HELP: readonly string[] = ["--help", "--version", "-V", "-?"];

const PSQL: SqlClient = {
  dialect: "postgres",
  client: "psql",
  sql: ["-c", "--command"],
  file: ["-f", "--file"],
  values: ["-d", "-h", "-p", "-U", "-F", "-R", "-P", "-T", "-o", "-L"],
  variables: ["-v", "--set", "--variable"],
  idle: [...HELP, "-l", "--list"],
};

const MYSQL: SqlClient = {
  dialect: "mysql",
  sql: ["-e", "--execute", "--init-command"],
  values: ["-u", "-h", "-P", "-D", "-S"],
  joined: ["-p", "-#"],
  idle: HELP,
};

const SQLITE_VALUES = ["-separator", "-nullvalue", "-newline", "-mmap", "-vfs", "-maxsize", "-escape"];

const SQLITE: SqlClient = {
  dialect: "any",
  client: "sqlite",
  sql: ["-cmd", "--cmd"],
  file: ["-init", "--init"],
  values: [...SQLITE_VALUES, ...SQLITE_VALUES.map((name) => `-${name}`), "-lookaside", "-pagecache"],
  idle: ["-help", "--help", "-version", "--version"],
  sqlOperand: 1,
  hasLongSingleDash: true,
};

const DUCKDB: SqlClient = {
  ...SQLITE,
  sql: ["-c", "-s", "-cmd", "--cmd"],
  file: ["-init", "--init", "-f"],
};

const CLICKHOUSE: SqlClient = {
  dialect: "any",
  sql: ["-q", "--query"],
  file: ["--queries-file"],
  idle: HELP,
};

function anyClient(sql: readonly string[], more: Partial<SqlClient> = {}): SqlClient {
  return { dialect: "any", sql, idle: HELP, ...more };
}

/** The clients by program; of those with a path, the first whose words are there. */
export const SQL_CLIENTS: ReadonlyMap<string, readonly SqlClient[]> = new Map<string, readonly SqlClient[]>([
  ["psql", [PSQL]],
  ["pgcli", [PSQL]],
  ["cockroach", [{ ...PSQL, path: ["sql"], sql: ["-e", "--execute"] }]],
  ["heroku", [{ ...PSQL, path: ["pg:psql"] }]],
  ["mysql", [MYSQL]],
  ["mariadb", [MYSQL]],
  ["mycli", [MYSQL]],
  ["mysqlsh", [{ ...MYSQL, file: ["-f", "--file"] }]],
  ["sqlite3", [SQLITE]],
  ["sqlite", [SQLITE]],
  ["litecli", [anyClient(["-e", "--execute"])]],
  ["sqlcipher", [SQLITE]],
  ["duckdb", [DUCKDB]],
  ["python", [{ ...SQLITE, path: ["-m", "sqlite3"] }]],
  ["clickhouse-client", [CLICKHOUSE]],
  ["clickhouse-local", [CLICKHOUSE]],
  ["clickhouse", [CLICKHOUSE]],
  ["sqlcmd", [anyClient(["-Q", "-q"], { file: ["-i"], values: ["-S", "-U", "-P", "-d", "-o", "-v"] })]],
  ["mssql-cli", [anyClient(["-Q", "-q"], { file: ["-i"] })]],
  ["snowsql", [anyClient(["-q", "--query"], { file: ["-f", "--filename"] })]],
  ["snow", [anyClient(["-q", "--query"], { path: ["sql"], file: ["-f", "--filename"] })]],
  ["sqlplus", [anyClient([])]],
  ["isql", [anyClient([], { file: ["-i"] })]],
  ["isql-fb", [anyClient([], { file: ["-i"] })]],
  ["usql", [anyClient(["-c", "--command"], { file: ["-f", "--file"] })]],
  ["trino", [anyClient(["--execute"], { file: ["-f", "--file"] })]],
  ["presto", [anyClient(["--execute"], { file: ["-f", "--file"] })]],
  ["hive", [anyClient(["-e"], { file: ["-f"] })]],
  ["beeline", [anyClient(["-e"], { file: ["-f"] })]],
  ["impala-shell", [anyClient(["-q", "--query"], { file: ["-f", "--query_file"] })]],
  ["spark-sql", [anyClient(["-e"], { file: ["-f"] })]],
  ["dolt", [anyClient(["-q", "--query"], { path: ["sql"], file: ["-f", "--file"] })]],
  ["cqlsh", [anyClient(["-e", "--execute"], { file: ["-f", "--file"] })]],
  ["bq", [anyClient(["--query"], { path: ["query"], sqlOperand: 0 })]],
  ["aws", [anyClient(["--sql", "--sqls", "--query-string"])]],
  ["gcloud", [anyClient(["--sql", "--ddl"])]],
  ["wrangler", [anyClient(["--command"], { path: ["d1", "execute"], file: ["--file"] })]],
  ["turso", [anyClient([], { path: ["db", "shell"], sqlOperand: 1 })]],
]);

/** A program that does one thing to a whole database. */
export interface DatabaseTool {
  /** What it does. */
  readonly kind: StatementKind;
  /** A word without which it doesn't; absent where the program alone does. */
  readonly word?: string;
}

/** Programs that change databases without any SQL in their words. */
export const DATABASE_TOOLS: ReadonlyMap<string, readonly DatabaseTool[]> = new Map<string, readonly DatabaseTool[]>([
  ["dropdb", [{ kind: "drop" }]],
  ["dropuser", [{ kind: "drop" }]],
  ["createdb", [{ kind: "create" }]],
  ["createuser", [{ kind: "create" }]],
  [
    "mysqladmin",
    [
      { kind: "drop", word: "drop" },
      { kind: "create", word: "create" },
    ],
  ],
]);

/** Restores what stands in a file: only with one of these it does so in a database, and doesn't print the SQL instead. */
export const RESTORE_OPTIONS: ReadonlyMap<string, readonly string[]> = new Map([["pg_restore", ["-d", "--dbname"]]]);
