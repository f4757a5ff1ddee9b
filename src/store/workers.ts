import type { Sql } from "./db.ts";

/** Workers serve every tenant. */
const EVERY_TENANT = "*";

/** A worker that gave no sign for so long is away: three of its signs are missing. */
export const WORKER_AWAY_AFTER_MS = 30_000;

/** Says in SQL that a worker `w` gave a sign lately and has not stopped. */
export const IS_PRESENT = `w.stopped_at is null and w.seen_at > ms_now() - interval '${WORKER_AWAY_AFTER_MS} milliseconds'`;

/** A worker as it signs its presence. */
export interface WorkerSign {
  /** Names the worker and the task queue that it polls; the same over its whole life. */
  readonly identity: string;
  readonly taskQueue: string;
  /** Its version as Temporal knows it; `undefined` for one without versions. */
  readonly buildId: string | undefined;
  /** The version that it has of each action, by name. */
  readonly versions: Readonly<Record<string, string>>;
}

/** A version of an action, where it could be carried out. */
export interface ServedVersion {
  readonly taskQueue: string;
  /** Workers with another version of their own get none of its work; `undefined` for those without. */
  readonly buildId: string | undefined;
  readonly action: string;
  readonly version: string;
}

/** What is known of the workers of a task queue. Times are epoch milliseconds of the database. */
export interface QueueWorkers {
  readonly taskQueue: string;
  /** Workers that gave a sign lately and have not stopped. */
  readonly present: number;
  /** When one of them was last seen. */
  readonly lastSeenMs: number;
}

/** A task queue whose workers are all away. Times are epoch milliseconds of the database. */
export interface AbsentQueue {
  readonly taskQueue: string;
  /** When a worker of it was last seen; `null` where none ever was. */
  readonly lastSeenMs: number | null;
  /** When this was looked up. */
  readonly nowMs: number;
}

/** Queries of `worker`: who polls which task queue, and since when nobody does. */
export function createWorkerTable(sql: Sql) {
  return {
    /** Writes that a worker is there; its first sign, or one after it had stopped, begins a new life of it. */
    async sign({ identity, taskQueue, buildId, versions }: WorkerSign): Promise<void> {
      await sql.query(
        `insert into worker (tenant, identity, task_queue, build_id, versions) values ($1, $2, $3, $4, $5)
         on conflict (tenant, identity) do update set task_queue = excluded.task_queue, build_id = excluded.build_id,
           versions = excluded.versions,
           started_at = case when worker.stopped_at is null then worker.started_at else ms_now() end,
           seen_at = ms_now(), stopped_at = null`,
        [EVERY_TENANT, identity, taskQueue, buildId ?? null, JSON.stringify(versions)],
      );
    },

    /** Writes that a worker takes no more work. */
    async stop(identity: string): Promise<void> {
      await sql.query(`update worker set stopped_at = ms_now() where tenant = $1 and identity = $2`, [
        EVERY_TENANT,
        identity,
      ]);
    },

    /** Whether a worker that is there has this version of the action, and polls the queue for it. */
    async hasVersion({ taskQueue, buildId, action, version }: ServedVersion): Promise<boolean> {
      const rows = await sql.query(
        `select 1 from worker w where task_queue = $1 and build_id is not distinct from $2
           and versions::jsonb ->> $3 = $4 and ${IS_PRESENT} limit 1`,
        [taskQueue, buildId ?? null, action, version],
      );
      return rows.length > 0;
    },

    /** The workers of these task queues, per queue; one that no worker ever polled is missing. */
    async countByQueue(taskQueues: readonly string[]): Promise<QueueWorkers[]> {
      return sql.query<QueueWorkers>(
        `select task_queue as "taskQueue", max(coalesce(stopped_at, seen_at)) as "lastSeenMs",
           count(*) filter (where ${IS_PRESENT})::int as present
         from worker w where task_queue = any($1) group by task_queue`,
        [taskQueues],
      );
    },

    /** Those of these task queues that no worker polls. */
    async listAbsent(taskQueues: readonly string[]): Promise<AbsentQueue[]> {
      return sql.query<AbsentQueue>(
        `select q.name as "taskQueue", max(coalesce(w.stopped_at, w.seen_at)) as "lastSeenMs", ms_now() as "nowMs"
         from unnest($1::text[]) as q (name) left join worker w on w.task_queue = q.name
         group by q.name having count(*) filter (where ${IS_PRESENT}) = 0`,
        [taskQueues],
      );
    },
  };
}
