import { findCodeLiterals } from "../../paths/code-literals.ts";
import type { ShellCommand, Word } from "../../shell/command.ts";
import type { SqlReader } from "../read-sql.ts";
import { readClientLine } from "./client-line.ts";
import { DATABASE_TOOLS, RESTORE_OPTIONS, SQL_CLIENTS, type SqlClient } from "./sql-clients.ts";

/** Whether a command may send SQL to a database; so quick that every command can be asked. */
export function mayRunSql({ program, code }: ShellCommand): boolean {
  if (code !== undefined && USES_DATABASE.test(code.text)) return true;
  return program !== undefined && DATABASE_PROGRAMS.has(normalizeProgram(program));
}

const DATABASE_PROGRAMS: ReadonlySet<string> = new Set([
  ...SQL_CLIENTS.keys(),
  ...DATABASE_TOOLS.keys(),
  ...RESTORE_OPTIONS.keys(),
]);

/** Reads the SQL that a command sends to a database: in its words, on its standard input, or in texts of its program text. */
export function readCommandSql(command: ShellCommand, reader: SqlReader): void {
  const program = normalizeProgram(command.program ?? "");
  const words = command.args.map(({ text }) => text);
  const isIdle = words.some((word) => word === "--help" || word === "--version");
  for (const tool of (isIdle ? undefined : DATABASE_TOOLS.get(program)) ?? []) {
    if (tool.word === undefined || words.includes(tool.word)) reader.addKind(tool.kind);
  }
  const restoring = RESTORE_OPTIONS.get(program) ?? [];
  if (words.some((word) => restoring.some((option) => word.startsWith(option)))) reader.addUnknown();
  const client = SQL_CLIENTS.get(program)?.find(({ path = [] }) => followPath(words, path) !== undefined);
  if (client !== undefined) readClient(command, client, reader);
  if (command.code !== undefined) readCode(command.code, reader);
}

/** Characters of a program's name that may be one of ours. */
const MAX_PROGRAM_CHARS = 40;

/** `PSQL.EXE`, `psql-16` and `python3.12` are what they are without their ends; sqlite3 is its own name. */
function normalizeProgram(program: string): string {
  if (program.length > MAX_PROGRAM_CHARS) return program;
  const name = program.toLowerCase().replace(/\.exe$/, "");
  return name === "sqlite3" ? name : name.replace(/-?[\d.]+$/, "");
}

/** Index behind the words of a path; undefined when they aren't all there. */
function followPath(words: readonly string[], path: readonly string[]): number | undefined {
  let index = 0;
  for (const step of path) {
    const found = words.indexOf(step, index);
    if (found < 0) return undefined;
    index = found + 1;
  }
  return index;
}

function readClient(command: ShellCommand, client: SqlClient, reader: SqlReader): void {
  const { path = [], dialect } = client;
  const words = command.args.map(({ text }) => text);
  const line = readClientLine(command.args.slice(followPath(words, path)), client);
  if (line.isIdle) return;
  if (line.isUnknown) reader.addUnknown();
  const hasSql = line.texts.length > 0 || line.isUnknown;
  const inputs = hasSql ? line.texts : [command.stdin].filter((word) => word !== undefined);
  for (const { text } of inputs) {
    const { client: name } = client;
    const own = name === undefined ? {} : { client: name };
    reader.read({ text, dialect, certainty: "certain", hasVariables: line.hasVariables, ...own });
  }
  if (!hasSql && command.stdin === undefined && command.redirects.some(({ access }) => access === "read")) {
    reader.addUnknown();
  }
}

/** What programs that talk to a database call it; the same texts printed by a program are no SQL. */
const USES_DATABASE =
  /execute|query|cursor|\.exec\b|connect|sqlite|postgres|psycopg|mysql|mariadb|sequelize|knex|prisma|sqlalchemy|\bdb\b|\bpg\b|\bPDO\b|\bDBI\b|read_sql|duckdb/i;

/** The first words of SQL that a program's text may hold; a single word isn't enough to tell it from prose. */
const LOOKS_LIKE_SQL =
  /^[\s(]*(?:select\s|with\s+\S+\s+as\b|insert\s+into\s|replace\s+into\s|update\s+\S+\s+set\s|delete\s+from\s|merge\s+into\s|truncate\s|drop\s+[a-z]|alter\s+[a-z]|create\s+[a-z]|grant\s|revoke\s|rename\s+table\s|call\s|do\s+\$|copy\s|comment\s+on\s|exec(?:ute)?\s)/i;

function readCode(code: Word, reader: SqlReader): void {
  if (!USES_DATABASE.test(code.text)) return;
  // Where a text may go on over several lines depends on the language, so both readings count.
  const seen = new Set<string>();
  for (const text of [code.text, code.text.replaceAll("\n", " ")]) {
    for (const literal of findCodeLiterals(text)) {
      if (seen.has(literal.text) || !LOOKS_LIKE_SQL.test(literal.text)) continue;
      seen.add(literal.text);
      reader.read({ text: literal.text, dialect: "any", certainty: "probable" });
    }
  }
}
