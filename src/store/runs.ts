import type { RunFilter, RunOutcome, RunView } from "../contract/guards.ts";
import type { InvocationStatus } from "../contract/invocation.ts";
import type { Page } from "../contract/problem.ts";
import type { Sql } from "./db.ts";
import { pageOf, readCursor } from "./paging.ts";

/** What names one run: two actors never share one. */
export interface RunRef {
  readonly tenant: string;
  readonly actor: string;
  /** Any text of 1 to 200 characters; the caller's choice. */
  readonly id: string;
}

/** A run as it is kept. Times are epoch milliseconds. */
export interface RunRow extends RunRef {
  /** Whom it serves: empty when its start named nobody, `null` while only calls have named the run. */
  readonly user_label: string | null;
  /** Id of the run of the same actor that it is a part of. */
  readonly parent: string | null;
  readonly status: RunView["status"];
  readonly started_at: number;
  readonly ended_at: number | null;
}

/** A run as somebody starts it; `user` is redacted. */
export interface NewRun extends RunRef {
  readonly user: string | undefined;
  readonly parent: string | undefined;
}

/** Calls of a run that stand alike, and what their attempts said that they spent, in millionths. */
export interface RunTally {
  readonly status: InvocationStatus;
  /** Why it was denied, where that has a code. */
  readonly code: string | null;
  /** The guard that refused, where one did. */
  readonly guard: string | null;
  readonly calls: number;
  readonly usd: number;
  readonly tokens: number;
  readonly units: number;
}

/** Which runs a list covers. */
export interface RunScope {
  readonly tenant: string;
  readonly filter: RunFilter;
  /** Only this actor's. */
  readonly ownedBy: string | undefined;
}

/** Tells apart what began in the same millisecond: an id may hold any text, which no cursor should carry. An actor has no space. */
const TIE = `encode(sha256(convert_to(actor || ' ' || id, 'UTF8')), 'hex')`;

const LIST = `
  select * from (select *, ${TIE} as tie from run) r
  where tenant = $1 and ($2::text is null or actor = $2) and ($3::text is null or actor = $3) and ($4::text is null or status = $4)
    and ($5::timestamptz is null or (started_at, tie) < ($5, $6))
  order by started_at desc, tie desc limit $7`;

/** A sum that a double can't hold exactly stays at the highest that it can. */
const sumOf = (unit: string): string =>
  `least(coalesce(sum(e.${unit}), 0), ${Number.MAX_SAFE_INTEGER})::bigint as ${unit}`;

/** Read by their form: in a text of the error a quote is escaped, so nothing there looks like a member; and a text may hold what jsonb refuses. */
const TALLY = `
  select i.status, case when i.status = 'denied' then substring(i.error from '^\\{"code":"(\\w+)"') end as code,
    case when i.status = 'denied' then substring(i.error from '"guard":"(\\w+)"') end as guard, count(*)::bigint as calls,
    ${sumOf("usd")}, ${sumOf("tokens")}, ${sumOf("units")}
  from invocation i left join lateral (
    select sum((x.spent::jsonb ->> 'usd')::numeric) as usd, sum((x.spent::jsonb ->> 'tokens')::numeric) as tokens,
      sum((x.spent::jsonb ->> 'units')::numeric) as units
    from execution x where x.tenant = i.tenant and x.invocation = i.id and x.spent is not null
  ) e on true
  where i.tenant = $1 and i.actor = $2 and i.run = $3
  group by 1, 2, 3`;

/** Queries of `run`. */
export function createRunTable(sql: Sql) {
  return { ...createRunWrites(sql), ...createRunReads(sql) };
}

function createRunWrites(sql: Sql) {
  return {
    /** Adds an open run that begins now. `undefined` when there is one of its id already: nothing was written. */
    async insert(run: NewRun): Promise<RunRow | undefined> {
      const rows = await sql.query<RunRow>(
        `insert into run (tenant, actor, id, user_label, parent, status, started_at)
         values ($1, $2, $3, $4, $5, 'open', ms_now()) on conflict do nothing returning *`,
        [run.tenant, run.actor, run.id, run.user ?? "", run.parent ?? null],
      );
      return rows[0];
    },

    /** One run, locked until the transaction ends; before the audit head in the order of locks. */
    async lock(ref: RunRef): Promise<RunRow | undefined> {
      const text = "select * from run where tenant = $1 and actor = $2 and id = $3 for update";
      return (await sql.query<RunRow>(text, [ref.tenant, ref.actor, ref.id]))[0];
    },

    /** Says whom a run serves that only calls had named so far, and what it is a part of. Only under {@link lock}. */
    async describe(run: NewRun): Promise<void> {
      await sql.query("update run set user_label = $4, parent = $5 where tenant = $1 and actor = $2 and id = $3", [
        ...[run.tenant, run.actor, run.id],
        ...[run.user ?? "", run.parent ?? null],
      ]);
    },

    /** Ends an open run now. Only under {@link lock}. */
    async end(ref: RunRef, outcome: RunOutcome): Promise<RunRow | undefined> {
      const rows = await sql.query<RunRow>(
        `update run set status = $4, ended_at = ms_now() where tenant = $1 and actor = $2 and id = $3 and status = 'open' returning *`,
        [ref.tenant, ref.actor, ref.id, outcome],
      );
      return rows[0];
    },
  };
}

function createRunReads(sql: Sql) {
  return {
    /** One run. */
    async get(ref: RunRef): Promise<RunRow | undefined> {
      const text = "select * from run where tenant = $1 and actor = $2 and id = $3";
      return (await sql.query<RunRow>(text, [ref.tenant, ref.actor, ref.id]))[0];
    },

    /** Newest first. @throws invalid_query for a cursor that no list gave */
    async list({ tenant, filter, ownedBy }: RunScope): Promise<Page<RunRow>> {
      const cursor = readCursor(filter.cursor);
      const rows = await sql.query<RunRow & { readonly tie: string }>(LIST, [
        ...[tenant, ownedBy ?? null, filter.actor ?? null, filter.status ?? null],
        ...[cursor?.at ?? null, cursor?.id ?? null, filter.limit + 1],
      ]);
      return pageOf(rows, filter.limit, (row) => ({ atMs: row.started_at, id: row.tie }));
    },

    /** Counts and sums over the run's calls as they are now; work in proportion to their number. */
    tally(ref: RunRef): Promise<RunTally[]> {
      return sql.query<RunTally>(TALLY, [ref.tenant, ref.actor, ref.id]);
    },
  };
}
