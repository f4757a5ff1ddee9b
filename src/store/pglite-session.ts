import { type PGlite, protocol } from "@electric-sql/pglite";
import { CountersignError } from "../core/countersign-error.ts";
import { formatParam, parseColumn } from "./column-values.ts";
import type { Param, Row } from "./db.ts";
import { hasSqlState } from "./errors.ts";
import { createMutex } from "./mutex.ts";

/** Prepared statements kept at most; the longest unused makes room. Our choice: twice the statements the store has. */
const MAX_STATEMENTS = 256;

const { serialize, messages } = protocol;

/**
 * Our statements look up few rows by key and are run over and over: planning each anew would take longer than running it.
 * One plan has to serve while a table grows from nothing, so it must not be a scan of what was small when it was made.
 */
const SETTINGS = "set plan_cache_mode = force_generic_plan; set enable_seqscan = off; set jit = off";

const BEGIN = serialize.query("begin");
const COMMIT = serialize.query("commit");
const ROLLBACK = serialize.query("rollback");

/** What the database answers to one batch of protocol messages. */
type Answer = Awaited<ReturnType<PGlite["execProtocolStream"]>>;

/** A column of a prepared statement's rows. */
interface Column {
  readonly name: string;
  readonly typeId: number;
}

interface Statement {
  readonly name: string;
  readonly columns: readonly Column[];
}

/**
 * The embedded database's one session. Statements are prepared once and then run by a single bind-execute-sync batch, which takes
 * about a quarter of the time of the driver's own five batches per statement.
 * Nothing here keeps transactions apart; see `openPglite`.
 */
export interface PgliteSession {
  /** Runs one statement; with `begin`, opens a transaction in the same batch. */
  run(text: string, params: readonly Param[], options?: { readonly begin?: boolean }): Promise<Row[]>;
  /** Runs a script of several statements; prepared statements are dropped since it may change what they return. */
  runScript(script: string, options?: { readonly begin?: boolean }): Promise<void>;
  /** Commits, and tells whether the database did commit: a transaction with a failed statement is rolled back instead. */
  commit(): Promise<boolean>;
  /** Rolls back. */
  rollback(): Promise<void>;
}

/** Sends one batch of protocol messages and gives the answer; every call after a failure of the database itself rejects. */
type Send = (...batch: Uint8Array[]) => Promise<Answer>;

function createChannel(pglite: PGlite): Send {
  let failure: CountersignError | undefined;
  return async (...batch) => {
    if (failure !== undefined) throw failure;
    try {
      return await pglite.execProtocolStream(Buffer.concat(batch), { syncToFs: false });
    } catch (error) {
      if (hasSqlState(error)) throw error;
      const message = "The embedded database failed and must be opened again";
      failure = new CountersignError("unavailable", message, { cause: error });
      throw failure;
    }
  };
}

/** The session of a database that nothing else talks to. */
export function createPgliteSession(pglite: PGlite): PgliteSession {
  // The driver reads an answer across awaits, so the statements of one transaction must not overlap either.
  const turns = createMutex();
  const statements = new Map<string, Statement>();
  let preparedCount = 0;
  const send = createChannel(pglite);
  const settled = turns.run(() => send(serialize.query(SETTINGS)));
  settled.catch(() => {}); // Whoever runs the first statement hears of it.

  async function prepare(text: string): Promise<Statement> {
    await settled;
    const known = statements.get(text);
    if (known !== undefined) {
      statements.delete(text);
      statements.set(text, known);
      return known;
    }
    preparedCount += 1;
    const name = `s${preparedCount}`;
    const parse = [serialize.parse({ name, text }), serialize.describe({ type: "S", name }), serialize.sync()];
    const answer = await send(...makeRoom(), ...parse);
    const statement = { name, columns: readColumns(answer) };
    statements.set(text, statement);
    return statement;
  }

  function makeRoom(): Uint8Array[] {
    const [oldest] = statements;
    if (oldest === undefined || statements.size < MAX_STATEMENTS) return [];
    statements.delete(oldest[0]);
    return [serialize.close({ type: "S", name: oldest[1].name })];
  }

  async function run(text: string, params: readonly Param[], begin: boolean): Promise<Row[]> {
    const isKnown = statements.has(text);
    // A statement that can't be prepared must fail inside the transaction, as it would on a server.
    if (begin && !isKnown) await send(BEGIN);
    const { name, columns } = await prepare(text);
    const bind = serialize.bind({ statement: name, values: params.map(formatParam) });
    const batch = [bind, serialize.execute({}), serialize.sync()];
    return readRows(await send(...(begin && isKnown ? [BEGIN] : []), ...batch), columns);
  }

  return {
    run: (text, params, { begin = false } = {}) => turns.run(() => run(text, params, begin)),
    runScript: (script, { begin = false } = {}) =>
      turns.run(async () => {
        statements.clear();
        await send(...(begin ? [BEGIN] : []), serialize.query("deallocate all"), serialize.query(script));
      }),
    commit: () =>
      turns.run(async () => {
        const answer = await send(COMMIT);
        return answer.some(
          (message) => message instanceof messages.CommandCompleteMessage && message.text === "COMMIT",
        );
      }),
    rollback: () => turns.run(async () => void (await send(ROLLBACK))),
  };
}

function readColumns(answer: Answer): Column[] {
  const description = answer.find((message) => message instanceof messages.RowDescriptionMessage);
  return description?.fields.map((field) => ({ name: field.name, typeId: field.dataTypeID })) ?? [];
}

function readRows(answer: Answer, columns: readonly Column[]): Row[] {
  const rows: Row[] = [];
  for (const message of answer) {
    if (message instanceof messages.DataRowMessage) rows.push(readRow(message.fields, columns));
  }
  return rows;
}

function readRow(fields: readonly (string | null)[], columns: readonly Column[]): Row {
  const row: Record<string, unknown> = {};
  for (const [index, { name, typeId }] of columns.entries()) {
    const text = fields[index] ?? null;
    row[name] = text === null ? null : parseColumn(typeId, text);
  }
  return row;
}
