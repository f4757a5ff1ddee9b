import type { InvocationId, InvocationRef } from "../contract/ids.ts";
import type { InvocationStatus } from "../contract/invocation.ts";
import type { AttemptState } from "../core/invocation.ts";
import type { Sql } from "./db.ts";
import type { InvocationRow } from "./invocations.ts";
import type { UnstartedInvocation } from "./unstarted-invocations.ts";

/** An open invocation, with what it takes to start a run of it again. */
export interface OpenInvocation extends UnstartedInvocation {
  readonly status: Extract<InvocationStatus, "accepted" | "pending" | "executing">;
  readonly actionVersion: string;
}

/** Which open invocations are due to be checked. All times in milliseconds. */
export interface CheckLease {
  /** Younger rows are left to whoever made them. */
  readonly olderThanMs: number;
  /** Time between two checks of a row that is accepted or executing. */
  readonly busyEveryMs: number;
  /** Time between two checks of a row that waits for people. */
  readonly pendingEveryMs: number;
  /** Rows at most, of both kinds together. */
  readonly limit: number;
}

type OpenRow = Pick<
  InvocationRow,
  | "tenant"
  | "id"
  | "action"
  | "action_version"
  | "actor"
  | "run"
  | "reason"
  | "digest"
  | "input_view"
  | "task_queue"
  | "status"
>;

interface LastAttempt {
  readonly state: AttemptState;
  readonly started_at: number;
  readonly now: number;
}

const COLUMNS = `i.tenant, i.id, i.action, i.action_version, i.actor, i.run, i.reason, i.digest, i.input_view, i.task_queue, i.status`;
const OPEN = `('accepted', 'pending', 'executing')`;

const LAST_ATTEMPT = `
  select state, started_at, ms_now() as now from execution
  where tenant = $1 and invocation = $2 order by attempt desc limit 1`;

/** The share of a lease that what works leaves to what waits for people, so that neither starves. Our choice. */
const PENDING_SHARE = 0.2;

/** The longest unchecked first. Rows that another process checks at this moment are passed over. */
function lease(statuses: string): string {
  return `
    with due as materialized (select tenant, id from invocation
      where status in ${statuses} and created_at < ms_now() - $1 * interval '1 millisecond'
        and (run_checked_at is null or run_checked_at < ms_now() - $2 * interval '1 millisecond')
      order by run_checked_at nulls first, created_at limit $3 for update skip locked)
    update invocation i set run_checked_at = ms_now() from due
    where i.tenant = due.tenant and i.id = due.id
    returning ${COLUMNS}`;
}

const LEASE_BUSY = lease(`('accepted', 'executing')`);
const LEASE_PENDING = lease(`('pending')`);

const LIST_OPEN = `
  select ${COLUMNS} from unnest($1::text[], $2::text[]) as named (tenant, id)
  join invocation i on i.tenant = named.tenant and i.id = named.id where i.status in ${OPEN}`;

const LIST_MISSING = `
  select named.tenant, named.id from unnest($1::text[], $2::text[]) as named (tenant, id)
  where not exists (select 1 from invocation i where i.tenant = named.tenant and i.id = named.id)`;

/** Queries about rows and runs that may have lost each other. */
export function createOrphanReads(sql: Sql) {
  return {
    /**
     * Open invocations whose runs have not been looked for lately, now noted as looked for. What does work goes before what waits,
     * to which a share of the room is kept.
     */
    async leaseUnchecked({ olderThanMs, busyEveryMs, pendingEveryMs, limit }: CheckLease): Promise<OpenInvocation[]> {
      const leaseBusy = (room: number) => sql.query<OpenRow>(LEASE_BUSY, [olderThanMs, busyEveryMs, room]);
      const busyRoom = limit - Math.floor(limit * PENDING_SHARE);
      const busy = await leaseBusy(busyRoom);
      const room = limit - busy.length;
      const pending = room === 0 ? [] : await sql.query<OpenRow>(LEASE_PENDING, [olderThanMs, pendingEveryMs, room]);
      const left = busy.length < busyRoom ? 0 : room - pending.length;
      const more = left === 0 ? [] : await leaseBusy(left);
      return [...busy, ...pending, ...more].map(toOpen);
    },

    /** Milliseconds since the newest attempt began, by the database's clock; absent when there is none, or its end is known. */
    async attemptAgeMs({ tenant, id }: InvocationRef): Promise<number | undefined> {
      const [last] = await sql.query<LastAttempt>(LAST_ATTEMPT, [tenant, id]);
      return last?.state === "started" ? last.now - last.started_at : undefined;
    },

    /** Those of these invocations that are open. */
    async listOpen(refs: readonly InvocationRef[]): Promise<OpenInvocation[]> {
      return (await sql.query<OpenRow>(LIST_OPEN, namesOf(refs))).map(toOpen);
    },

    /** Those of these invocations that have no row. */
    async listMissing(refs: readonly InvocationRef[]): Promise<InvocationRef[]> {
      return sql.query<{ tenant: string; id: InvocationId }>(LIST_MISSING, namesOf(refs));
    },
  };
}

function namesOf(refs: readonly InvocationRef[]): [string[], string[]] {
  return [refs.map(({ tenant }) => tenant), refs.map(({ id }) => id)];
}

function toOpen(row: OpenRow): OpenInvocation {
  const { tenant, id, action, actor, digest } = row;
  return {
    ...{ tenant, id, action, actor, digest },
    ...{ inputView: row.input_view, taskQueue: row.task_queue, actionVersion: row.action_version },
    ...{ run: row.run ?? undefined, reason: row.reason ?? undefined },
    status: row.status as OpenInvocation["status"],
  };
}
