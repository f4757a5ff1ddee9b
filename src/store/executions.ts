import type { InvocationRef } from "../contract/ids.ts";
import type { ExecutionMode } from "../contract/manifest.ts";
import { addSpent, type Spent } from "../core/guards/amounts.ts";
import type { AttemptState } from "../core/invocation.ts";
import { type Cipher, PLAIN } from "./cipher.ts";
import type { Sql } from "./db.ts";
import { openLocked } from "./invocation-contents.ts";
import type { LockedInvocation } from "./invocations.ts";

/** One attempt in the ledger. */
export interface ExecutionRow {
  readonly attempt: number;
  readonly round: number;
  readonly token: string;
  readonly mode: ExecutionMode;
  readonly digest: string;
  readonly state: AttemptState;
  /** What an `erred` or `failed` attempt reported: canonical JSON of `{ code, message, retryable }`. */
  readonly error: string | null;
  /** When it began, epoch milliseconds. */
  readonly started_at: number;
  /** Whether its function was heard to end: then it takes no effect any more. */
  readonly is_over: boolean;
}

/** What starts an attempt. `token` is random: only its holder may record the outcome. */
export interface NewExecution {
  readonly ref: InvocationRef;
  readonly attempt: number;
  readonly round: number;
  readonly token: string;
  readonly mode: ExecutionMode;
  readonly digest: string;
  readonly worker: string;
}

/** How an attempt ended. */
export interface FinishedExecution {
  readonly ref: InvocationRef;
  readonly attempt: number;
  readonly token: string;
  readonly state: Exclude<AttemptState, "started">;
  readonly error: string | undefined;
  /** What the attempt said that it spent: canonical JSON of {@link Spent}. */
  readonly spent?: string | undefined;
  /** Whether the attempt's function itself has ended; false unless given. */
  readonly isOver?: boolean;
}

/** Queries of `execution`, the ledger. */
export function createExecutionTable(sql: Sql, cipher: Cipher = PLAIN) {
  return { ...createReads(sql, cipher), ...createWrites(sql) };
}

function createReads(sql: Sql, cipher: Cipher) {
  return {
    /** The newest attempt. */
    async last(ref: InvocationRef): Promise<ExecutionRow | undefined> {
      const rows = await sql.query<ExecutionRow>(
        `select attempt, round, token, mode, digest, state, error, started_at, is_over from execution where tenant = $1 and invocation = $2 order by attempt desc limit 1`,
        [ref.tenant, ref.id],
      );
      return rows[0];
    },

    /** An executing invocation with its first attempt's token, while that attempt is its only one, begun in mode `idempotent`, and has no end. Takes no lock. */
    async findBegun(ref: InvocationRef): Promise<(LockedInvocation & Pick<ExecutionRow, "token">) | undefined> {
      const [row] = await sql.query<LockedInvocation & Pick<ExecutionRow, "token">>(
        `select i.*, r.input, r.salt, coalesce(r.judged, r.input) as judged, ms_now() as now, e.token
         from invocation i
         join input_revision r on r.tenant = i.tenant and r.invocation = i.id and r.round = i.round
         join execution e on e.tenant = i.tenant and e.invocation = i.id and e.attempt = 1
           and e.state = 'started' and e.mode = 'idempotent'
         where i.tenant = $1 and i.id = $2 and i.status = 'executing' and i.attempts = 1`,
        [ref.tenant, ref.id],
      );
      return row && openLocked(row, cipher);
    },

    /** When the first attempt began, epoch milliseconds; now, before there is one. */
    async firstStartedAt(ref: InvocationRef): Promise<number> {
      const [row] = await sql.query<{ at: number }>(
        `select coalesce(min(started_at), ms_now()) as at from execution where tenant = $1 and invocation = $2`,
        [ref.tenant, ref.id],
      );
      return row?.at ?? Number.NaN;
    },

    /** What all attempts said that they spent, together; a unit of which none spoke is absent. Whole, if every attempt has reported. */
    async sumSpent(ref: InvocationRef): Promise<{ readonly spent: Spent; readonly isWhole: boolean }> {
      const rows = await sql.query<{ spent: string | null; state: AttemptState }>(
        `select spent, state from execution where tenant = $1 and invocation = $2`,
        [ref.tenant, ref.id],
      );
      const reported = rows.flatMap(({ spent }) => (spent === null ? [] : [JSON.parse(spent) as Spent]));
      const isWhole = rows.every(({ state }) => state !== "started" && state !== "uncertain");
      return { spent: reported.reduce(addSpent, {}), isWhole };
    },

    /** How many attempts reported an error; one that was lost, and of which a probe said that it did nothing, reported none. */
    async countErred(ref: InvocationRef): Promise<number> {
      const rows = await sql.query<{ n: number }>(
        `select count(*)::bigint as n from execution where tenant = $1 and invocation = $2 and state = 'erred' and error is not null`,
        [ref.tenant, ref.id],
      );
      return rows[0]?.n ?? 0;
    },
  };
}

function createWrites(sql: Sql) {
  return {
    /** Writes that an attempt is about to run. */
    async start(row: NewExecution): Promise<void> {
      await sql.query(
        `insert into execution (tenant, invocation, attempt, round, token, mode, digest, state, worker)
         values ($1, $2, $3, $4, $5, $6, $7, 'started', $8)`,
        [row.ref.tenant, row.ref.id, row.attempt, row.round, row.token, row.mode, row.digest, row.worker],
      );
    },

    /** Writes what an attempt spent that is not in charge any more: its report changes nothing, but its cost was real. */
    async noteSpent(attempt: Pick<FinishedExecution, "ref" | "attempt" | "token">, spent: string): Promise<void> {
      await sql.query(
        `update execution set spent = $5 where tenant = $1 and invocation = $2 and attempt = $3 and token = $4 and spent is null`,
        [attempt.ref.tenant, attempt.ref.id, attempt.attempt, attempt.token, spent],
      );
    },

    /** Writes how an attempt ended, if it is still the newest and nobody has written its end. False otherwise: nothing was written. */
    async finish(row: FinishedExecution): Promise<boolean> {
      const rows = await sql.query(
        `update execution e set state = $5, error = $6, spent = $7, is_over = $8, finished_at = ms_now()
         where tenant = $1 and invocation = $2 and attempt = $3 and token = $4 and state = 'started'
           and not exists (select 1 from execution n where n.tenant = $1 and n.invocation = $2 and n.attempt > $3)
         returning attempt`,
        [
          ...[row.ref.tenant, row.ref.id, row.attempt, row.token],
          ...[row.state, row.error ?? null, row.spent ?? null, row.isOver ?? false],
        ],
      );
      return rows.length === 1;
    },
  };
}
